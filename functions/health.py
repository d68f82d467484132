"""Health: ``/api/ping`` says that the process lives, ``/api/health`` how its dependencies are."""

import azure.functions as func

from functions._http import json_answer, secured

health = func.Blueprint()


@health.function_name("ping")
@health.route("ping", methods=[func.HttpMethod.GET])
async def ping(req: func.HttpRequest) -> func.HttpResponse:
    """Answer at once, touching nothing."""
    return secured(func.HttpResponse("pong", mimetype="text/plain"))


@health.function_name("report_health")
@health.route("health", methods=[func.HttpMethod.GET])
async def report_health(req: func.HttpRequest) -> func.HttpResponse:
    """Report each dependency with its latency; 503 when the platform cannot serve at all."""
    from shared.composition import worker
    from shared.runtime.health import State, check_health

    found = await check_health(worker().health_checks())
    return json_answer(found.as_json(), status=503 if found.state is State.DOWN else 200)
