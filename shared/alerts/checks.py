"""Checking alerts in Postgres: sets, not rows. One statement locks, judges and moves on what is due.

What a drop is. Each price alert has a *mark*: the price that the next telling has to beat. It begins at the price
seen when asking (just above the limit for "at this price or lower"). At a check

    price < mark, product on sale and in stock   told; the mark is now that price
    price > mark                                 the mark rises with it, never above where it began

so one fall of the price is told once, a further fall again, and a fall after a rise again. What cannot be told yet
(sold out, blocked, a person has the dialog) leaves the mark, and is told when it can be. An alert that is over is
told too, of a product that is still sold; while a person has the dialog it waits, active, until it can be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.alerts.schemas import AlertCondition
from shared.runtime.statements import Executor

__all__ = ["Checked", "Ending", "Telling", "Work", "check_due", "companies_with_work", "follow_changes"]

# Two probes of an index for each company, whatever the number of alerts and changes.
_COMPANIES = text("""
SELECT c.id, coalesce(changed.it, false) AS changed, coalesce(due.it, false) AS due
  FROM companies c
  LEFT JOIN LATERAL (SELECT true AS it FROM product_changes p WHERE p.company_id = c.id LIMIT 1) changed ON true
  LEFT JOIN LATERAL (SELECT true AS it FROM price_alerts a
                      WHERE a.company_id = c.id AND a.state = 'active' AND a.due_at <= now() LIMIT 1) due ON true
 WHERE c.active AND (changed.it OR due.it)
""")

# Changes of one company are dealt with by one worker at a time; another finds its work elsewhere.
_ALONE = text("""
SELECT pg_try_advisory_xact_lock(
    hashtextextended('product_changes:' || current_setting('app.company_id', true), 0)) AS alone
""")

# An alert under way elsewhere is waited for, in the order of ids: what it saw may be the price before the change.
_FOLLOW = text("""
WITH gone AS (
    DELETE FROM product_changes
     WHERE (company_id, id) IN (SELECT company_id, id FROM product_changes ORDER BY company_id, id LIMIT :limit)
    RETURNING product_id
), affected AS MATERIALIZED (
    SELECT id FROM price_alerts
     WHERE state = 'active' AND due_at > now() AND product_id IN (SELECT product_id FROM gone)
     ORDER BY id FOR NO KEY UPDATE
), woken AS (
    UPDATE price_alerts a SET due_at = now() FROM affected f WHERE a.id = f.id RETURNING 1
)
SELECT (SELECT count(*) FROM gone) AS changes, (SELECT count(*) FROM woken) AS woken
""")

# Rows that another worker checks are passed over, so no alert is judged by two. The rows are judged as they are
# locked, and the tellings come in the order of their dialogs: webhooks and send lanes lock those in that order too.
_CHECK = text("""
WITH due AS MATERIALIZED (
    SELECT id, dialog_id, product_id, condition, currency, seen_minor, mark_minor, expires_at,
           coalesce(limit_minor + 1, seen_minor) AS highest_mark, check_every, limit_minor
      FROM price_alerts
     WHERE state = 'active' AND due_at <= now()
     ORDER BY due_at LIMIT :limit
       FOR UPDATE SKIP LOCKED
), judged AS MATERIALIZED (
    SELECT a.id, p.price_minor AS price,
           CASE WHEN a.mark_minor > a.limit_minor THEN a.seen_minor ELSE a.mark_minor END AS before,
           p.sku, p.name, p.images,
           b.settings ->> CASE a.condition WHEN 'restock' THEN 'restock_template'
                                           ELSE 'price_alert_template' END AS template,
           a.expires_at <= now() AND coalesce(d.handover_until <= now(), true) AS over,
           p.active AND NOT d.blocked AS reachable,
           CASE WHEN d.handover_until > now() THEN d.handover_until
                ELSE least(now() + a.check_every, a.expires_at) END AS next_at,
           a.expires_at > now() AND p.active AND p.available AND NOT d.blocked
               AND coalesce(d.handover_until <= now(), true) AND p.currency = a.currency
               AND (a.condition = 'restock' OR p.price_minor < a.mark_minor) AS tell,
           CASE WHEN p.currency = a.currency THEN least(greatest(a.mark_minor, p.price_minor), a.highest_mark)
                ELSE a.mark_minor END AS raised_mark
      FROM due a
      JOIN products p ON p.id = a.product_id
      JOIN dialogs d ON d.id = a.dialog_id
      JOIN bots b ON b.id = d.bot_id
), written AS (
    UPDATE price_alerts a
       SET state = CASE WHEN j.over THEN 'expired'
                        WHEN j.tell AND a.condition = 'restock' THEN 'sent'
                        ELSE 'active' END,
           mark_minor = CASE WHEN j.tell THEN j.price ELSE j.raised_mark END,
           told_minor = CASE WHEN j.tell THEN j.price ELSE a.told_minor END,
           told_at = CASE WHEN j.tell THEN now() ELSE a.told_at END,
           times_told = a.times_told + j.tell::int,
           due_at = j.next_at,
           version = a.version + (j.tell OR j.over)::int,
           updated_at = CASE WHEN j.tell OR j.over THEN now() ELSE a.updated_at END
      FROM judged j WHERE a.id = j.id
    RETURNING a.id, a.dialog_id, a.product_id, a.condition, a.currency, j.price, j.before, j.sku, j.name,
              j.images, j.template, j.tell, j.over AND j.reachable AS ended
)
SELECT looked.n AS looked, w.*
  FROM (SELECT count(*) AS n FROM due) looked LEFT JOIN written w ON w.tell OR w.ended
 ORDER BY w.dialog_id, w.id
