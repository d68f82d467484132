"""Events counted by bot and day: kept for days that are over, counted on the spot for the others.

One SQL counts both, so a report is the same whichever days are kept. A day is that of the bot's city, else of the
company; what happened at no bot is kept under ``NO_BOT``. A kept day counts while its time zone is still the bot's.
Nothing is added up that cannot be: people are kept as dialogs, waiting times one by one.

Kept days hold what erasure takes out of events: whoever changes events of the past calls ``uncount`` first, in the
same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics.kinds import RESERVED
from shared.runtime.tenancy import CURRENT_COMPANY

__all__ = ["NO_BOT", "SETTLED", "Place", "count_days", "list_places", "measure", "uncount"]

NO_BOT: Final = UUID(int=0)
SETTLED: Final = timedelta(hours=1)
"""A day is kept only when it has been over for so long: no transaction that began in it is still open then."""


@dataclass(frozen=True, slots=True)
class Place:
    """A bot, or what happened at none (``NO_BOT``), and where it works."""

    bot_id: UUID
    city_id: UUID | None
    platform: str | None
    timezone: str


_PLACES = text(f"""
SELECT b.id AS bot_id, b.city_id, b.platform, coalesce(y.timezone, c.timezone) AS timezone
  FROM companies c JOIN bots b ON b.company_id = c.id
  LEFT JOIN cities y ON y.company_id = b.company_id AND y.id = b.city_id WHERE c.id = {CURRENT_COMPANY}
UNION ALL SELECT '{NO_BOT}', NULL, NULL, c.timezone FROM companies c WHERE c.id = {CURRENT_COMPANY}
""")  # noqa: S608 - constants

# one reader of events at a time decides what of them is kept: a day that is being counted cannot bring back what
# is being erased
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(current_setting('app.company_id') || ' days', 0))")

_UNCOUNT = text("""
DELETE FROM analytics_days d USING analytics_events e
 WHERE e.dialog_id = ANY(:dialog_ids) AND d.bot_id = coalesce(e.bot_id, :no_bot)
   AND d.day = (e.at AT TIME ZONE d.timezone)::date
