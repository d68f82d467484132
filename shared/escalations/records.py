"""What the audit log is told of escalations, whether the staff acts through the API or in their own messengers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.contract import Platform
from shared.escalations.schemas import Escalation
from shared.identity import audit
from shared.identity import service as users
from shared.identity.schemas import Caller

__all__ = ["record_act", "record_act_of_member", "record_link"]


async def record_act(
    session: AsyncSession, caller: Caller, verb: str, before: Escalation | None, after: Escalation
) -> None:
    """Record what a caller did with an escalation; ``verb`` in the past: ``resolved``."""
    await audit.record(
        session,
        caller,
        action=f"escalation.{verb}",
        subject_type="escalation",
        subject_id=str(after.id),
        before=_state(before) if before is not None else None,
        after=_state(after),
    )


async def record_act_of_member(
    session: AsyncSession,
    user_id: UUID,
    platform: Platform,
    verb: str,
    *,
    before: Escalation,
    after: Escalation,
) -> None:
    """As ``record_act``, for a member of staff in their own messenger, which stands in the address's place.

    Raises:
        NotFound: the company has no such user any more.
    """
    caller = users.caller_for(await users.existing(session, user_id), address=platform.value)
    await record_act(session, caller, verb, before, after)


async def record_link(session: AsyncSession, caller: Caller, action: str, user_id: UUID) -> None:
    """Record what became of a user's own messenger."""
    await audit.record(
        session, caller, action=action, subject_type="user", subject_id=str(user_id), before=None, after=None
    )


def _state(escalation: Escalation) -> dict[str, Any]:
    """What of an escalation is recorded: never the shopper's words."""
    return escalation.model_dump(include={"dialog_id", "reason", "status", "assignee_id", "answered_at"})
