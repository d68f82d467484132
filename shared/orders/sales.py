"""What is bought: together, most, and by whom. Read from the orders; cancelled ones do not count."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.runtime.tenancy import CURRENT_COMPANY

__all__ = ["BoughtWith", "best_sellers", "bought_by", "bought_together"]

_ORDERS_LOOKED_AT = 500
"""The latest orders of a product that are looked at: what is bought with it this month, not since ever."""

# ids rise with time, so the latest orders of a product are the last of its index
_TOGETHER = text(f"""
WITH latest AS (
    SELECT p.product_id, o.order_id
      FROM unnest(CAST(:products AS uuid[])) AS p (product_id), LATERAL (
           SELECT l.order_id FROM order_lines l
            WHERE l.company_id = {CURRENT_COMPANY}
              AND l.product_id = p.product_id
            ORDER BY l.order_id DESC LIMIT :looked_at) o
)
SELECT other.product_id, latest.product_id AS with_id, count(DISTINCT other.order_id) AS orders
  FROM latest JOIN orders o ON o.company_id = {CURRENT_COMPANY}
                           AND o.id = latest.order_id
  JOIN order_lines other ON other.company_id = o.company_id AND other.order_id = o.id
 WHERE o.status <> 'cancelled' AND NOT other.product_id = ANY(CAST(:products AS uuid[]))
 GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT :limit
""")  # noqa: S608 - a constant
_BEST = text("""
SELECT l.product_id, count(*) AS orders
  FROM (SELECT company_id, id FROM orders
         WHERE created_at > :since AND status <> 'cancelled'
           AND (CAST(:city_id AS uuid) IS NULL OR city_id IS NULL OR city_id = :city_id)
         ORDER BY created_at DESC LIMIT 2000) o
  JOIN order_lines l ON l.company_id = o.company_id AND l.order_id = o.id
 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :limit
""")
_BY = text("""
SELECT DISTINCT l.product_id FROM orders o
  JOIN order_lines l ON l.company_id = o.company_id AND l.order_id = o.id
 WHERE o.customer_id = :customer_id AND o.created_at > :since AND o.status <> 'cancelled'
""")


@dataclass(frozen=True, slots=True)
class BoughtWith:
    """A product that people bought in one order with another."""

    product_id: UUID
    with_id: UUID
    orders: int


async def bought_together(
    session: AsyncSession, product_ids: Collection[UUID], *, limit: int
) -> Sequence[BoughtWith]:
    """What lately was bought in one order with any of these products, the most frequent first."""
    values = {"products": list(product_ids), "looked_at": _ORDERS_LOOKED_AT, "limit": limit}
    rows = await session.execute(_TOGETHER, values)
    return [BoughtWith(row.product_id, row.with_id, row.orders) for row in rows]


async def best_sellers(
    session: AsyncSession, *, city_id: UUID | None, since: datetime, limit: int
) -> Sequence[UUID]:
    """What is in most of the latest orders of a city (or of all), the most frequent first."""
    rows = await session.execute(_BEST, {"city_id": city_id, "since": since, "limit": limit})
    return [row.product_id for row in rows]


async def bought_by(session: AsyncSession, customer_id: UUID, *, since: datetime) -> set[UUID]:
    """What a customer ordered since then."""
    rows = await session.execute(_BY, {"customer_id": customer_id, "since": since})
    return {row.product_id for row in rows}
