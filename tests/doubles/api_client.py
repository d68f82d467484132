"""Asks the app's own endpoints without a server: routes as declared, gate, binding and answers are real."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import function_app
from functions._endpoints import DECLARED
from functions._http import api_answer, problem
from infra.local.host.routes import RouteTable
from shared.api.edge import ApiEdge
from shared.api.endpoint import Endpoint
from shared.api.exchange import ApiRequest
from shared.kernel.errors import ZetaError

__all__ = ["Answer", "ApiClient"]


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Sequence[str] = ()
    """Each ``Set-Cookie``."""

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


class ApiClient:
    """One caller: ``client = ApiClient(edge, token)``, ``await client.get("cities")``."""

    def __init__(self, edge: ApiEdge, token: str | None = None) -> None:
        assert function_app.app
        self._edge = edge
        self._token = token
        self._routes: RouteTable[Endpoint] = RouteTable("api")
        for endpoint in DECLARED.values():
            self._routes.add(endpoint.route, frozenset({endpoint.method}), endpoint)

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request to a path below ``/api``; ``body`` is sent as JSON, ``content`` as it stands."""
        parts = urlsplit(f"/api/{path}")
        endpoint, route = self._routes.match(method, parts.path)
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if self._token:
            sent.setdefault("authorization", f"Bearer {self._token}")
        if body is not None:
            content = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        request = ApiRequest(
            method=method,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=sent,
            route=route,
            body=content or b"",
        )
        try:
            response = api_answer(await self._edge.serve(endpoint, request, DECLARED.values()))
        except ZetaError as error:
            response = problem(error, request.language)
        found = {"content-type": f"{response.mimetype}; charset={response.charset}"}
        found |= {name.lower(): value for name, value in response.headers.items()}
        cookies = tuple(value for name, value in response.headers.items() if name.lower() == "set-cookie")
        return Answer(response.status_code, found, response.get_body(), cookies)

    async def get(self, path: str, **options: Any) -> Answer:
        """GET."""
        return await self.request("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        """POST."""
        return await self.request("POST", path, body=body, **options)

    async def put(self, path: str, body: Any, **options: Any) -> Answer:
        """PUT."""
        return await self.request("PUT", path, body=body, **options)

    async def patch(self, path: str, body: Any, **options: Any) -> Answer:
        """PATCH."""
        return await self.request("PATCH", path, body=body, **options)

    async def delete(self, path: str, **options: Any) -> Answer:
        """DELETE."""
        return await self.request("DELETE", path, **options)
