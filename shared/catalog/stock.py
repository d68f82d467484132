"""What lies in the warehouse: pieces leave with an order, and come back with one that was cancelled on its way.

Counted products alone: where ``quantity`` is unknown nothing is changed. The next sync says what is true anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["put_back", "take"]

# in the order of stock numbers, as imports write
_CHANGE = text("""
WITH moved AS (
    SELECT p.id, greatest(p.quantity + m.pieces, 0) AS quantity
      FROM products p
      JOIN unnest(CAST(:ids AS uuid[]), CAST(:pieces AS integer[])) AS m (id, pieces) ON m.id = p.id
     WHERE p.quantity IS NOT NULL ORDER BY p.sku, p.id FOR NO KEY UPDATE OF p
)
UPDATE products p
   SET quantity = moved.quantity, updated_at = now(),
       availability = CASE WHEN p.availability = 'in_stock' AND moved.quantity = 0 THEN 'out_of_stock'
                           WHEN p.availability = 'out_of_stock' AND moved.quantity > 0 THEN 'in_stock'
                           ELSE p.availability END
  FROM moved WHERE p.id = moved.id
""")


async def take(session: AsyncSession, pieces: Mapping[UUID, int]) -> None:
    """These pieces of the products left the warehouse."""
    await _change(session, {product_id: -number for product_id, number in pieces.items()})


async def put_back(session: AsyncSession, pieces: Mapping[UUID, int]) -> None:
    """These pieces of the products came back."""
    await _change(session, pieces)


async def _change(session: AsyncSession, pieces: Mapping[UUID, int]) -> None:
    if pieces:
        await session.execute(_CHANGE, {"ids": list(pieces), "pieces": list(pieces.values())})
