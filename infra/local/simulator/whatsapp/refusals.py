"""Errors in Graph's envelope (``error.message, type, code, error_data.details, fbtrace_id``)."""

from __future__ import annotations

import secrets

from infra.local.simulator.errors import SimulatorError
from infra.local.simulator.wire import ApiAnswer, Json, json_answer

__all__ = ["GraphError", "error_object", "invalid_parameter", "missing_parameter", "wrong_value"]

_TITLES = {
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131049: "This message was not delivered to maintain healthy ecosystem engagement",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    130429: "Rate limit hit",
    131000: "Something went wrong",
}


class GraphError(SimulatorError):
    """A call that is answered with an error."""

    def __init__(self, code: int, message: str, details: str = "", *, status: int = 400, subcode: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details
        self.status = status
        self.subcode = subcode

    def answer(self) -> ApiAnswer:
        """The error envelope."""
        error: Json = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return json_answer({"error": error}, self.status)


def missing_parameter(details: str) -> GraphError:
    """131008: a required parameter is not there."""
    return GraphError(131008, "(#131008) Required parameter is missing", details)


def wrong_value(details: str) -> GraphError:
    """131009: a value breaks a limit."""
    return GraphError(131009, "(#131009) Parameter value is not valid", details)


def invalid_parameter(details: str) -> GraphError:
    """100: the request has a wrong shape."""
    return GraphError(100, "(#100) Invalid parameter", details)


def error_object(code: int, details: str) -> Json:
    """An error as a failed status carries it."""
    title = _TITLES.get(code, "Message failed to send")
    return {"code": code, "title": title, "message": title, "error_data": {"details": details}}
