"""What escalations keep about a person, told and erased on request.

It is the last words of a talk, and what the staff was told of it in their own messengers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["EscalationRecords"]

_OF_PERSON = "dialog_id IN (SELECT dialog_id FROM customer_dialogs WHERE customer_id = :customer)"
_SAID = text(f"SELECT reason, summary, opened_at FROM escalations WHERE {_OF_PERSON} ORDER BY opened_at")  # noqa: S608 - constants only
_FORGET = text(f"UPDATE escalations SET summary = '' WHERE {_OF_PERSON}")  # noqa: S608 - constants only

# what a member of staff was told while the person's escalation lasted, and wrote to them through the bot;
# messengers tell their time in whole seconds, by a clock of their own
_STAFF_AT_THE_TIME = f"""
dialogs d, escalations e
 WHERE d.staff_user_id IS NOT NULL AND e.{_OF_PERSON}
   AND {{at}} BETWEEN e.opened_at - interval '1 minute' AND coalesce(e.resolved_at, now()) + interval '1 minute'
"""
_FORGET_TOLD = text(
    f"DELETE FROM messages m USING {_STAFF_AT_THE_TIME.format(at='m.at')} AND m.dialog_id = d.id"  # noqa: S608 - constants only
)
# what they wrote to the person, and quoted, came in through the inbox
_FORGET_HEARD = text(
    f"UPDATE inbox i SET event = '{{}}', raw = NULL FROM {_STAFF_AT_THE_TIME.format(at='i.received_at')}"  # noqa: S608 - constants only
    " AND i.dialog_id = d.id AND i.status <> 'received'"
)
# theirs and the person's own, which are next: dialogs are locked in the order of their ids, as webhooks lock them
_LOCK = text("""
SELECT FROM dialogs
 WHERE staff_user_id IS NOT NULL OR id IN (SELECT dialog_id FROM customer_dialogs WHERE customer_id = :customer)
 ORDER BY id FOR NO KEY UPDATE
""")
# no copy of the memory of those chats is believed any more
_FORGET_REMEMBERED = text(f"""
UPDATE dialogs SET history_seq = history_seq + 1
 WHERE id IN (SELECT m.dialog_id FROM messages m, {_STAFF_AT_THE_TIME.format(at="m.at")} AND m.dialog_id = d.id)
RETURNING id
""")  # noqa: S608 - constants only
_FORGET_SENT = text(
    f"UPDATE outbox o SET call = '{{}}' FROM {_STAFF_AT_THE_TIME.format(at='o.created_at')}"  # noqa: S608 - constants only
    " AND o.dialog_id = d.id AND o.status IN ('sent', 'failed')"
)


class EscalationRecords:
    """The escalations of a person's dialogs, as ``shared.customers`` asks for them."""

    name: Final = "escalations"

    def __init__(self, forget_copies: Callable[[AsyncSession, Sequence[int]], None]) -> None:
        """``forget_copies``: drops what lies outside of Postgres of dialogs, after the commit."""
        self._forget_copies = forget_copies

    async def move(self, session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
        """Nothing to do: escalations hang on dialogs, and those move."""

    async def export(self, session: AsyncSession, customer_id: UUID) -> list[dict[str, Any]]:
        """Why and when a person was called, and what was summed up for them."""
        rows = await session.execute(_SAID, {"customer": customer_id})
        return [
            {"reason": row.reason, "summary": row.summary, "opened_at": row.opened_at.isoformat()} for row in rows
        ]

    async def erase(self, session: AsyncSession, customer_id: UUID) -> None:
        """Drop the words; that a person was called, when and why stays."""
        await session.execute(_LOCK, {"customer": customer_id})
        told = await session.scalars(_FORGET_REMEMBERED, {"customer": customer_id})
        self._forget_copies(session, told.all())
        for statement in (_FORGET_TOLD, _FORGET_HEARD, _FORGET_SENT, _FORGET):
            await session.execute(statement, {"customer": customer_id})
