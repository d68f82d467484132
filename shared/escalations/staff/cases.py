"""What the staff is shown of an escalation: whose it is, and what was said since it was announced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.dialogs.contract import MemoryMessage, Role
from shared.dialogs.notices import Notices, Recipient
from shared.escalations import service
from shared.escalations.schemas import Escalation
from shared.kernel.errors import NotFound

__all__ = [
    "Case",
    "CaseList",
    "case_of",
    "cases_for",
    "find_case",
    "in_history",
    "newest_other",
    "quoted_escalation",
]

_SINCE = text("""
SELECT m.role, m.text, m.at FROM messages m
 WHERE m.dialog_id = :dialog_id AND m.role IN ('shopper', 'staff')
   AND m.seq > (SELECT max(n.seq) FROM messages n
                 WHERE n.dialog_id = :dialog_id AND n.role = 'note' AND n.text = '[handover.opened]')
 ORDER BY m.seq DESC LIMIT :limit
""")
_LATEST = 6

_NAMES = text(
    "SELECT id, coalesce(nullif(name, ''), split_part(email, '@', 1)) AS name FROM users WHERE id = ANY(:ids)"
)

# a member's own and those that nobody has, who waits first; then those of colleagues
_LIST = text("""
SELECT id, assignee_id IS NULL OR assignee_id = :user_id AS near,
       count(*) OVER () AS total,
       count(*) FILTER (WHERE waiting_since IS NOT NULL) OVER () AS waiting
  FROM escalations WHERE resolved_at IS NULL AND expires_at > now() AND dialog_id <> :own
 ORDER BY near DESC, waiting_since IS NULL, priority, coalesce(waiting_since, opened_at), id
 LIMIT :limit OFFSET :offset
""")

# of what the member was told here, the newest about somebody else of theirs, after the last about this one
_OTHER = text("""
WITH recent AS (
    SELECT seq, about[1] AS about, status FROM outbox
     WHERE dialog_id = :dialog_id AND cardinality(about) = 1 ORDER BY seq DESC LIMIT 50
)
SELECT e.id FROM recent r
  JOIN escalations e ON e.dialog_id = r.about AND e.resolved_at IS NULL AND e.assignee_id = :user_id
 WHERE r.status = 'sent' AND r.about <> :about
   AND r.seq > (SELECT coalesce(max(seq), 0) FROM recent WHERE about = :about)
 ORDER BY r.seq DESC LIMIT 1
""")
_QUOTED = text("""
SELECT e.id FROM outbox o JOIN escalations e ON e.dialog_id = o.about[1]
 WHERE o.bot_id = :bot_id AND o.dialog_id = :dialog_id AND o.platform_message_id = :message_id
   AND cardinality(o.about) = 1
 ORDER BY e.resolved_at IS NULL DESC, e.opened_at DESC LIMIT 1
""")
_IN_HISTORY = text("""
SELECT EXISTS (SELECT FROM messages
                WHERE dialog_id = :dialog_id AND role = 'shopper' AND content ->> 'message_id' = :message_id)
""")


@dataclass(frozen=True, slots=True)
class Case:
    """An escalation as a member sees it."""

    escalation: Escalation
    shopper: Recipient
    holder: str = ""
    """The name of whoever has it; empty: nobody."""
    latest: Sequence[MemoryMessage] = ()
    """What the shopper and the staff have said since it was announced, oldest first."""


@dataclass(frozen=True, slots=True)
class CaseList:
    """A page of the escalations that last."""

    cases: Sequence[Case]
    total: int = 0
    waiting: int = 0
    """Of the total: those whose shopper waits for the staff's next words."""


async def case_of(session: AsyncSession, notices: Notices, escalation: Escalation) -> Case:
    """All that there is to see of an escalation.

    Raises:
        NotFound: its dialog is gone.
    """
    shopper = await notices.recipient(session, escalation.dialog_id)
    rows = await session.execute(_SINCE, {"dialog_id": escalation.dialog_id, "limit": _LATEST})
    latest = [MemoryMessage(Role(row.role), row.text, row.at) for row in reversed(rows.all())]
    names = await _names(session, [escalation])
    return Case(escalation, shopper, _holder(escalation, names), latest)


async def find_case(session: AsyncSession, notices: Notices, escalation_id: UUID) -> Case | None:
    """The active escalation of that id; ``None`` where it has ended or never was this company's."""
    try:
        escalation = await service.get(session, escalation_id)
        return await case_of(session, notices, escalation) if escalation.active else None
    except NotFound:
        return None


async def cases_for(
    session: AsyncSession, notices: Notices, user_id: UUID, *, own: int, limit: int, offset: int
) -> CaseList:
    """A page of the company's active escalations, for a member: who waits for them first, those of colleagues last.

    Args:
        session: of the company.
        notices: knows who a dialog is with.
        user_id: the member.
        own: the member's own dialog, which is left out.
        limit: how many at most.
        offset: how many to pass over.
    """
    values: dict[str, Any] = {"user_id": user_id, "own": own, "limit": limit, "offset": offset}
    rows = (await session.execute(_LIST, values)).all()
    escalations = [await service.get(session, row.id) for row in rows]
    names = await _names(session, escalations)
    shoppers = await notices.recipients(session, [escalation.dialog_id for escalation in escalations])
    cases = [
        Case(escalation, shoppers[escalation.dialog_id], _holder(escalation, names)) for escalation in escalations
    ]
    return CaseList(cases, rows[0].total, rows[0].waiting) if rows else CaseList(())


async def newest_other(session: AsyncSession, *, own: int, user_id: UUID, about: int) -> UUID | None:
    """The escalation that the member's chat was last told of, where it is not that of the dialog ``about``.

    Only of the member's own escalations, and only of what has reached the chat ``own``.
    """
    values = {"dialog_id": own, "user_id": user_id, "about": about}
    found: UUID | None = await session.scalar(_OTHER, values)
    return found


async def quoted_escalation(session: AsyncSession, *, own: int, bot_id: UUID, message_id: str) -> UUID | None:
    """The escalation that the bot's message in the chat ``own`` told of; ``None``: it told of none."""
    values = {"dialog_id": own, "bot_id": bot_id, "message_id": message_id}
    found: UUID | None = await session.scalar(_QUOTED, values)
    return found


async def in_history(session: AsyncSession, dialog_id: int, message_id: str) -> bool:
    """Whether the person's message stands in the dialog's history: it was said to the bot."""
    return bool(await session.scalar(_IN_HISTORY, {"dialog_id": dialog_id, "message_id": message_id}))


async def _names(session: AsyncSession, escalations: Sequence[Escalation]) -> dict[UUID, str]:
    ids = {escalation.assignee_id for escalation in escalations if escalation.assignee_id is not None}
    if not ids:
        return {}
    return {row.id: row.name for row in await session.execute(_NAMES, {"ids": list(ids)})}


def _holder(escalation: Escalation, names: dict[UUID, str]) -> str:
    return names.get(escalation.assignee_id, "") if escalation.assignee_id is not None else ""
