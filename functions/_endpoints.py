"""How an endpoint of the administrators' API is declared: one line, one Azure Function.

    cities = Endpoints("cities")
    cities.get("list_cities", "cities", handler="cities.list", permission="cities:read")

What the endpoint takes and gives is in the type hints of the handler's method; see docs/api-extending.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import azure.functions as func

from functions._http import api_answer, api_request, failure, problem, secured
from shared.api.endpoint import JSON_LIMIT, Endpoint
from shared.api.exchange import ApiAnswer, ApiRequest
from shared.kernel.errors import ZetaError

if TYPE_CHECKING:
    from shared.api.edge import ApiEdge

__all__ = ["DECLARED", "Endpoints", "answered"]

DECLARED: dict[str, Endpoint] = {}
"""Every endpoint of the app, by the name of its function: what the document is made of."""


class Endpoints(func.Blueprint):
    """A blueprint of endpoints; ``tag`` is their section in the document."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self._tag = tag

    def get(self, name: str, route: str, *, handler: str, permission: str) -> None:
        """Declare a GET; it changes nothing."""
        self._add(Endpoint(name, "GET", route, handler, permission, self._tag))

    def post(
        self,
        name: str,
        route: str,
        *,
        handler: str,
        permission: str,
        body_limit: int = JSON_LIMIT,
        stored: bool = True,
    ) -> None:
        """Declare a POST. ``stored=False``: its answer holds a secret and is not kept for a repeated key."""
        self._add(Endpoint(name, "POST", route, handler, permission, self._tag, body_limit, stored))

    def put(self, name: str, route: str, *, handler: str, permission: str, body_limit: int = JSON_LIMIT) -> None:
        """Declare a PUT: the whole thing anew."""
        self._add(Endpoint(name, "PUT", route, handler, permission, self._tag, body_limit))

    def patch(self, name: str, route: str, *, handler: str, permission: str) -> None:
        """Declare a PATCH: the fields that are given, and no others."""
        self._add(Endpoint(name, "PATCH", route, handler, permission, self._tag))

    def delete(self, name: str, route: str, *, handler: str, permission: str) -> None:
        """Declare a DELETE."""
        self._add(Endpoint(name, "DELETE", route, handler, permission, self._tag))

    def _add(self, endpoint: Endpoint) -> None:
        if endpoint.name in DECLARED:
            raise ValueError(f"two functions are called {endpoint.name}")
        DECLARED[endpoint.name] = endpoint
        route = self.route(endpoint.route, methods=[func.HttpMethod[endpoint.method]])
        self.function_name(endpoint.name)(route(_function(endpoint)))


def _function(endpoint: Endpoint) -> Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]:
    async def serve(req: func.HttpRequest) -> func.HttpResponse:
        return await answered(
            req, endpoint.name, lambda edge, request: edge.serve(endpoint, request, DECLARED.values())
        )

    serve.__name__ = endpoint.name
    return serve


async def answered(
    req: func.HttpRequest, function: str, serve: Callable[[ApiEdge, ApiRequest], Awaitable[ApiAnswer]]
) -> func.HttpResponse:
    """What the API answers to a request; whatever goes wrong, it is a problem with all the headers."""
    from shared.composition import worker

    request = api_request(req)
    cors: list[tuple[str, str]] = []
    try:
        edge = worker().edge
        cors = edge.cors.headers(request.headers)
        response = api_answer(await serve(edge, request))
    except ZetaError as error:
        response = problem(error, request.language)
    except Exception as error:  # noqa: BLE001 - the last edge: the client gets a problem, the log its place
        response = failure(error, request.language, function)
    return secured(response, *cors)
