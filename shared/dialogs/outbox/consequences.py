"""What follows from an error of a call. The messenger's answer may tell it, or a status later: it is the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.channels.contract import NotSent, Refusal, Refused
from shared.kernel.errors import TryLater
from shared.runtime.settings import Settings

__all__ = ["BotRest", "Consequence", "Then", "consequence_of"]


class Then(StrEnum):
    """What becomes of a call that was not delivered and has no other form to try."""

    AGAIN = "again"
    """Sent once more, after ``wait`` seconds."""
    UNREACHABLE = "unreachable"
    """The person takes no messages until they write again."""
    GIVE_UP = "give_up"
    """A failure record for an administrator."""


@dataclass(frozen=True, slots=True)
class BotRest:
    """How long all lanes of the bot rest, and what a person has to mend, if anything."""

    seconds: float
    misconfigured: str | None = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """``counted``: the try counts against ``SEND_ATTEMPTS``."""

    then: Then
    code: str
    wait: float = 0.0
    counted: bool = True
    bot: BotRest | None = None


def consequence_of(error: NotSent | Refused | TryLater, *, attempts: int, settings: Settings) -> Consequence:
    """What follows from ``error`` after so many attempts.

    A ``TryLater`` is the transport's breaker, or our own database: nothing was tried.
    """
    if isinstance(error, Refused):
        return _of_refusal(error, settings)
    told = error.after is not None
    if attempts >= settings.send_attempts and not told:
        return Consequence(Then.GIVE_UP, error.code)
    wait = error.after
    if wait is None:
        curve = (error.attempt_curve if isinstance(error, NotSent) else None) or 2.0
        wait = min(curve ** (attempts - 1), settings.send_backoff_limit)
    bot = BotRest(wait) if told and isinstance(error, NotSent) and error.scope == "bot" else None
    return Consequence(Then.AGAIN, error.code, wait=wait, counted=not told, bot=bot)


def _of_refusal(refused: Refused, settings: Settings) -> Consequence:
    code = (refused.platform_code or refused.refusal.value)[:100]
    match refused.refusal:
        case Refusal.MISCONFIGURED:
            wait = settings.misconfigured_wait
            bot = BotRest(wait, refused.reason[:200])
            return Consequence(Then.AGAIN, refused.code, wait=wait, counted=False, bot=bot)
        case Refusal.UNREACHABLE:
            return Consequence(Then.UNREACHABLE, code)
        case Refusal.REJECTED | Refusal.WINDOW_CLOSED:
            return Consequence(Then.GIVE_UP, code)
