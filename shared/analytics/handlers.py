"""Administrators' operations on analytics, each in one transaction of its own."""

from __future__ import annotations

from shared.analytics import service
from shared.analytics.schemas import AnalyticsReport, NewEvent, ReportFilter
from shared.identity.schemas import Caller
from shared.kernel.clock import utc_now
from shared.runtime.database import Database

__all__ = ["AnalyticsHandlers"]


class AnalyticsHandlers:
    """What the API offers of analytics."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, caller: Caller, body: NewEvent) -> None:
        """Count an event of the shop's own.

        Kinds that Zeta counts itself are refused; nothing personal belongs in the properties.
        """
        async with self._database.session_scope(caller.company_id) as session:
            await service.record(session, body.kind, body.properties, dialog_id=body.dialog_id)

    async def report(self, caller: Caller, filters: ReportFilter) -> AnalyticsReport:
        """Report on a period of days, each by the clock of the city where it happened.

        Messages, active people, searches and what they found nothing for, the way from a search to an order,
        revenue, response times, escalations and the time to their first answer; in total and per day, city, bot or
        platform.
        """
        async with self._database.session_scope(caller.company_id) as session:
            return await service.report(session, filters, now=utc_now())
