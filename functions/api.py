"""The API itself: its document, the page for people, and whatever no endpoint takes."""

import azure.functions as func

from functions._endpoints import DECLARED, answered
from functions._http import secured

api = func.Blueprint()

EVERY_METHOD = [func.HttpMethod[name] for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")]


@api.function_name("describe_api")
@api.route("openapi.json", methods=[func.HttpMethod.GET])
async def describe_api(req: func.HttpRequest) -> func.HttpResponse:
    """Tell what the API is, as an OpenAPI 3.1 document."""
    return await answered(
        req, "describe_api", lambda edge, request: edge.serve_document(DECLARED.values(), request)
    )


@api.function_name("show_docs")
@api.route("docs", methods=[func.HttpMethod.GET])
async def show_docs(req: func.HttpRequest) -> func.HttpResponse:
    """Show the document to people."""
    from shared.api.page import page

    body, policy = page()
    headers = {"Content-Security-Policy": policy}
    return secured(func.HttpResponse(body, mimetype="text/html", charset="utf-8", headers=headers))


@api.function_name("answer_unrouted")
@api.route("{*path}", methods=EVERY_METHOD)
async def answer_unrouted(req: func.HttpRequest) -> func.HttpResponse:
    """Answer preflights and HEAD; tell a wrong method or path from the rest."""
    path = req.route_params.get("path", "")
    return await answered(
        req, "answer_unrouted", lambda edge, request: edge.serve_unrouted(path, request, DECLARED.values())
    )


@api.function_name("forget_api_requests")
@api.timer_trigger("timer", schedule="0 23 * * * *", run_on_startup=False, use_monitor=False)
async def forget_api_requests(timer: func.TimerRequest) -> None:
    """Forget the answers that were kept for repeated requests."""
    from shared.composition import worker

    await worker().edge.forget()
