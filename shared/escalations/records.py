"""What the audit log is told of escalations, whether the staff acts through the API or in their own messengers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.contract import Platform
from shared.escalations.schemas import Escalation
from shared.escalations.staff.links import Link
from shared.identity import audit
from shared.identity import service as users
from shared.identity.schemas import Caller

__all__ = ["record_act", "record_act_of_member", "record_code", "record_link", "record_link_by_member"]


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
    await record_act(session, await _member(session, user_id, platform), verb, before, after)


async def record_code(session: AsyncSession, caller: Caller, user_id: UUID, expires_at: datetime) -> None:
    """Record that a code to link a user's messenger was issued."""
    await audit.record(
        session,
        caller,
        action="messenger_link.code_issued",
        subject_type="user",
        subject_id=str(user_id),
        before=None,
        after={"expires_at": expires_at},
    )


async def record_link(
    session: AsyncSession, caller: Caller, user_id: UUID, before: Link | None, after: Link | None
) -> None:
    """Record that a user's own messenger was linked or unlinked."""
    await audit.record(
        session,
        caller,
        action="messenger_link.deleted" if after is None else "messenger_link.created",
        subject_type="user",
        subject_id=str(user_id),
        before=_link(before) if before is not None else None,
        after=_link(after) if after is not None else None,
    )


async def record_link_by_member(
    session: AsyncSession, user_id: UUID, platform: Platform, before: Link | None, after: Link | None
) -> None:
    """As ``record_link``, where the user did it in the messenger itself.

    Raises:
        NotFound: the company has no such user any more.
    """
    await record_link(session, await _member(session, user_id, platform), user_id, before, after)


async def _member(session: AsyncSession, user_id: UUID, platform: Platform) -> Caller:
    return users.caller_for(await users.existing(session, user_id), address=platform.value)


def _link(link: Link) -> dict[str, Any]:
    return {"platform": link.platform, "bot_id": link.bot_id, "dialog_id": link.dialog_id}


def _state(escalation: Escalation) -> dict[str, Any]:
    """What of an escalation is recorded: never the shopper's words."""
    return escalation.model_dump(include={"dialog_id", "reason", "status", "assignee_id", "answered_at"})
