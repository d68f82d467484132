"""What escalations keep about a person, told and erased on request.

It is the summary of a talk, what waits to be told to the staff in their own messengers, and what those chats
remember of serving the person.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["EscalationRecords"]

_OF_PERSON = "dialog_id IN (SELECT dialog_id FROM customer_dialogs WHERE customer_id = :customer)"
_SAID = text(f"SELECT reason, summary, opened_at FROM escalations WHERE {_OF_PERSON} ORDER BY opened_at")  # noqa: S608 - constants only
# nobody is left to be answered
_FORGET = text(f"""
UPDATE escalations
   SET summary = '', waiting_since = NULL, updated_at = now(),
       status = CASE WHEN resolved_at IS NULL THEN 'resolved' ELSE status END,
       resolved_by = CASE WHEN resolved_at IS NULL THEN 'erasure' ELSE resolved_by END,
       resolved_at = coalesce(resolved_at, now())
 WHERE {_OF_PERSON}
""")  # noqa: S608 - constants only
_FREE = text(f"""
UPDATE dialogs SET handover_until = NULL WHERE id IN (SELECT dialog_id FROM escalations WHERE {_OF_PERSON})
""")  # noqa: S608 - constants only

# the history of the staff's own dialogs keeps nothing of it once it is said; a call to them that waits is emptied
# and left unsent, and so is one that might still be reported as failed
_FORGET_CALLS = text("""
UPDATE outbox SET call = '{}'
 WHERE about && ARRAY(SELECT dialog_id FROM customer_dialogs WHERE customer_id = :customer)
   AND call <> '{}'
""")
# a turn of theirs that was given up keeps what they wrote, to be tried again; messengers tell their time in whole
# seconds, by a clock of their own
_FORGET_HEARD = text(f"""
UPDATE inbox i SET event = '{{}}', raw = NULL FROM dialogs d, escalations e
 WHERE d.staff_user_id IS NOT NULL AND e.{_OF_PERSON} AND i.dialog_id = d.id AND i.status = 'failed'
   AND i.received_at BETWEEN e.opened_at - interval '1 minute'
                         AND coalesce(e.resolved_at, now()) + interval '1 minute'
""")  # noqa: S608 - constants only
# what a chat of the staff remembers: words that wait to be sent to somebody, nobody knows to whom, and the marks of
# those that were sent to the person
_FORGET_REMEMBERED = text(f"""
UPDATE dialogs d
   SET state = jsonb_set(
           d.state, '{{staff}}',
           (d.state -> 'staff') - 'held' || jsonb_build_object('sent', (
               SELECT coalesce(jsonb_agg(s.part ORDER BY s.place), '[]')
                 FROM jsonb_array_elements(coalesce(d.state #> '{{staff,sent}}', '[]'))
                      WITH ORDINALITY AS s (part, place)
                WHERE s.part ->> 'escalation_id' NOT IN (SELECT id::text FROM escalations WHERE {_OF_PERSON}))))
 WHERE d.staff_user_id IS NOT NULL AND jsonb_typeof(d.state -> 'staff') = 'object'
""")  # noqa: S608 - constants only
# before the dialogs: whoever has an escalation locks it first, and then touches its dialog
_LOCK = text(f"SELECT FROM escalations WHERE {_OF_PERSON} ORDER BY id FOR NO KEY UPDATE")
# theirs and the person's own, which are next: dialogs are locked in the order of their ids, as webhooks lock them
_LOCK_DIALOGS = text("""
SELECT FROM dialogs
 WHERE staff_user_id IS NOT NULL OR id IN (SELECT dialog_id FROM customer_dialogs WHERE customer_id = :customer)
 ORDER BY id FOR NO KEY UPDATE
""")


# Of two that last, the one that somebody has taken goes on, else the older.
_LOCK_BOTH = text("SELECT FROM escalations WHERE dialog_id IN (:dialog, :source) ORDER BY id FOR NO KEY UPDATE")
_END_SECOND = text("""
WITH active AS (
    SELECT id, row_number() OVER (ORDER BY assignee_id IS NULL, opened_at, id) AS place FROM escalations
     WHERE dialog_id IN (:dialog, :source) AND resolved_at IS NULL
)
UPDATE escalations e
   SET status = 'resolved', resolved_at = now(), resolved_by = 'joined', waiting_since = NULL, updated_at = now()
  FROM active a WHERE a.place > 1 AND e.id = a.id
""")
_FOLLOW = text("UPDATE escalations SET dialog_id = :dialog, updated_at = now() WHERE dialog_id = :source")


class EscalationRecords:
    """The escalations of a person's dialogs, as ``shared.customers`` asks for them."""

    name: Final = "escalations"

    async def move(self, session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
        """Nothing to do: escalations hang on dialogs, and those move."""

    async def follow(self, session: AsyncSession, dialog_id: int, *, source: int | None) -> None:
        """Whoever has one dialog has the other (``DialogFollower``): both are one chat."""
        if source is not None:
            for statement in (_LOCK_BOTH, _END_SECOND, _FOLLOW):
                await session.execute(statement, {"dialog": dialog_id, "source": source})

    async def export(self, session: AsyncSession, customer_id: UUID) -> list[dict[str, Any]]:
        """Why and when a person was called, and what was summed up for them."""
        rows = await session.execute(_SAID, {"customer": customer_id})
        return [
            {"reason": row.reason, "summary": row.summary, "opened_at": row.opened_at.isoformat()} for row in rows
        ]

    async def erase(self, session: AsyncSession, customer_id: UUID) -> None:
        """Drop the words, and give the dialogs back to the bot; that a person was called, when and why stays."""
        locks = (_LOCK, _LOCK_DIALOGS)
        for statement in (*locks, _FORGET_CALLS, _FORGET_HEARD, _FORGET_REMEMBERED, _FORGET, _FREE):
            await session.execute(statement, {"customer": customer_id})
