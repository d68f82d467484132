"""What dialogs keep about a person: told and erased on request, dialog by dialog.

An erased dialog loses its words, its names and its address: what the person writes later begins a new one. The
dialog in which they asked for it is still to be answered and keeps its address. What only counts (rows of inbox
and outbox, events of analytics) stays, without the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.dialogs.group_records import forget_in_groups, said_in_groups
from shared.runtime.database import after_commit

__all__ = ["Copies", "DialogCopies", "DialogHistory"]

_SAID = text("""
SELECT d.id AS dialog_id, b.platform, d.customer_id AS person, d.customer_name AS name, d.phone, d.language,
       d.created_at,
       coalesce((SELECT jsonb_agg(a.address ORDER BY a.since, a.address) FROM dialog_addresses a
                  WHERE a.dialog_id = d.id), '[]') AS addresses,
       coalesce((SELECT jsonb_agg(jsonb_build_object('role', m.role, 'at', m.at, 'text', m.text) ORDER BY m.seq)
                   FROM messages m WHERE m.dialog_id = d.id), '[]') AS messages
  FROM dialogs d JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
 WHERE d.id = ANY(:ids) ORDER BY d.id
""")

# with the dialogs that ended in these
_ALL = text("SELECT id FROM dialogs WHERE id = ANY(:ids) OR moved_to = ANY(:ids) ORDER BY id")
# the dialogs' rows before all else, in id order: it is what webhooks, drainers and send lanes lock. The history's
# count goes on, so that no copy of the memory is believed any more.
_LOCK = text("SELECT FROM dialogs WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")
_LOSE_PHONE = text("""
UPDATE dialogs SET phone = NULL, blocked = blocked OR chat_id = ltrim(:phone, '+')
 WHERE id = ANY(:ids) AND phone = :phone
""")
_UNNAME = text("""
UPDATE dialogs
   SET customer_name = '', phone = NULL, former_phone = NULL, state = '{}',
       history_seq = history_seq + 1, memory_from = history_seq + 1
 WHERE id = ANY(:ids)
""")
_CLOSE = text("""
UPDATE dialogs
   SET chat_id = 'erased:' || id, customer_id = 'erased:' || id, blocked = true, handover_until = NULL,
       done_seq = received_seq, attempts = 0, lease_token = NULL, lease_until = NULL,
       sent_seq = outbox_seq, send_token = NULL, send_until = NULL
 WHERE id = ANY(:ids)
""")
_FORGET_ADDRESSES = text("""
DELETE FROM dialog_addresses a USING dialogs d
 WHERE d.id = ANY(:ids) AND a.dialog_id = d.id AND a.address <> d.chat_id
""")
_FORGET_SAID = text("DELETE FROM messages WHERE dialog_id = ANY(:ids)")
_FORGET_HEARD = text("""
UPDATE inbox SET event = '{}', raw = NULL WHERE dialog_id = ANY(:ids) AND status <> 'received'
""")
_FORGET_SENDERS = text("""
UPDATE inbox
   SET event = jsonb_set(event, '{sender}', jsonb_build_object('id', event -> 'sender' -> 'id')), raw = NULL
 WHERE dialog_id = ANY(:ids) AND status = 'received'
""")
# the platform's id of a message may hold the phone itself (WhatsApp's does)
_CLOSE_INBOX = text("""
UPDATE inbox
   SET event = '{}', raw = NULL, event_id = 'erased:' || id, done_at = coalesce(done_at, now()),
       status = CASE status WHEN 'received' THEN 'done' ELSE status END
 WHERE dialog_id = ANY(:ids)
""")
_FORGET_SENT = text("""
UPDATE outbox SET call = '{}', platform_message_ids = '{}'
 WHERE dialog_id = ANY(:ids) AND status IN ('sent', 'failed')
""")
_CLOSE_OUTBOX = text("""
UPDATE outbox
   SET call = '{}', platform_message_ids = '{}',
       error_code = CASE WHEN status IN ('sent', 'failed') THEN error_code ELSE 'erased' END,
       status = CASE WHEN status IN ('sent', 'failed') THEN status ELSE 'failed' END
 WHERE dialog_id = ANY(:ids)
""")
_DISCARD_FAILURES = text("""
UPDATE failures
   SET detail = '', resolved_at = coalesce(resolved_at, now()), resolution = coalesce(resolution, 'discarded')
 WHERE dialog_id = ANY(:ids)
""")


class Copies(Protocol):
    """What lies outside of Postgres of a dialog: ``Memory``, what was found in its files."""

    async def forget(self, dialog_id: int) -> None:
        """Drop it; never raises."""


class DialogCopies:
    """All copies of a worker."""

    def __init__(self, *copies: Copies) -> None:
        self._copies = copies

    def forget(self, session: AsyncSession, dialog_ids: Sequence[int]) -> None:
        """Drop the dialogs' copies once the session's transaction is committed."""

        async def work() -> None:
            for dialog_id in dialog_ids:
                for copies in self._copies:
                    await copies.forget(dialog_id)

        after_commit(session, work)


class DialogHistory:
    """Tells and erases what was said in dialogs. One per worker."""

    def __init__(self, copies: DialogCopies) -> None:
        self._copies = copies

    async def export(self, session: AsyncSession, dialog_ids: Sequence[int]) -> list[dict[str, Any]]:
        """Each dialog with who the person is there and all that was said, and what they said in groups, as JSON
        values."""
        rows = await session.execute(_SAID, {"ids": await _with_ended(session, dialog_ids)})
        private = [dict(row) | {"created_at": row["created_at"].isoformat()} for row in rows.mappings()]
        return private + await said_in_groups(session, dialog_ids)

    async def lose_phone(self, session: AsyncSession, dialog_ids: Sequence[int], phone: str) -> None:
        """Write by another name from now on; where there is none, nothing until the person writes again."""
        ids = {"ids": sorted(dialog_ids)}
        await session.execute(_LOCK, ids)
        await session.execute(_LOSE_PHONE, {**ids, "phone": phone})

    async def erase(
        self, session: AsyncSession, dialog_ids: Sequence[int], *, answering: int | None = None
    ) -> None:
        """Delete what was said and who said it; ``answering`` keeps its address and what waits there."""
        dialog_ids = await _with_ended(session, dialog_ids)
        ids = {"ids": dialog_ids}
        closed = {"ids": sorted(set(dialog_ids) - {answering})}
        open_ = {"ids": [answering] if answering in dialog_ids else []}
        await session.execute(_LOCK, ids)
        await forget_in_groups(session, dialog_ids)
        for statement in (_UNNAME, _FORGET_SAID, _DISCARD_FAILURES):
            await session.execute(statement, ids)
        for statement in (_FORGET_ADDRESSES, _FORGET_HEARD, _FORGET_SENDERS, _FORGET_SENT):
            await session.execute(statement, open_)
        for statement in (_CLOSE_INBOX, _CLOSE_OUTBOX, _CLOSE, _FORGET_ADDRESSES):
            await session.execute(statement, closed)
        self._copies.forget(session, dialog_ids)


async def _with_ended(session: AsyncSession, dialog_ids: Sequence[int]) -> list[int]:
    """These dialogs and those that ended in them, in the order of their ids."""
    return list((await session.execute(_ALL, {"ids": list(dialog_ids)})).scalars())
