"""One request from the gate to the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.api.answering import answer_of
from shared.api.binding import arguments_of
from shared.api.endpoint import Endpoint
from shared.api.exchange import ApiAnswer, ApiRequest
from shared.api.gate import Gate
from shared.api.signature import Signature, signature_of
from shared.kernel.errors import TooLarge

__all__ = ["ApiEdge", "Handlers"]

Handlers = Callable[[], object]
"""Gives the object whose fields are the handlers of each capability (``composition.Api``)."""


class ApiEdge:
    """Serves endpoints; one per worker."""

    def __init__(self, *, handlers: Handlers, gate: Gate) -> None:
        self._handlers = handlers
        self._gate = gate

    async def serve(self, endpoint: Endpoint, request: ApiRequest) -> ApiAnswer:
        """Answer one request.

        Raises:
            ZetaError: it cannot be served; the function's edge tells it as a problem.
        """
        caller = await self._gate.caller_of(endpoint, request)
        if caller is not None:
            request.caller_language = caller.language
        self._gate.admit(endpoint, caller)
        if len(request.body) > endpoint.body_limit:
            raise TooLarge(endpoint.body_limit)
        method, signature = self.handler_of(endpoint)
        arguments = arguments_of(signature, request)
        if "caller" in signature.supplied:
            arguments["caller"] = caller
        return answer_of(await method(**arguments), request)

    def handler_of(self, endpoint: Endpoint) -> tuple[Callable[..., Any], Signature]:
        """The bound method behind an endpoint, and what it takes and gives.

        Raises:
            AttributeError, SignatureMismatch: there is none, or it does not fit: defects.
        """
        group, _, name = endpoint.handler.partition(".")
        method = getattr(getattr(self._handlers(), group), name)
        return method, signature_of(method.__func__, endpoint.parameters)