""")


@dataclass(frozen=True, slots=True)
class Telling:
    """What one customer is to be told; the alert's row says so already."""

    alert_id: UUID
    dialog_id: int
    product_id: UUID
    condition: AlertCondition
    currency: str
    price_minor: int
    before_minor: int
    """The price before, as the customer knows it."""
    sku: str
    name: dict[str, Any]
    images: tuple[str, ...]
    template: str | None
    """The bot's approved template for outside the reply window, if it has one."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An alert whose time ran out; its row says so already."""

    alert_id: UUID
    dialog_id: int
    name: dict[str, Any]
    """Of its product."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How many alerts were looked at, and whom to tell of what, in the order of their dialogs."""

    looked: int
    tellings: Sequence[Telling]
    endings: Sequence[Ending]


@dataclass(frozen=True, slots=True)
class Work:
    """What waits in a company."""

    company_id: UUID
    changed: bool
    """Products changed, and their alerts do not know yet."""
    due: bool
    """Alerts are due."""


async def companies_with_work(system: Executor) -> list[Work]:
    """The active companies where something waits; ``system``: a transaction of the system role."""
    return [Work(row.id, row.changed, row.due) for row in (await system.execute(_COMPANIES)).all()]


async def follow_changes(session: Executor, *, limit: int) -> int:
    """Make the alerts of up to ``limit`` changes of products due now; how many changes were dealt with."""
    if not (await session.execute(_ALONE)).scalar_one():
        return 0
    row = (await session.execute(_FOLLOW, {"limit": limit})).one()
    return int(row.changes)


async def check_due(session: Executor, *, limit: int) -> Checked:
    """Judge up to ``limit`` due alerts of the session's company and move them on, in this transaction."""
    rows = (await session.execute(_CHECK, {"limit": limit})).all()
    tellings = [
        Telling(
            alert_id=row.id,
            dialog_id=row.dialog_id,
            product_id=row.product_id,
            condition=AlertCondition(row.condition),
            currency=row.currency,
            price_minor=row.price,
            before_minor=row.before,
            sku=row.sku,
            name=row.name,
            images=tuple(row.images),
            template=row.template or None,
        )
        for row in rows
        if row.tell
    ]
    endings = [Ending(row.id, row.dialog_id, row.name) for row in rows if row.ended]
    return Checked(looked=rows[0].looked, tellings=tellings, endings=endings)