""")

_RESERVED = sorted(map(str, RESERVED))
_FIGURES = (
    "events, messages, replies, staff_replies, searches, empty_searches, orders, escalations, alerts_sent,"
    " wrote, searched, viewed, carted, ordered, response_ms, answer_seconds, words, money, own"
)
_EXCLUDED = ", ".join(f"excluded.{name}" for name in _FIGURES.split(", "))


def _people(kind: str) -> str:
    return f"""coalesce(array_agg(DISTINCT dialog_id)
           FILTER (WHERE kind = '{kind}' AND dialog_id IS NOT NULL), '{{}}')"""


def _waits(kind: str) -> str:
    return f"coalesce(array_agg(waited) FILTER (WHERE kind = '{kind}' AND waited IS NOT NULL), '{{}}')"


_COUNTED = f"""
spans AS MATERIALIZED (
    SELECT DISTINCT day, timezone, day::timestamp AT TIME ZONE timezone AS since,
           (day + 1)::timestamp AT TIME ZONE timezone AS until FROM missing
), happened AS MATERIALIZED (
    SELECT m.bot_id, m.day, e.kind, e.dialog_id,
           CASE WHEN kind = 'turn' THEN (p ->> 'messages')::int END AS messages,
           CASE WHEN kind = 'turn' THEN (p ->> 'replies')::int END AS replies,
           CASE kind WHEN 'turn' THEN (p ->> 'ms')::double precision
                     WHEN 'escalation_answered' THEN (p ->> 'seconds')::double precision END AS waited,
           -- paging through a result is one search
           CASE WHEN kind = 'search' THEN coalesce((p ->> 'offset')::int, 0) = 0 END AS first,
           CASE WHEN kind = 'search' THEN coalesce(p ->> 'found' = '0', false) END AS empty,
           CASE WHEN kind = 'search' THEN nullif(p ->> 'query', '') END AS query,
           CASE WHEN kind IN ('order_placed', 'order_cancelled') THEN p ->> 'currency' END AS currency,
           CASE WHEN kind IN ('order_placed', 'order_cancelled') THEN (p ->> 'total_minor')::bigint END AS minor
      -- a range of its own for each day: the index is walked once, the table never read from end to end
      FROM (SELECT s.day, s.timezone, coalesce(b.id, '{NO_BOT}') AS bot_id, e.*
              FROM spans s
             CROSS JOIN LATERAL (SELECT e.bot_id AS told, e.kind, e.dialog_id, e.properties AS p
                                   FROM analytics_events e
                                  WHERE e.company_id = {CURRENT_COMPANY} AND e.at >= s.since AND e.at < s.until
                                 OFFSET 0) e
              LEFT JOIN bots b ON b.company_id = {CURRENT_COMPANY} AND b.id = e.told
            OFFSET 0) e
      JOIN missing m USING (bot_id, timezone, day)
), sums AS (
    SELECT bot_id, day, count(*) AS events,
           coalesce(sum(messages), 0) AS messages, coalesce(sum(replies), 0) AS replies,
           count(*) FILTER (WHERE kind = 'staff_replied') AS staff_replies,
           count(*) FILTER (WHERE first) AS searches, count(*) FILTER (WHERE first AND empty) AS empty_searches,
           count(*) FILTER (WHERE kind = 'order_placed') AS orders,
           count(*) FILTER (WHERE kind = 'escalated') AS escalations,
           count(*) FILTER (WHERE kind = 'alert_sent') AS alerts_sent,
           {_people("turn")} AS wrote, {_people("search")} AS searched, {_people("card_viewed")} AS viewed,
           {_people("cart_added")} AS carted, {_people("order_placed")} AS ordered,
           {_waits("turn")} AS response_ms, {_waits("escalation_answered")} AS answer_seconds
      FROM happened GROUP BY bot_id, day
), words AS (
    SELECT bot_id, day, jsonb_object_agg(query, jsonb_build_array(times, in_vain)) AS words
      FROM (SELECT bot_id, day, query, count(*) AS times, count(*) FILTER (WHERE empty) AS in_vain
              FROM happened WHERE first AND query IS NOT NULL GROUP BY 1, 2, 3) w GROUP BY 1, 2
), money AS (
    SELECT bot_id, day, jsonb_object_agg(currency, jsonb_build_array(placed, cancelled)) AS money
      FROM (SELECT bot_id, day, currency, coalesce(sum(minor) FILTER (WHERE kind = 'order_placed'), 0) AS placed,
                   coalesce(sum(minor) FILTER (WHERE kind = 'order_cancelled'), 0) AS cancelled
              FROM happened WHERE currency IS NOT NULL GROUP BY 1, 2, 3) m GROUP BY 1, 2
), own AS (
    SELECT bot_id, day, jsonb_object_agg(kind, times) AS own
      FROM (SELECT bot_id, day, kind, count(*) AS times FROM happened
             WHERE NOT kind = ANY(:reserved) GROUP BY 1, 2, 3) o GROUP BY 1, 2
), counted AS (
    SELECT m.bot_id, m.timezone, m.day, coalesce(events, 0) AS events, coalesce(messages, 0) AS messages,
           coalesce(replies, 0) AS replies, coalesce(staff_replies, 0) AS staff_replies,
           coalesce(searches, 0) AS searches, coalesce(empty_searches, 0) AS empty_searches,
           coalesce(orders, 0) AS orders, coalesce(escalations, 0) AS escalations,
           coalesce(alerts_sent, 0) AS alerts_sent, coalesce(wrote, '{{}}') AS wrote,
           coalesce(searched, '{{}}') AS searched, coalesce(viewed, '{{}}') AS viewed,
           coalesce(carted, '{{}}') AS carted, coalesce(ordered, '{{}}') AS ordered,
           coalesce(response_ms, '{{}}') AS response_ms, coalesce(answer_seconds, '{{}}') AS answer_seconds,
           coalesce(words, '{{}}') AS words, coalesce(money, '{{}}') AS money, coalesce(own, '{{}}') AS own
      FROM missing m LEFT JOIN sums USING (bot_id, day) LEFT JOIN words USING (bot_id, day)
      LEFT JOIN money USING (bot_id, day) LEFT JOIN own USING (bot_id, day)
)
"""  # noqa: S608 - constants
"""``counted``: a row of figures for each (bot_id, timezone, day) of ``missing``; put together of constants."""

_KEEP = text(f"""
WITH uncounted AS MATERIALIZED (
    SELECT p.bot_id, p.timezone, over.last_day - n AS day
      FROM unnest(CAST(:bots AS uuid[]), CAST(:timezones AS text[])) AS p (bot_id, timezone)
     CROSS JOIN (SELECT min(at) AS at FROM analytics_events WHERE company_id = {CURRENT_COMPANY}) first
     CROSS JOIN LATERAL (SELECT ((now() - CAST(:settled AS interval)) AT TIME ZONE p.timezone)::date - 1
                                AS last_day) over
     CROSS JOIN generate_series(0, CAST(:kept AS integer) - 1) n
     WHERE over.last_day - n >= (first.at AT TIME ZONE p.timezone)::date
       AND NOT EXISTS (SELECT FROM analytics_days k WHERE k.company_id = {CURRENT_COMPANY} AND k.bot_id = p.bot_id
                          AND k.day = over.last_day - n AND k.timezone = p.timezone)
), missing AS MATERIALIZED (
    SELECT * FROM uncounted WHERE day IN (SELECT DISTINCT day FROM uncounted ORDER BY day DESC LIMIT :limit)
), {_COUNTED}
INSERT INTO analytics_days (company_id, bot_id, timezone, day, {_FIGURES})
SELECT {CURRENT_COMPANY}, bot_id, timezone, day, {_FIGURES} FROM counted
ON CONFLICT (company_id, bot_id, day) DO UPDATE SET
    (timezone, {_FIGURES}) = (SELECT excluded.timezone, {_EXCLUDED})
