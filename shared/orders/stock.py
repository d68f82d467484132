"""What is free of a product: what lies in the warehouse, less what orders hold of it.

``products.quantity`` is written by syncs, reservations by orders, and neither knows of the other. Whoever reserves
queues up for the product first, in one order, so that no two wait for each other. The products' own rows are left
alone: an import holds thousands of them for as long as it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog import stock as warehouse
from shared.catalog.schemas import Availability, ProductView
from shared.runtime.tenancy import CURRENT_COMPANY

__all__ = [
    "cancel",
    "confirm",
    "free_pieces",
    "held",
    "held_by_others",
    "is_counted",
    "queue_up",
    "release",
    "release_all",
    "reserve",
    "take",
]

_QUEUE_UP = text("""
SELECT pg_advisory_xact_lock(k.key)
  FROM (SELECT DISTINCT hashtextextended('stock ' || product::text, 0) AS key
          FROM unnest(CAST(:products AS uuid[])) AS product ORDER BY key) k
""")
_HELD = text(f"""
SELECT product_id, sum(quantity) AS pieces FROM stock_reservations
 WHERE company_id = {CURRENT_COMPANY}
   AND product_id = ANY(CAST(:products AS uuid[])) AND NOT taken
   AND (expires_at IS NULL OR expires_at > clock_timestamp()) AND order_id IS DISTINCT FROM CAST(:order AS uuid)
 GROUP BY product_id
""")  # noqa: S608 - a constant
_RESERVE = text(f"""
INSERT INTO stock_reservations (company_id, order_id, product_id, quantity, expires_at)
SELECT {CURRENT_COMPANY}, :order, r.product, r.pieces,
       now() + CAST(:held AS interval)
  FROM unnest(CAST(:products AS uuid[]), CAST(:pieces AS integer[])) AS r (product, pieces)
""")  # noqa: S608 - a constant
_HOLDING = text("SELECT product_id FROM stock_reservations WHERE order_id = :order AND NOT taken")
_HOLD_ON = text("""
UPDATE stock_reservations SET expires_at = NULL WHERE order_id = :order AND NOT taken
""")
_TAKE = text("""
UPDATE stock_reservations SET taken = true, expires_at = NULL WHERE order_id = :order AND NOT taken
RETURNING product_id, quantity
""")
_CANCEL = text("DELETE FROM stock_reservations WHERE order_id = :order RETURNING product_id, quantity, taken")
_RELEASE = text("""
DELETE FROM stock_reservations WHERE order_id = :order AND NOT taken AND expires_at <= clock_timestamp()
""")
# What is being confirmed, cancelled or released at this moment is passed over.
_RELEASE_ALL = text("""
DELETE FROM stock_reservations r USING (
    SELECT order_id, product_id FROM stock_reservations
     WHERE expires_at <= now() ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED
) due
 WHERE r.order_id = due.order_id AND r.product_id = due.product_id
RETURNING r.product_id
""")


async def queue_up(session: AsyncSession, product_ids: Iterable[UUID]) -> None:
    """Wait until nobody else reserves any of these products, and keep them until the transaction ends."""
    await session.execute(_QUEUE_UP, {"products": list(product_ids)})


async def held_by_others(
    session: AsyncSession, product_ids: Iterable[UUID], *, order_id: UUID | None = None
) -> dict[UUID, int]:
    """Pieces that orders hold now (but not ``order_id``), of the products of which any are held."""
    rows = await session.execute(_HELD, {"products": list(product_ids), "order": order_id})
    return {row.product_id: int(row.pieces) for row in rows}


async def held(session: AsyncSession, order_id: UUID) -> set[UUID]:
    """The products of which the order holds pieces."""
    rows = await session.execute(_HOLDING, {"order": order_id})
    return {row.product_id for row in rows}


def is_counted(product: ProductView) -> bool:
    """Whether pieces of it can run out: what is made on order cannot, nor what nobody counts."""
    return product.quantity is not None and product.availability is not Availability.ON_ORDER


def free_pieces(product: ProductView, others: Mapping[UUID, int]) -> int | None:
    """Pieces that may still be reserved; ``None``: any number."""
    if not product.active or product.availability is Availability.OUT_OF_STOCK:
        return 0
    if not is_counted(product) or product.quantity is None:
        return None
    return max(0, product.quantity - others.get(product.id, 0))


async def reserve(
    session: AsyncSession, order_id: UUID, pieces: Mapping[UUID, int], *, expires_in: timedelta | None
) -> None:
    """Hold pieces for an order, that long, or until it ends; the caller queued up and saw that they are free."""
    values = {"order": order_id, "products": list(pieces), "pieces": list(pieces.values()), "held": expires_in}
    await session.execute(_RESERVE, values)


async def confirm(session: AsyncSession, order_id: UUID) -> None:
    """Hold what the order reserved until it ends."""
    await session.execute(_HOLD_ON, {"order": order_id})


async def take(session: AsyncSession, order_id: UUID) -> None:
    """The goods leave the warehouse with the order; a second call finds nothing more to take.

    In turn with those who reserve: who has read what lies in the warehouse must not find these pieces neither there
    nor held.
    """
    await queue_up(session, await held(session, order_id))
    rows = await session.execute(_TAKE, {"order": order_id})
    await warehouse.take(session, {row.product_id: row.quantity for row in rows})


async def cancel(session: AsyncSession, order_id: UUID) -> None:
    """Free what the order holds, and put back what had left already; a second call finds nothing."""
    rows = await session.execute(_CANCEL, {"order": order_id})
    await warehouse.put_back(session, {row.product_id: row.quantity for row in rows if row.taken})


async def release(session: AsyncSession, order_id: UUID) -> None:
    """Delete the order's reservations that ran out."""
    await session.execute(_RELEASE, {"order": order_id})


async def release_all(session: AsyncSession, *, limit: int) -> int:
    """Delete up to ``limit`` reservations of the company that ran out; how many there were."""
    return len((await session.execute(_RELEASE_ALL, {"limit": limit})).all())
