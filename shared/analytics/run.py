"""What the queue ``analytics`` starts: counting a company's days that are over, a few in each transaction.

Killed at any point, what was committed stays and the watch rings for the rest. Two runs at once take turns, and
the second finds the days of the first kept.
"""

from __future__ import annotations

import json
import time
from uuid import UUID

from shared.analytics.days import count_days
from shared.analytics.watch import kept_days, ring_for
from shared.runtime.database import Database
from shared.runtime.queues import Queues
from shared.runtime.settings import Settings

__all__ = ["AnalyticsRunner"]

_DAYS = 3
"""Counted in one transaction: an erasure waits for it."""
_BUDGET = 60.0
"""Seconds after which the rest is left to the next ring."""


class AnalyticsRunner:
    """Counts the days of the company that a message names, for a bounded time."""

    def __init__(self, *, database: Database, queues: Queues, settings: Settings) -> None:
        self._database = database
        self._queues = queues
        self._kept = kept_days(settings)
        self._stopping = False

    def stop(self) -> None:
        """Begin no further days (SIGTERM); the rest is rung for."""
        self._stopping = True

    async def run(self, message: str) -> int:
        """Count the days that are over and not kept, newest first; how many rows (of a bot and a day) were kept."""
        company_id = UUID(json.loads(message)["company_id"])
        until, kept = time.monotonic() + _BUDGET, 0
        while not self._stopping and time.monotonic() < until:
            async with self._database.session_scope(company_id) as session:
                rows = await count_days(session, kept_days=self._kept, limit=_DAYS)
            if not rows:
                return kept
            kept += rows
        await ring_for(self._queues, company_id)
        return kept