""")  # noqa: S608 - constants


def _spread(name: str) -> str:
    """Percentiles of one group at a time: many small sorts cost less than one of all groups."""
    return f"""(SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY waited)
          FROM days d CROSS JOIN LATERAL unnest(d.{name}) AS waited
         WHERE n.whole OR d.key IS NOT DISTINCT FROM n.key)"""  # noqa: S608 - a constant


_STEPS = ("wrote", "searched", "viewed", "carted", "ordered")


_UNNESTED = " UNION ALL ".join(
    f"SELECT {1 << place} AS step, unnest(d.{name}) AS dialog_id" for place, name in enumerate(_STEPS)
)
_REACHED = ", ".join(
    f"count(*) FILTER (WHERE steps & {1 << place} > 0) AS {name}" for place, name in enumerate(_STEPS)
)
_MEASURE = text(f"""
WITH places AS MATERIALIZED (
    SELECT * FROM unnest(CAST(:bots AS uuid[]), CAST(:timezones AS text[]), CAST(:keys AS text[]))
        AS p (bot_id, timezone, key)
), asked AS MATERIALIZED (
    SELECT p.bot_id, p.timezone, CAST(:first AS date) + n AS day
      FROM places p CROSS JOIN generate_series(0, CAST(:last AS date) - CAST(:first AS date)) n
), kept AS MATERIALIZED (
    SELECT bot_id, timezone, day, {_FIGURES} FROM asked JOIN analytics_days USING (bot_id, timezone, day)
     WHERE company_id = {CURRENT_COMPANY}
), missing AS MATERIALIZED (
    SELECT * FROM asked a WHERE NOT EXISTS (SELECT FROM kept k WHERE k.bot_id = a.bot_id AND k.day = a.day)
), {_COUNTED}, days AS MATERIALIZED (
    SELECT CASE WHEN :by_day THEN day::text ELSE key END AS key, d.*
      FROM (SELECT bot_id, day, {_FIGURES} FROM kept
            UNION ALL SELECT bot_id, day, {_FIGURES} FROM counted) d
      JOIN places USING (bot_id) WHERE d.events > 0
), numbers AS (
    SELECT GROUPING(key) = 1 AS whole, key, sum(messages)::bigint AS messages, sum(replies)::bigint AS replies,
           sum(staff_replies)::bigint AS staff_replies, sum(searches)::bigint AS searches,
           sum(empty_searches)::bigint AS empty_searches, sum(orders)::bigint AS orders,
           sum(escalations)::bigint AS escalations, sum(alerts_sent)::bigint AS alerts_sent
      FROM days GROUP BY GROUPING SETS ((), (key))
), seen AS MATERIALIZED (
    SELECT d.key, coalesce(c.customer_id, lpad(to_hex(d.dialog_id), 32, '0')::uuid) AS person,
           bit_or(step) AS steps
      FROM (SELECT d.key, s.* FROM days d CROSS JOIN LATERAL ({_UNNESTED}) s) d
      LEFT JOIN customer_dialogs c ON c.company_id = {CURRENT_COMPANY} AND c.dialog_id = d.dialog_id
     GROUP BY 1, 2
), people AS (
    SELECT false AS whole, key, {_REACHED} FROM seen GROUP BY key
    UNION ALL SELECT true, NULL, {_REACHED} FROM (SELECT bit_or(steps) AS steps FROM seen GROUP BY person) s
), revenue AS (
    SELECT whole, key, jsonb_agg(jsonb_build_array(currency, placed, cancelled) ORDER BY currency) AS money
      FROM (SELECT GROUPING(key) = 1 AS whole, key, m.currency, sum((m.sums ->> 0)::bigint) AS placed,
                   sum((m.sums ->> 1)::bigint) AS cancelled
              FROM days CROSS JOIN LATERAL jsonb_each(money) AS m (currency, sums)
             GROUP BY GROUPING SETS ((m.currency), (key, m.currency))) m GROUP BY 1, 2
), looked_for AS MATERIALIZED (
    SELECT w.query, sum((w.times ->> 0)::bigint) AS times, sum((w.times ->> 1)::bigint) AS in_vain
      FROM days CROSS JOIN LATERAL jsonb_each(words) AS w (query, times) GROUP BY 1
), told AS (
    SELECT (SELECT jsonb_agg(jsonb_build_array(query, times)) FROM
              (SELECT query, times FROM looked_for ORDER BY times DESC, query LIMIT :limit) w) AS top,
           (SELECT jsonb_agg(jsonb_build_array(query, in_vain)) FROM
              (SELECT query, in_vain FROM looked_for WHERE in_vain > 0
                ORDER BY in_vain DESC, query LIMIT :limit) w) AS in_vain,
           (SELECT jsonb_object_agg(kind, times) FROM
              (SELECT o.kind, sum(o.times::bigint) AS times
                 FROM days CROSS JOIN LATERAL jsonb_each_text(own) AS o (kind, times)
                GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100) o) AS own
)
SELECT n.*, p.wrote, p.searched, p.viewed, p.carted, p.ordered, m.money, t.*,
       {_spread("response_ms")} AS response_ms, {_spread("answer_seconds")} AS answer_seconds
  FROM numbers n
  LEFT JOIN people p ON p.whole = n.whole AND p.key IS NOT DISTINCT FROM n.key
  LEFT JOIN revenue m ON m.whole = n.whole AND m.key IS NOT DISTINCT FROM n.key
  LEFT JOIN told t ON n.whole
 ORDER BY n.whole DESC, n.key
