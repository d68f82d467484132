"""Delivery statuses: what the platform says became of our messages, applied by rank, never in a dialog's order.

A status that overtakes our own record of the send is kept and matched later. One that carries our reference
settles an uncertain send. A failure that the platform reports late (WhatsApp's closed window, an unreachable
person) is followed up like a refused call.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.contract import Refusal
from shared.dialogs.outbox.rows import record_failure
from shared.kernel.ids import new_id
from shared.runtime.database import Database

__all__ = ["DeliveryStatuses"]

_log = logging.getLogger(__name__)

_KEPT_UNMATCHED = timedelta(hours=1)
"""A status that matches no message of ours after this long never will (sent by hand, or by another system)."""

_COMPANIES = text("SELECT DISTINCT company_id FROM delivery_events WHERE NOT applied")

# Only what can be settled now: statuses of messages that are not ours must not hold up those that are.
_OPEN = text("""
SELECT e.id, e.state, e.error_code, e.refusal, e.platform_message_id, o.id AS outbox_id, o.dialog_id, o.status
  FROM delivery_events e
  LEFT JOIN LATERAL (
       SELECT * FROM outbox m WHERE m.bot_id = e.bot_id AND m.platform_message_id = e.platform_message_id
       UNION ALL
       SELECT * FROM outbox r WHERE r.id = e.reference AND r.bot_id = e.bot_id
       LIMIT 1) o ON true
 WHERE NOT e.applied
   AND (o.status NOT IN ('waiting', 'sending') OR e.received_at < now() - CAST(:kept AS interval))
 ORDER BY e.id LIMIT :limit FOR UPDATE OF e SKIP LOCKED
""")

# before the outbox rows, and in id order: so do send lanes and webhooks
_LOCK_DIALOGS = text("SELECT FROM dialogs WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")

# sent < delivered < read; failed ends sent only
_APPLY = text("""
UPDATE outbox
   SET delivery = :state, error_code = coalesce(:error_code, error_code)
 WHERE id = :outbox_id
   AND CASE WHEN :state = 'failed' THEN coalesce(delivery, 'sent') = 'sent'
            ELSE coalesce(array_position(ARRAY['sent', 'delivered', 'read'], delivery), 0)
                 < array_position(ARRAY['sent', 'delivered', 'read'], :state)
             AND coalesce(delivery, '') <> 'failed' END
""")

# The fate of an uncertain send became known, it arrived or it failed: it is finished, and the lane goes on.
_SETTLE = text("""
WITH settled AS (
    UPDATE outbox
       SET status = :status, platform_message_ids = ARRAY[CAST(:message_id AS text)],
           sent_at = CASE WHEN :status = 'sent' THEN now() END,
           call = CASE WHEN about IS NULL THEN call ELSE '{}' END
     WHERE id = :outbox_id AND status = 'uncertain' RETURNING dialog_id, seq
)
UPDATE dialogs d SET sent_seq = s.seq, send_token = NULL, send_until = NULL, send_at = now()
  FROM settled s WHERE d.id = s.dialog_id AND d.sent_seq = s.seq - 1
""")

_BLOCK = text("UPDATE dialogs SET blocked = true WHERE id = :dialog_id")
# the outbox has the message's id; here it would outlive an erasure, and WhatsApp's holds the person's number
_APPLIED = text("UPDATE delivery_events SET applied = true, platform_message_id = '' WHERE id = ANY(:ids)")


class DeliveryStatuses:
    """Applies recorded statuses; runs in the ``deliveries`` queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def apply(self, *, limit: int = 500) -> int:
        """Apply up to ``limit`` statuses of each company; how many were applied, or too old to be ever."""
        async with self._database.system_scope() as session:
            companies = (await session.execute(_COMPANIES)).all()
        applied = 0
        for (company_id,) in companies:
            async with self._database.session_scope(company_id) as session:
                applied += await self._apply_of(session, company_id, limit)
        return applied

    async def _apply_of(self, session: AsyncSession, company_id: UUID, limit: int) -> int:
        rows = (await session.execute(_OPEN, {"limit": limit, "kept": _KEPT_UNMATCHED})).all()
        done = [row.id for row in rows]
        moving = [row.dialog_id for row in rows if row.status == "uncertain" or row.refusal is not None]
        if moving:
            await session.execute(_LOCK_DIALOGS, {"ids": moving})
        for row in rows:
            if row.outbox_id is not None:
                await self._apply_one(session, company_id, row)
        if done:
            await session.execute(_APPLIED, {"ids": done})
        return len(done)

    async def _apply_one(self, session: AsyncSession, company_id: UUID, row: Any) -> None:
        if row.status == "uncertain":
            status = "failed" if row.state == "failed" else "sent"
            await session.execute(
                _SETTLE,
                {"outbox_id": row.outbox_id, "message_id": row.platform_message_id, "status": status},
            )
        if row.state == "failed":
            await self._follow_up(session, company_id, row)
        await session.execute(
            _APPLY, {"outbox_id": row.outbox_id, "state": row.state, "error_code": row.error_code}
        )

    async def _follow_up(self, session: AsyncSession, company_id: UUID, row: Any) -> None:
        if row.refusal == Refusal.UNREACHABLE:
            await session.execute(_BLOCK, {"dialog_id": row.dialog_id})
            return
        _log.warning("a message failed after it was sent", extra={"outbox": row.outbox_id})
        await record_failure(
            session,
            company_id=company_id,
            failure_id=new_id(),
            kind="send",
            dialog_id=row.dialog_id,
            outbox_id=row.outbox_id,
            code=(row.error_code or "failed")[:100],
            detail="delivery status",
            attempts=1,
        )
