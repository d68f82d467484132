"""Errors in the Bot API's envelope (``ok``, ``error_code``, ``description``, ``parameters``)."""

from __future__ import annotations

from infra.local.simulator.errors import SimulatorError
from infra.local.simulator.wire import ApiAnswer, Json, json_answer

__all__ = ["TelegramError", "bad_request"]


class TelegramError(SimulatorError):
    """A call that is answered with an error; ``description`` without the leading class name."""

    def __init__(self, code: int, description: str, *, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> ApiAnswer:
        """The error envelope; a 429 also carries the ``Retry-After`` header."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        headers = {}
        if self.parameters:
            body["parameters"] = self.parameters
            if "retry_after" in self.parameters:
                headers["Retry-After"] = str(self.parameters["retry_after"])
        return json_answer(body, self.code, headers)


def bad_request(description: str) -> TelegramError:
    """A 400 with the server's usual prefix."""
    return TelegramError(400, f"Bad Request: {description}")
