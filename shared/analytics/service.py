"""Analytics: events that happened outside of a turn, and reports on all of them.

Functions take the caller's transaction and never commit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics import days, repository
from shared.analytics.kinds import EventKind
from shared.analytics.schemas import (
    LONGEST_REPORT,
    AnalyticsReport,
    Breakdown,
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
    await days.uncount(session, dialog_ids)
    await repository.forget_interest(session, dialog_ids)


async def report(session: AsyncSession, wanted: ReportFilter, *, now: datetime) -> AnalyticsReport:
    """Report on a period of the session's company.

    Raises:
        InvalidInput: the period is longer than ``LONGEST_REPORT``, or its only given end lies wrong.
    """
    company = await companies.current_company(session)
    places = [place for place in await days.list_places(session) if _is_wanted(place, wanted)]
    zones = {place.timezone for place in places}
    timezone = zones.pop() if len(zones) == 1 else company.timezone
    first, last = _days(wanted, now.astimezone(ZoneInfo(timezone)).date())
    rows = await days.measure(
        session,
        [(place, _key(place, wanted.by)) for place in places],
        first=first,
        last=last,
        by_day=wanted.by is Breakdown.DAY,
        searches=_SEARCHES,
    )
    whole, *groups = rows
    return AnalyticsReport(
        first_day=first,
        last_day=last,
        timezone=timezone,
        by=wanted.by,
        totals=_metrics(whole),
        groups=tuple(Group(key=row.key, metrics=_metrics(row)) for row in groups),
        top_searches=_searches(whole.top),
        empty_searches=_searches(whole.in_vain),
        own_events=whole.own or {},
    )


def _is_wanted(place: days.Place, wanted: ReportFilter) -> bool:
    return (
        wanted.bot_id in (None, place.bot_id)
        and wanted.city_id in (None, place.city_id)
        and wanted.platform in (None, place.platform)
    )


def _key(place: days.Place, by: Breakdown) -> str | None:
    """What a place's figures are told under; what happened at no bot has none."""
    if by is Breakdown.PLATFORM:
        return place.platform
    found = place.city_id if by is Breakdown.CITY else place.bot_id
    return str(found) if found and found != days.NO_BOT else None


def _days(wanted: ReportFilter, today: date) -> tuple[date, date]:
    last = wanted.last_day or max(today, wanted.first_day or today)
    first = wanted.first_day or last - timedelta(days=_DEFAULT_DAYS - 1)
    if last - first >= LONGEST_REPORT:
        raise InvalidInput(f"a report covers {LONGEST_REPORT.days} days at most", field="first_day")
    return first, last


def _searches(counted: list[tuple[str, int]] | None) -> tuple[SearchCount, ...]:
    return tuple(SearchCount(query=query, times=times) for query, times in counted or ())


def _metrics(row: Any) -> Metrics:
    people = row.wrote or 0
    return Metrics(
        messages=row.messages or 0,
        replies=row.replies or 0,
        staff_replies=row.staff_replies or 0,
        active_people=people,
        searches=row.searches or 0,
        empty_searches=row.empty_searches or 0,
        funnel=Funnel(
            searched=row.searched or 0, viewed=row.viewed or 0, carted=row.carted or 0, ordered=row.ordered or 0
        ),
        orders=row.orders or 0,
        revenue=tuple(
            Revenue(currency=currency, placed_minor=placed, cancelled_minor=cancelled)
            for currency, placed, cancelled in row.money or ()
        ),
        response_ms=_percentiles(row.response_ms),
        escalations=row.escalations or 0,
        escalation_rate=row.escalations / people if people else None,
        time_to_answer_seconds=_percentiles(row.answer_seconds),
        alerts_sent=row.alerts_sent or 0,
    )


def _percentiles(found: list[float] | None) -> Percentiles:
    return Percentiles() if not found else Percentiles(p50=found[0], p95=found[1], p99=found[2])
