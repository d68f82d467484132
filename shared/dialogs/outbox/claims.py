"""Claims on send lanes, as the system role: which dialogs have calls that may go now."""

from __future__ import annotations

import math
from datetime import timedelta

from sqlalchemy import text

from shared.channels.contract import Platform
from shared.dialogs.outbox.lane import Lane
from shared.runtime.database import Database
from shared.runtime.settings import Settings

__all__ = ["LaneClaims"]

_CLAIM = text("""
WITH ready AS MATERIALIZED (
    SELECT d.id FROM dialogs d JOIN bots b ON b.id = d.bot_id
     WHERE d.outbox_seq > d.sent_seq AND NOT d.blocked AND d.send_at <= now()
       AND (d.send_until IS NULL OR d.send_until <= now())
       AND (b.send_after IS NULL OR b.send_after <= now())
     ORDER BY d.send_at LIMIT :places
), chosen AS MATERIALIZED (
    SELECT d.id FROM dialogs d
     WHERE d.id IN (SELECT id FROM ready) AND d.outbox_seq > d.sent_seq AND NOT d.blocked
       AND d.send_at <= now() AND (d.send_until IS NULL OR d.send_until <= now())
     ORDER BY d.id FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE dialogs d SET send_token = gen_random_uuid(), send_until = now() + :lane_time
      FROM chosen c WHERE d.id = c.id
    RETURNING d.id, d.company_id, d.bot_id, d.send_token
)
SELECT c.*, b.platform FROM claimed c JOIN bots b ON b.id = c.bot_id
""")

# What may go now is looked for first: a resting bot's many lanes, however old, hide nobody else's. The order asks
# for the index: how few lanes wait, the planner cannot know.
_NEXT = text("""
SELECT coalesce((
    SELECT 0 FROM dialogs d JOIN bots b ON b.id = d.bot_id
     WHERE d.outbox_seq > d.sent_seq AND NOT d.blocked AND d.send_at <= now()
       AND (d.send_until IS NULL OR d.send_until <= now())
       AND (b.send_after IS NULL OR b.send_after <= now())
     ORDER BY d.send_at LIMIT 1
), (
    SELECT extract(epoch FROM min(greatest(d.send_at, d.send_until, b.send_after)) - now())
      FROM dialogs d JOIN bots b ON b.id = d.bot_id
     WHERE d.outbox_seq > d.sent_seq AND NOT d.blocked
)) AS next_in
""")


class LaneClaims:
    """Claims lanes for the ``deliveries`` queue."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._lane_time = timedelta(seconds=settings.lane_seconds)

    async def claim(self, places: int) -> list[Lane]:
        """Claim up to ``places`` lanes whose head may go now."""
        async with self._database.system_statements() as session:
            rows = await session.execute(_CLAIM, {"places": places, "lane_time": self._lane_time})
            return [
                Lane(row.company_id, row.id, row.bot_id, Platform(row.platform), row.send_token) for row in rows
            ]

    async def next_in(self) -> float | None:
        """Whole seconds until the next lane may go (0: now); ``None``: nothing waits."""
        async with self._database.system_statements() as session:
            seconds = (await session.execute(_NEXT)).scalar_one()
        return None if seconds is None else max(0.0, math.ceil(seconds))
