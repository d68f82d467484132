"""What orders keep about a person: moved when two customers prove to be one, told and erased on request.

An erased person's orders stay as facts of the books, without the person: what was sold, when and for how much. An
open order keeps what it takes to deliver it (name, phone, address, remarks) until it is done or cancelled.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.orders.cart_rows import CartRows
from shared.orders.repository import OrderRepository
from shared.orders.statuses import ENDED

__all__ = ["OrderRecords"]

_MOVE = text("UPDATE orders SET customer_id = :target WHERE customer_id = :source")
# after the customers: both dialogs are one person's
_FOLLOW = text("""
UPDATE orders SET dialog_id = :dialog
 WHERE dialog_id = :source
   AND customer_id IN (SELECT customer_id FROM customer_dialogs WHERE dialog_id IN (:dialog, :source))
""")
# an order that ends at this moment is waited for, and is seen as ended
_LOCK = text("SELECT FROM orders WHERE customer_id = :customer ORDER BY id FOR NO KEY UPDATE")
_KEEP_OPEN = text("""
UPDATE orders
   SET customer_id = NULL, dialog_id = NULL, forget_buyer = true, version = version + 1, updated_at = now()
 WHERE customer_id = :customer AND status <> ALL(:ended)
""")
_ENDED_ORDERS = text("SELECT id FROM orders WHERE customer_id = :customer")


class OrderRecords:
    """The carts and orders of customers, as ``shared.customers`` asks for them."""

    name: Final = "orders"

    async def move(self, session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
        """Give a customer's cart and orders to another; of two carts one is made."""
        await CartRows(session).move(source_id, target_id)
        await session.execute(_MOVE, {"source": source_id, "target": target_id})

    async def follow(self, session: AsyncSession, dialog_id: int, *, source: int | None) -> None:
        """Tell of orders in the dialog that goes on (``DialogFollower``)."""
        if source is not None:
            await session.execute(_FOLLOW, {"dialog": dialog_id, "source": source})

    async def export(self, session: AsyncSession, customer_id: UUID) -> dict[str, Any]:
        """The open cart, and all orders, newest first."""
        repository = OrderRepository(session)
        rows = await repository.newest(customer_id)
        cart = await CartRows(session).read(customer_id)
        return {
            "cart": cart.model_dump(mode="json"),
            "orders": [order.model_dump(mode="json") for order in await repository.views(rows)],
        }

    async def erase(self, session: AsyncSession, customer_id: UUID) -> None:
        """Delete the cart, and take the person out of their orders: of an open one when it ends."""
        cart = await CartRows(session).row(customer_id)
        if cart is not None:
            await CartRows(session).discard(cart.id)
        person = {"customer": customer_id}
        await session.execute(_LOCK, person)
        await session.execute(_KEEP_OPEN, person | {"ended": [status.value for status in ENDED]})
        ended = (await session.scalars(_ENDED_ORDERS, person)).all()
        await OrderRepository(session).forget_buyers(ended)
