"""What other capabilities know of an escalation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

__all__ = ["RETURN_TO_BOT", "Escalation", "EscalationReason", "EscalationStatus"]

RETURN_TO_BOT: Final = "bot"
"""Id of the button «Вернуться к боту», which ends a hand-over."""


class EscalationReason(StrEnum):
    """Why a person has to answer."""

    ASKED = "asked"
    """The shopper asked for a person."""
    ANGRY = "angry"
    """The shopper complains."""
    REPEATED_FAILURE = "repeated_failure"
    """The bot did not help several times in a row."""
    ORDER_PROBLEM = "order_problem"
    """Something about an order that only staff can see or change."""


class EscalationStatus(StrEnum):
    """An escalation is open until one of three things ends it."""

    OPEN = "open"
    RESOLVED = "resolved"
    """By staff, or by the shopper who returned to the bot; ``resolved_by`` tells."""
    EXPIRED = "expired"
    """Nobody ended it in time; the bot answers again."""


class Escalation(BaseModel):
    """A request for a person in one dialog."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    dialog_id: int
    reason: EscalationReason
    summary: str
    """The last words of the talk, for the member of staff who takes it."""
    status: EscalationStatus
    opened_at: datetime
    expires_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
