"""What other capabilities know of an escalation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

__all__ = [
    "ACTIVE",
    "PRIORITIES",
    "RETURN_TO_BOT",
    "Escalation",
    "EscalationReason",
    "EscalationStatus",
]

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


PRIORITIES: Final = {EscalationReason.ANGRY: 0, EscalationReason.ORDER_PROBLEM: 0}
"""0 is served first; every other reason has 1."""


class EscalationStatus(StrEnum):
    """open → assigned → answered, ended by resolved or expired."""

    OPEN = "open"
    """Nobody has taken it yet."""
    ASSIGNED = "assigned"
    """A member of staff has it and has not answered yet."""
    ANSWERED = "answered"
    """A member of staff has it and has answered at least once."""
    RESOLVED = "resolved"
    """By staff, or by the shopper who returned to the bot; ``resolved_by`` tells."""
    EXPIRED = "expired"
    """Nobody ended it in time; the bot answers again."""


ACTIVE: Final = (EscalationStatus.OPEN, EscalationStatus.ASSIGNED, EscalationStatus.ANSWERED)
"""While one of these holds, the bot is silent in the dialog."""


class Escalation(BaseModel):
    """A request for a person in one dialog."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    dialog_id: int
    reason: EscalationReason
    summary: str
    """What the talk was about, for the member of staff who takes it: the model's words, or the last messages."""
    status: EscalationStatus
    priority: int
    """0 is served before 1."""
    city_id: UUID | None
    assignee_id: UUID | None
    """The user who has it."""
    opened_at: datetime
    expires_at: datetime
    """When the bot answers again if nobody ends it before."""
    assigned_at: datetime | None
    answered_at: datetime | None
    """The staff's first answer."""
    waiting_since: datetime | None
    """Since when the shopper waits for the staff's next words; ``None``: the staff spoke last, or it has ended."""
    reminders: int
    """How often the staff was reminded of what waits now."""
    announced_at: datetime | None
    """When the staff was told of it."""
    resolved_at: datetime | None
    resolved_by: str | None
    """``shopper``, ``staff`` (the command line), ``erasure`` of the shopper, ``joined`` with
    another of the same chat, or a user's id."""
    updated_at: datetime

    @property
    def active(self) -> bool:
        """Whether the bot is silent because of it."""
        return self.status in ACTIVE
