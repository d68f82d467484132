"""SQL over analytics events; the company is the session's own.

A report reads the events of its period once: they lie in order of time, and a shop that answers ten thousand
messages a day has about a million in a quarter (docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics.schemas import Breakdown
from shared.kernel.errors import NotFound
from shared.runtime.statements import Executor
from shared.runtime.tenancy import CURRENT_COMPANY

__all__ = [
    "count_own_events",
    "count_searches",
    "insert_event",
    "insert_in_dialogs",
    "measure",
    "period_of",
    "read_interest",
]

_INSERT = text(f"""
INSERT INTO analytics_events (company_id, dialog_id, bot_id, kind, properties)
VALUES ({CURRENT_COMPANY}, :dialog_id, coalesce(:bot_id, (SELECT d.bot_id FROM dialogs d WHERE d.id = :dialog_id)),
        :kind, CAST(:properties AS jsonb))
RETURNING bot_id
""")  # noqa: S608 - a constant

_INSERT_IN_DIALOGS = text(f"""
INSERT INTO analytics_events (company_id, dialog_id, bot_id, kind)
SELECT {CURRENT_COMPANY}, d.id, d.bot_id, :kind
  FROM unnest(CAST(:dialog_ids AS bigint[])) AS told (dialog_id) JOIN dialogs d ON d.id = told.dialog_id
""")  # noqa: S608 - a constant

_KEYS: Mapping[Breakdown, str] = {
    Breakdown.DAY: "(e.at AT TIME ZONE :timezone)::date",
    Breakdown.CITY: "b.city_id::text",
    Breakdown.BOT: "e.bot_id::text",
    Breakdown.PLATFORM: "b.platform",
}

_PERIOD = """
  FROM analytics_events e LEFT JOIN bots b ON b.company_id = e.company_id AND b.id = e.bot_id
 WHERE e.at >= :since AND e.at < :until
   AND (CAST(:bot_id AS uuid) IS NULL OR e.bot_id = :bot_id)
   AND (CAST(:city_id AS uuid) IS NULL OR b.city_id = :city_id)
   AND (CAST(:platform AS text) IS NULL OR b.platform = :platform)
"""


def _spread(kind: str) -> str:
    return f"""percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY waited)
           FILTER (WHERE kind = '{kind}')"""


def _measure(by: Breakdown) -> TextClause:
    """Numbers are taken out of the properties before the events are sorted: rows are narrow then, and that work is
    spread over parallel workers (measured: a third less time)."""
    first_search = "kind = 'search' AND first = 0"
    return text(f"""
WITH counted AS (
    SELECT {_KEYS[by]} AS key, e.kind, e.dialog_id,
           CASE WHEN kind = 'turn' THEN (e.properties ->> 'messages')::int END AS messages,
           CASE WHEN kind = 'turn' THEN (e.properties ->> 'replies')::int END AS replies,
           CASE WHEN kind = 'search' THEN coalesce((e.properties ->> 'offset')::int, 0) END AS first,
           CASE WHEN kind = 'search' THEN e.properties ->> 'found' = '0' END AS empty,
           CASE kind WHEN 'turn' THEN (e.properties ->> 'ms')::double precision
                     WHEN 'escalation_answered' THEN (e.properties ->> 'seconds')::double precision END AS waited
      {_PERIOD} AND e.kind = ANY(:kinds)
)
SELECT GROUPING(counted.key) = 1 AS whole, key::text AS key,
       coalesce(sum(messages), 0) AS messages,
       coalesce(sum(replies), 0) AS replies,
       count(DISTINCT dialog_id) FILTER (WHERE kind = 'turn') AS active_people,
       count(*) FILTER (WHERE {first_search}) AS searches,
       count(*) FILTER (WHERE {first_search} AND empty) AS empty_searches,
       count(DISTINCT dialog_id) FILTER (WHERE kind = 'search') AS searched,
       count(DISTINCT dialog_id) FILTER (WHERE kind = 'card_viewed') AS viewed,
       count(DISTINCT dialog_id) FILTER (WHERE kind = 'cart_added') AS carted,
       count(DISTINCT dialog_id) FILTER (WHERE kind = 'order_placed') AS ordered,
       count(*) FILTER (WHERE kind = 'order_placed') AS orders,
       count(*) FILTER (WHERE kind = 'escalated') AS escalations,
       count(*) FILTER (WHERE kind = 'alert_sent') AS alerts_sent,
       {_spread("turn")} AS response_ms,
       {_spread("escalation_answered")} AS time_to_answer
  FROM counted GROUP BY GROUPING SETS ((), (counted.key)) ORDER BY whole DESC, counted.key
