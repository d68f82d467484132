"""Delivery statuses: what the platform says became of our messages, applied by rank, never in a dialog's order.

A status that overtakes our own record of the send is kept and matched later. One that carries our reference
settles an uncertain send. A failure has the consequences of a refused call (``late``), in the same transaction.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.dialogs.outbox.late import LateFailures, Rests, rest_bots
from shared.dialogs.outbox.rows import settle
from shared.runtime.database import Database

__all__ = ["DeliveryStatuses"]

_KEPT_UNMATCHED = timedelta(hours=1)
"""A status that matches no message of ours after this long never will (sent by hand, or by another system)."""

_COMPANIES = text("SELECT DISTINCT company_id FROM delivery_events WHERE NOT applied")

# Only what can be settled now: statuses of messages that are not ours must not hold up those that are.
_OPEN = text("""
SELECT e.id, e.bot_id, b.platform, e.state, e.error_code, e.platform_message_id, e.occurred_at,
       e.received_at < now() - CAST(:kept AS interval) AS too_old, o.id AS outbox_id, o.dialog_id, o.status
  FROM delivery_events e
  JOIN bots b ON b.id = e.bot_id
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

# sent < delivered < read; failed ends sent only. Whoever reads a private call needs no other form of it.
_APPLY = text("""
UPDATE outbox
   SET delivery = :state, call = CASE WHEN about IS NULL OR :state = 'sent' THEN call ELSE '{}' END
 WHERE id = :outbox_id
   AND coalesce(array_position(ARRAY['sent', 'delivered', 'read'], delivery), 0)
       < array_position(ARRAY['sent', 'delivered', 'read'], :state)
   AND coalesce(delivery, '') <> 'failed'
""")

# the outbox has the message's id; here it would outlive an erasure, and WhatsApp's holds the person's number
_APPLIED = text("UPDATE delivery_events SET applied = true, platform_message_id = '' WHERE id = ANY(:ids)")


class DeliveryStatuses:
    """Applies recorded statuses; runs in the ``deliveries`` queue."""

    def __init__(self, database: Database, late: LateFailures) -> None:
        self._database = database
        self._late = late

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
        ours = [row for row in rows if row.outbox_id is not None]
        moving = {row.dialog_id for row in ours if row.status == "uncertain" or row.state == "failed"}
        if moving:
            await session.execute(_LOCK_DIALOGS, {"ids": sorted(moving)})
        done = [row.id for row in rows if row.outbox_id is None]
        rests: Rests = {}
        # outbox rows are locked in the order of their ids; of one message a failure counts last: it may be read
        ours.sort(key=lambda row: (row.outbox_id, row.state == "failed", row.id))
        done += [row.id for row in ours if await self._apply_one(session, company_id, row, rests)]
        await rest_bots(session, rests)
        if done:
            await session.execute(_APPLIED, {"ids": done})
        return len(done)

    async def _apply_one(self, session: AsyncSession, company_id: UUID, row: Any, rests: Rests) -> bool:
        if row.state == "failed":
            return await self._late.apply(session, company_id, row, rests)
        if row.status == "uncertain":
            await settle(session, row.outbox_id, status="sent", message_id=row.platform_message_id)
        await session.execute(_APPLY, {"outbox_id": row.outbox_id, "state": row.state})
        return True
