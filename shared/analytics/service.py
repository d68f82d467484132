"""Analytics: events that happened outside of a turn, and reports on all of them.

Functions take the caller's transaction and never commit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics import repository
from shared.analytics.kinds import RESERVED, EventKind
from shared.analytics.schemas import (
    LONGEST_REPORT,
    AnalyticsReport,
    Funnel,
    Group,
    Metrics,
    Percentiles,
    ReportFilter,
    Revenue,
    SearchCount,
)
from shared.companies import service as companies
from shared.kernel.errors import InvalidInput
from shared.runtime.statements import Executor

__all__ = [
    "Interest",
    "forget_interest",
    "interest_of",
    "record",
    "record_in_dialogs",
    "report",
    "searched_words",
]

_DEFAULT_DAYS = 30
_SEARCHES = 20
_WORDS = 80
_LONG_NUMBER = re.compile(r"\d(?:[\s()\-+]*\d){6,}")

_FORGET_INTEREST = text("""
UPDATE analytics_events SET dialog_id = NULL, properties = properties - 'query'
 WHERE dialog_id = ANY(:dialog_ids)
   AND kind IN ('search', 'card_viewed', 'cart_added', 'order_placed', 'preference')
""")


@dataclass(frozen=True, slots=True)
class Interest:
    """One sign of what a person likes."""

    kind: EventKind
    properties: Mapping[str, Any]
    at: datetime


async def record(
    session: AsyncSession,
    kind: str,
    properties: Mapping[str, Any] | None = None,
    *,
    dialog_id: int | None = None,
    bot_id: UUID | None = None,
) -> None:
    """Count something that happened outside of a turn, in the transaction in which it happened.

    Args:
        session: of the company.
        kind: one of ``kinds.EventKind``, or the shop's own.
        properties: nothing personal.
        dialog_id: whose doing it was; its bot is counted too.
        bot_id: the bot, where there is no dialog.

    Raises:
        NotFound: the company has no such dialog.
    """
    await repository.insert_event(
        session, kind=kind, properties=json.dumps(dict(properties or {})), dialog_id=dialog_id, bot_id=bot_id
    )


async def record_in_dialogs(session: Executor, kind: str, dialog_ids: Sequence[int]) -> None:
    """Count one thing that happened in many dialogs outside of their turns, in one statement."""
    if dialog_ids:
        await repository.insert_in_dialogs(session, kind=kind, dialog_ids=dialog_ids)


def searched_words(words: str) -> str:
    """The words of a search as they may be kept: short, in small letters, without anything like a phone number."""
    return _LONG_NUMBER.sub("…", " ".join(words.casefold().split()))[:_WORDS]


async def interest_of(
    session: AsyncSession, dialog_ids: Sequence[int], *, since: datetime, limit: int = 500
) -> Sequence[Interest]:
    """What the people of those dialogs looked for, looked at, put into the cart, ordered and said; newest first."""
    rows = await repository.read_interest(session, dialog_ids, since=since, limit=limit)
    return [Interest(EventKind(row.kind), row.properties, row.at) for row in rows]


async def forget_interest(session: AsyncSession, dialog_ids: Sequence[int]) -> None:
    """Cut the tie between what people of these dialogs showed interest in and the dialogs; the counts stay."""
    await session.execute(_FORGET_INTEREST, {"dialog_ids": list(dialog_ids)})


async def report(session: AsyncSession, wanted: ReportFilter, *, now: datetime) -> AnalyticsReport:
    """Report on a period of the session's company.

    Raises:
        InvalidInput: the period is longer than ``LONGEST_REPORT``, or its only given end lies wrong.
    """
    company = await companies.current_company(session)
    zone = ZoneInfo(company.timezone)
    first, last = _days(wanted, now.astimezone(zone).date())
    period = repository.period_of(
        datetime.combine(first, time.min, zone),
        datetime.combine(last + timedelta(days=1), time.min, zone),
        timezone=company.timezone,
        bot_id=wanted.bot_id,
        city_id=wanted.city_id,
        platform=wanted.platform,
    )
    numbers, money = await repository.measure(session, wanted.by, period)
    totals, groups = _metrics(numbers, money)
    return AnalyticsReport(
        first_day=first,
        last_day=last,
        timezone=company.timezone,
        by=wanted.by,
        totals=totals,
        groups=groups,
        top_searches=await _searches(session, period, empty=False),
        empty_searches=await _searches(session, period, empty=True),
        own_events=await repository.count_own_events(session, period, reserved=sorted(RESERVED)),
    )


def _days(wanted: ReportFilter, today: date) -> tuple[date, date]:
    last = wanted.last_day or max(today, wanted.first_day or today)
    first = wanted.first_day or last - timedelta(days=_DEFAULT_DAYS - 1)
    if last - first >= LONGEST_REPORT:
        raise InvalidInput(f"a report covers {LONGEST_REPORT.days} days at most", field="first_day")
    return first, last


async def _searches(session: AsyncSession, period: Mapping[str, Any], *, empty: bool) -> tuple[SearchCount, ...]:
    counted = await repository.count_searches(session, period, empty=empty, limit=_SEARCHES)
    return tuple(SearchCount(query=query, times=times) for query, times in counted)


def _metrics(numbers: list[Any], money: list[Any]) -> tuple[Metrics, tuple[Group, ...]]:
    revenue: dict[tuple[bool, str | None], list[Revenue]] = {}
    for row in money:
        found = Revenue(currency=row.currency, placed_minor=row.placed_minor, cancelled_minor=row.cancelled_minor)
        revenue.setdefault((row.whole, row.key), []).append(found)
    totals, groups = Metrics(), []
    for row in numbers:
        metrics = _row_metrics(row, tuple(revenue.get((row.whole, row.key), ())))
        if row.whole:
            totals = metrics
        else:
            groups.append(Group(key=row.key, metrics=metrics))
    return totals, tuple(groups)


def _row_metrics(row: Any, revenue: tuple[Revenue, ...]) -> Metrics:
    return Metrics(
        messages=row.messages,
        replies=row.replies,
        active_people=row.active_people,
        searches=row.searches,
        empty_searches=row.empty_searches,
        funnel=Funnel(searched=row.searched, viewed=row.viewed, carted=row.carted, ordered=row.ordered),
        orders=row.orders,
        revenue=revenue,
        response_ms=_percentiles(row.response_ms),
        escalations=row.escalations,
        escalation_rate=row.escalations / row.active_people if row.active_people else None,
        time_to_answer_seconds=_percentiles(row.time_to_answer),
        alerts_sent=row.alerts_sent,
    )


def _percentiles(found: list[float] | None) -> Percentiles:
    return Percentiles() if not found else Percentiles(p50=found[0], p95=found[1], p99=found[2])