""")  # noqa: S608 - put together of constants


async def list_places(session: AsyncSession) -> Sequence[Place]:
    """The company's bots, and ``NO_BOT``."""
    return [Place(*row) for row in await session.execute(_PLACES)]


async def measure(
    session: AsyncSession,
    places: Sequence[tuple[Place, str | None]],
    *,
    first: date,
    last: date,
    by_day: bool,
    searches: int,
) -> Sequence[Any]:
    """Add up the days of those places: a row of the whole period (``whole``), then one per key.

    Args:
        session: of the company.
        places: what to count, each with the key it is told under.
        first: the first day.
        last: the last day, counted too.
        by_day: the key is the day instead.
        searches: how many of the most frequent searches to tell, with the row of the whole.
    """
    values = {
        "bots": [place.bot_id for place, _ in places],
        "timezones": [place.timezone for place, _ in places],
        "keys": [key for _, key in places],
        "first": first,
        "last": last,
        "by_day": by_day,
        "limit": searches,
        "reserved": _RESERVED,
    }
    return list(await session.execute(_MEASURE, values))


async def count_days(session: AsyncSession, *, kept_days: int, limit: int) -> int:
    """Count the newest ``limit`` days that are over and not kept, and keep them; how many rows were written.

    ``kept_days``: how far to look back.
    """
    await session.execute(_ALONE)
    places = await list_places(session)
    values = {
        "bots": [place.bot_id for place in places],
        "timezones": [place.timezone for place in places],
        "settled": SETTLED,
        "kept": kept_days,
        "limit": limit,
        "reserved": _RESERVED,
    }
    result: Any = await session.execute(_KEEP, values)
    return int(result.rowcount)


async def uncount(session: AsyncSession, dialog_ids: Sequence[int]) -> None:
    """Forget the kept days on which anything happened in these dialogs; they are counted anew."""
    await session.execute(_ALONE)
    await session.execute(_UNCOUNT, {"dialog_ids": list(dialog_ids), "no_bot": NO_BOT})
