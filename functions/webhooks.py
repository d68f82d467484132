"""Webhooks of the messengers: ``/api/webhook/{platform}/{bot_id}``."""

from uuid import UUID

import azure.functions as func

from functions._http import json_answer, problem, secured
from shared.kernel.errors import NotFound, ZetaError

webhooks = func.Blueprint()


@webhooks.function_name("receive_webhook")
@webhooks.route("webhook/{platform}/{bot_id}", methods=[func.HttpMethod.POST])
async def receive_webhook(req: func.HttpRequest) -> func.HttpResponse:
    """Record what a messenger tells us and answer at once."""
    from shared.composition import worker

    intake = worker().webhooks
    # after it, so that this too is loaded with the worker: see kernel.loading
    from shared.channels.contract import WebhookRequest

    headers = {name.lower(): value for name, value in req.headers.items()}
    request = WebhookRequest(headers=headers, body=req.get_body())
    try:
        answer = await intake.receive(req.route_params["platform"], _bot_id(req), request)
    except ZetaError as error:
        return problem(error)
    return json_answer(answer) if answer is not None else secured(func.HttpResponse(status_code=200))


@webhooks.function_name("verify_webhook")
@webhooks.route("webhook/{platform}/{bot_id}", methods=[func.HttpMethod.GET])
async def verify_webhook(req: func.HttpRequest) -> func.HttpResponse:
    """Answer the handshake by which WhatsApp verifies our address."""
    from shared.composition import worker

    try:
        body = await worker().webhooks.handshake(
            req.route_params["platform"], _bot_id(req), dict(req.params.items())
        )
    except ZetaError as error:
        return problem(error)
    return secured(func.HttpResponse(body, status_code=200, mimetype="text/plain"))


def _bot_id(req: func.HttpRequest) -> UUID:
    text = req.route_params["bot_id"]
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("bot", text[:40]) from None
