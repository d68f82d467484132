"""The timer's part: look which companies have days to count, and ring for each. It counts none itself."""

from __future__ import annotations

import json
import logging
from uuid import UUID

from sqlalchemy import text

from shared.analytics.days import SETTLED
from shared.analytics.schemas import LONGEST_REPORT
from shared.kernel.errors import Unavailable
from shared.runtime.database import Database
from shared.runtime.queues import ANALYTICS, Queues
from shared.runtime.settings import Settings

__all__ = ["AnalyticsWatch", "kept_days", "ring_for"]

_log = logging.getLogger(__name__)

_FIND = text("SELECT * FROM companies_with_uncounted_days(:settled, :kept, :at_most)")
_AT_ONCE = 100


class AnalyticsWatch:
    """Finds work over all companies and rings; firing twice rings twice and changes nothing."""

    def __init__(self, *, database: Database, queues: Queues, settings: Settings) -> None:
        self._database = database
        self._queues = queues
        self._kept = kept_days(settings)

    async def run(self) -> int:
        """Ring for each company that has days to count, a hundred at most; how many rings."""
        values = {"settled": SETTLED, "kept": self._kept, "at_most": _AT_ONCE}
        async with self._database.system_scope() as session:
            waiting = (await session.scalars(_FIND, values)).all()
        for company_id in waiting:
            await ring_for(self._queues, company_id)
        return len(waiting)


def kept_days(settings: Settings) -> int:
    """How many days are counted beforehand: as many as a report may cover, none that is being forgotten.

    Forgetting goes by days of UTC, counting by those of each city: four days apart, they never meet.
    """
    return max(1, min(LONGEST_REPORT.days, settings.analytics_retention_days - 4))


async def ring_for(queues: Queues, company_id: UUID) -> None:
    """Send the message that a company has days to count. Never raises: without it the watch rings."""
    try:
        await queues.send(ANALYTICS, json.dumps({"company_id": str(company_id)}))
    except Unavailable:
        _log.warning("days could not be rung for; the watch will", extra={"company": str(company_id)})
