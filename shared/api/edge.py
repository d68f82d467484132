"""One request from the gate to the answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError

from shared.api.answering import answer_of
from shared.api.binding import arguments_of
from shared.api.cors import Cors
from shared.api.endpoint import Endpoint
from shared.api.exchange import ApiAnswer, ApiRequest
from shared.api.gate import Gate
from shared.api.idempotency import Idempotency
from shared.api.limits import RequestLimit, client_address
from shared.api.references import refused_reference
from shared.api.routes import endpoints_at, fits
from shared.api.signature import Signature, signature_of
from shared.kernel.errors import InvalidInput, MethodNotAllowed, NotFound, TooLarge

__all__ = ["ApiEdge", "Handlers"]

Handlers = Callable[[], object]
"""Gives the object whose fields are the handlers of each capability (``composition.Api``)."""


class ApiEdge:
    """Serves endpoints; one per worker."""

    def __init__(
        self,
        *,
        handlers: Handlers,
        gate: Gate,
        limit: RequestLimit,
        idempotency: Idempotency,
        cors: Cors,
        trusted_hops: int,
        server: str,
    ) -> None:
        self._handlers = handlers
        self._gate = gate
        self._limit = limit
        self._idempotency = idempotency
        self._trusted_hops = trusted_hops
        self._server = server
        self._document: bytes | None = None
        self.cors = cors

    async def serve(self, endpoint: Endpoint, request: ApiRequest, endpoints: Iterable[Endpoint]) -> ApiAnswer:
        """Answer one request.

        Args:
            endpoint: whose request it is.
            request: the request.
            endpoints: all of the app's.

        Raises:
            MethodNotAllowed: a fixed word of another route stands where this one has a place
                (``PUT products/export`` is no product).
            ZetaError: it cannot be served; the function's edge tells it as a problem.
        """
        if endpoint.parameters:
            meant = endpoints_at(request.path.strip("/").removeprefix("api/"), endpoints)
            if meant and endpoint.method not in meant:
                raise MethodNotAllowed(_allowed(meant))
        request.address = client_address(request.headers.get("x-forwarded-for", ""), self._trusted_hops)
        await self._limit.take_address(request)
        caller = await self._gate.caller_of(endpoint, request)
        if caller is not None:
            request.caller_language = caller.language
            await self._limit.take_caller(caller)
        self._gate.admit(endpoint, caller)
        if len(request.body) > endpoint.body_limit:
            raise TooLarge(endpoint.body_limit)
        method, signature = self.handler_of(endpoint)
        arguments = arguments_of(signature, request)
        if "caller" in signature.supplied:
            arguments["caller"] = caller

        async def work() -> ApiAnswer:
            with _refused_values():
                try:
                    return answer_of(await method(**arguments), request)
                except NotFound as error:
                    path = [arguments[name] for name in signature.path]
                    refused = refused_reference(error, arguments.get("body"), path)
                    if refused is None:
                        raise
                    raise refused from error

        if endpoint.method != "POST" or caller is None:
            return await work()
        return await self._idempotency.once(caller, request, work, stored=endpoint.stored and not signature.cookies)

    async def serve_unrouted(self, path: str, request: ApiRequest, endpoints: Iterable[Endpoint]) -> ApiAnswer:
        """Answer what no function takes: a browser's preflight, HEAD, a wrong method, a wrong path.

        Raises:
            MethodNotAllowed: the path has endpoints of other methods.
            NotFound: it has none.
            ZetaError: as ``serve``, for HEAD.
        """
        found = endpoints_at(path, endpoints)
        if request.method == "OPTIONS":
            allow = [("Allow", ", ".join(_allowed(found)))] if found else []
            return ApiAnswer(204, headers=[*allow, *self.cors.preflight(request.headers)])
        if request.method == "HEAD" and "GET" in found:
            endpoint, request.route = found["GET"]
            request.method = "GET"
            answer = await self.serve(endpoint, request, endpoints)
            answer.body = b""
            return answer
        allowed = {*found, *_platform_methods(path)}
        if allowed and request.method not in allowed:  # an odd spelling (//cities) of a path that has this one
            raise MethodNotAllowed(_allowed(allowed))
        raise NotFound("path", path[:100])

    async def serve_document(self, endpoints: Iterable[Endpoint], request: ApiRequest) -> ApiAnswer:
        """Answer with the OpenAPI document of these endpoints, made once."""
        if self._document is None:
            self._document = json.dumps(self.document(endpoints), ensure_ascii=False).encode()
        digest = hashlib.blake2b(self._document, digest_size=12).hexdigest()
        tag = f'"{digest}"'
        if tag in request.headers.get("if-none-match", ""):
            return ApiAnswer(304, headers=[("ETag", tag)])
        return ApiAnswer(200, self._document, headers=[("ETag", tag)])

    def document(self, endpoints: Iterable[Endpoint]) -> dict[str, Any]:
        """The OpenAPI document of these endpoints."""
        from shared.api.openapi.document import build_document

        return build_document(endpoints, lambda endpoint: self.handler_of(endpoint)[1], server=self._server)

    async def forget(self) -> None:
        """Drop the answers that were kept for repeated requests long enough."""
        await self._idempotency.forget()

    def handler_of(self, endpoint: Endpoint) -> tuple[Callable[..., Any], Signature]:
        """The bound method behind an endpoint, and what it takes and gives.

        Raises:
            AttributeError, SignatureMismatch: there is none, or it does not fit: defects.
        """
        group, _, name = endpoint.handler.partition(".")
        method = getattr(getattr(self._handlers(), group), name)
        return method, signature_of(method.__func__, endpoint.parameters)


def _allowed(methods: Iterable[str]) -> list[str]:
    """What ``Allow`` names: HEAD goes with GET, a preflight is always answered."""
    named = set(methods)
    return sorted({*named, *(["HEAD"] if "GET" in named else []), "OPTIONS"})


def _platform_methods(path: str) -> set[str]:
    """The methods of a path that is no endpoint's but another HTTP function's."""
    from shared.api.openapi.platform import PLATFORM_PATHS

    return {
        method.upper()
        for route, operations in PLATFORM_PATHS.items()
        if fits(route.removeprefix("/api/"), path)
        for method in operations
    }


@contextmanager
def _refused_values() -> Iterator[None]:
    """What Postgres cannot take for a value of its types (a number out of range) was the caller's to avoid."""
    try:
        yield
    except psycopg.DataError as error:
        raise InvalidInput("a value is out of range") from error
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.DataError):
            raise InvalidInput("a value is out of range") from error
        raise