""")  # noqa: S608 - put together of constants


def _revenue(by: Breakdown) -> TextClause:
    return text(f"""
WITH counted AS (
    SELECT {_KEYS[by]} AS key, e.kind, e.properties ->> 'currency' AS currency,
           (e.properties ->> 'total_minor')::bigint AS minor {_PERIOD}
       AND e.kind IN ('order_placed', 'order_cancelled') AND e.properties ? 'currency'
)
SELECT GROUPING(counted.key) = 1 AS whole, key::text AS key, currency,
       coalesce(sum(minor) FILTER (WHERE kind = 'order_placed'), 0) AS placed_minor,
       coalesce(sum(minor) FILTER (WHERE kind = 'order_cancelled'), 0) AS cancelled_minor
  FROM counted GROUP BY GROUPING SETS ((currency), (counted.key, currency)) ORDER BY currency
""")  # noqa: S608 - put together of constants


_MEASURE = {by: _measure(by) for by in Breakdown}
_REVENUE = {by: _revenue(by) for by in Breakdown}
_MEASURED = [
    "turn",
    "search",
    "card_viewed",
    "cart_added",
    "order_placed",
    "escalated",
    "escalation_answered",
    "alert_sent",
]

_SEARCHES = text(f"""
SELECT e.properties ->> 'query' AS query, count(*) AS times {_PERIOD}
   AND e.kind = 'search' AND e.properties ->> 'query' <> '' AND coalesce((e.properties ->> 'offset')::int, 0) = 0
   AND (NOT :empty OR e.properties ->> 'found' = '0')
 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :limit
""")

_OWN = text(f"""
SELECT e.kind, count(*) AS times {_PERIOD} AND NOT e.kind = ANY(:kinds) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100
""")


_INTEREST = text("""
SELECT kind, properties, at FROM analytics_events
 WHERE dialog_id = ANY(:dialog_ids) AND at > :since
   AND kind IN ('search', 'card_viewed', 'cart_added', 'order_placed', 'preference')
 ORDER BY at DESC LIMIT :limit
""")


async def insert_event(
    session: AsyncSession, *, kind: str, properties: str, dialog_id: int | None, bot_id: UUID | None
) -> None:
    """Record an event; ``properties`` is JSON.

    Raises:
        NotFound: the company has no such dialog.
    """
    values = {"kind": kind, "properties": properties, "dialog_id": dialog_id, "bot_id": bot_id}
    counted = (await session.execute(_INSERT, values)).scalar_one()
    if dialog_id is not None and counted is None:  # a dialog of ours has a bot
        raise NotFound("dialog", dialog_id)


async def insert_in_dialogs(session: Executor, *, kind: str, dialog_ids: Sequence[int]) -> None:
    """Record an event of one kind in each of the dialogs; one that is named twice has two."""
    await session.execute(_INSERT_IN_DIALOGS, {"kind": kind, "dialog_ids": list(dialog_ids)})


async def measure(session: AsyncSession, by: Breakdown, period: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    """The rows of numbers and of money: one of the whole period (``whole``) and one per key."""
    numbers = await session.execute(_MEASURE[by], {**period, "kinds": _MEASURED})
    money = await session.execute(_REVENUE[by], dict(period))
    return list(numbers), list(money)


async def count_searches(
    session: AsyncSession, period: Mapping[str, Any], *, empty: bool, limit: int
) -> Sequence[tuple[str, int]]:
    """What was looked for most, or looked for most in vain."""
    rows = await session.execute(_SEARCHES, {**period, "empty": empty, "limit": limit})
    return [(row.query, row.times) for row in rows]


async def count_own_events(
    session: AsyncSession, period: Mapping[str, Any], *, reserved: Sequence[str]
) -> Mapping[str, int]:
    """The shop's own kinds of events and how often they happened."""
    rows = await session.execute(_OWN, {**period, "kinds": list(reserved)})
    return {row.kind: row.times for row in rows}


async def read_interest(
    session: AsyncSession, dialog_ids: Sequence[int], *, since: datetime, limit: int
) -> Sequence[Any]:
    """What the people of those dialogs showed interest in, newest first: ``kind, properties, at``."""
    values = {"dialog_ids": list(dialog_ids), "since": since, "limit": limit}
    return list(await session.execute(_INTEREST, values))


def period_of(
    since: datetime,
    until: datetime,
    *,
    timezone: str,
    bot_id: UUID | None,
    city_id: UUID | None,
    platform: str | None,
) -> Mapping[str, Any]:
    """The parameters that every statement of a report takes."""
    return {
        "since": since,
        "until": until,
        "timezone": timezone,
        "bot_id": bot_id,
        "city_id": city_id,
        "platform": platform,
    }
