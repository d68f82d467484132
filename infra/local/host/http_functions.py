"""HTTP functions, whatever server carries the bytes: a request in, a response out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from infra.local.host.functions import HttpFunction
from infra.local.host.messages import InvocationResponse, RpcHttp, RpcHttpCookie, TypedData
from infra.local.host.outputs import QueueSender
from infra.local.host.routes import MethodNotAllowed, NotRouted, RouteTable
from infra.local.host.worker import AppWorker, FunctionFailed

__all__ = ["HttpFunctions", "HttpRequest", "HttpResponse"]

logger = logging.getLogger(__name__)

STATUS_PATH = "/admin/host/status"


@dataclass(slots=True)
class HttpRequest:
    """A request as the server read it: percent-encoded path, header names in lower case, whole body."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class HttpResponse:
    """A response as the server is to write it."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""


class HttpFunctions:
    """Finds the function of a request, calls it, shapes its answer."""

    def __init__(
        self,
        worker: AppWorker,
        functions: Iterable[HttpFunction],
        *,
        prefix: str,
        max_outstanding: int,
        sender: QueueSender,
    ) -> None:
        self._worker = worker
        self._sender = sender
        self._max_outstanding = max_outstanding
        self._outstanding = 0
        self._routes: RouteTable[HttpFunction] = RouteTable(prefix)
        for function in functions:
            self._routes.add(function.route, function.methods, function)

    async def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request: 404 and 405 by the routes, 429 over the limit, 500 when the function fails."""
        try:
            target, parameters = self._routes.match(request.method, request.path)
        except NotRouted:
            if request.path in ("/", STATUS_PATH):
                return HttpResponse(200, [("content-type", "application/json")], b'{"state":"Running"}')
            return HttpResponse(404)
        except MethodNotAllowed as refusal:
            return HttpResponse(405, [("allow", ", ".join(sorted(refusal.allowed)))])
        if 0 <= self._max_outstanding <= self._outstanding:
            return HttpResponse(429, [("retry-after", "1")])
        self._outstanding += 1
        try:
            return await self._call(target, request, parameters)
        except FunctionFailed:
            return HttpResponse(500)
        finally:
            self._outstanding -= 1

    async def _call(self, target: HttpFunction, request: HttpRequest, parameters: dict[str, str]) -> HttpResponse:
        response = await self._worker.invoke(target.function, _argument(request, parameters), {})
        if target.outputs:
            await self._sender.send_outputs(target.outputs, response)
        return _answer(response)


def _argument(request: HttpRequest, parameters: dict[str, str]) -> TypedData:
    query: dict[str, str] = {}
    if request.query:
        for name, value in parse_qsl(request.query, keep_blank_values=True):
            # repeated names reach the function as one value, joined by commas
            query[name] = f"{query[name]},{value}" if name in query else value
    host = request.headers.get("host", "localhost")
    question = f"?{request.query}" if request.query else ""
    return TypedData(
        http=RpcHttp(
            method=request.method,
            url=f"http://{host}{request.path}{question}",
            headers=request.headers,
            params=parameters,
            query=query,
            body=TypedData(bytes=request.body),
        )
    )


def _answer(response: InvocationResponse) -> HttpResponse:
    value = response.return_value
    if value is None or value.kind is None:
        return HttpResponse(204)
    if value.kind != "http":
        text = value.value if isinstance(value.value, bytes) else str(value.value).encode()
        return HttpResponse(200, [("content-type", "text/plain; charset=utf-8")], text)
    http: RpcHttp = value.value
    body = http.body.value if http.body is not None else b""
    headers = list(http.headers.items())
    headers += [("set-cookie", _cookie(cookie)) for cookie in http.cookies or ()]
    return HttpResponse(int(http.status_code), headers, body if isinstance(body, bytes) else body.encode())


def _cookie(cookie: RpcHttpCookie) -> str:
    parts = [f"{cookie.name}={cookie.value}"]
    for name, nullable in (("Domain", cookie.domain), ("Path", cookie.path)):
        if nullable is not None and nullable.value:
            parts.append(f"{name}={nullable.value}")
    if cookie.max_age is not None:
        parts.append(f"Max-Age={int(cookie.max_age.value)}")
    if cookie.secure is not None and cookie.secure.value:
        parts.append("Secure")
    if cookie.http_only is not None and cookie.http_only.value:
        parts.append("HttpOnly")
    if cookie.same_site:
        parts.append(f"SameSite={cookie.same_site}")
    return "; ".join(parts)
