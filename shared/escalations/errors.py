"""What can forbid an act on an escalation."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from shared.kernel.errors import Conflict

__all__ = ["AlreadyEscalated", "CodeSpent", "EscalationEnded", "TakenByAnother", "Unreachable"]


class AlreadyEscalated(Conflict):
    """People have the dialog already."""

    code: ClassVar[str] = "already_escalated"


class EscalationEnded(Conflict):
    """It was resolved or has expired: the bot answers in its dialog."""

    code: ClassVar[str] = "escalation_ended"


class TakenByAnother(Conflict):
    """Another member of staff has it; ``user_id`` says who."""

    code: ClassVar[str] = "escalation_taken"

    def __init__(self, user_id: UUID) -> None:
        super().__init__(f"user {user_id} has it")
        self.user_id = user_id


class Unreachable(Conflict):
    """The shopper has blocked the bot: nothing can be said until they write."""

    code: ClassVar[str] = "shopper_unreachable"


class CodeSpent(Conflict):
    """The code was used or replaced while the turn ran."""

    code: ClassVar[str] = "link_code_spent"
