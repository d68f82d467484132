"""Why the model did not answer a turn: each reason leads to the offline assistant."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from shared.kernel.errors import ZetaError

__all__ = ["ContextTooLong", "FailureReason", "ModelFailed", "TemperatureRefused"]


class FailureReason(StrEnum):
    """A machine word for logs and analytics."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    """Key, model name or request not accepted (401, 403, 404, 400): a person has to look."""
    GARBAGE = "garbage"
    """Not a chat completion."""
    CONTENT_FILTER = "content_filter"
    EMPTY = "empty"
    TOO_MANY_ROUNDS = "too_many_rounds"
    NO_TIME = "no_time"
    UNGROUNDED = "ungrounded"
    """Nothing true remained of its words."""
    RESTING = "resting"
    """It failed before and is left alone for a while."""
    OVER_BUDGET = "over_budget"


class ModelFailed(ZetaError):
    """The model gave no usable answer; ``rest`` is how long it asked to be left alone, in seconds."""

    code: ClassVar[str] = "model_failed"

    def __init__(self, reason: FailureReason, message: str = "", *, rest: float | None = None) -> None:
        super().__init__(message or reason.value)
        self.reason = reason
        self.rest = rest


class ContextTooLong(ModelFailed):
    """The messages do not fit the model's context; fewer might."""

    code: ClassVar[str] = "context_too_long"


class TemperatureRefused(ZetaError):
    """The model takes no other temperature than its default."""

    code: ClassVar[str] = "temperature_refused"
