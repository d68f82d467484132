"""A shop's counter as tests tell it: shoppers, their carts and orders, each step in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.catalog.imports import upsert_categories, upsert_products
from shared.catalog.schemas import Availability, CategoryInput, LocalizedText, ProductInput
from shared.composition import Worker
from shared.kernel.money import Money
from shared.orders.schemas import (
    Cart,
    CartUpdate,
    CheckoutDraft,
    Confirmation,
    DeliveryMethod,
    Order,
    OrderPlaced,
    OrderStatus,
)
from tests.integration.people import open_dialog
from tests.integration.shops import Shop

__all__ = ["Buyer", "Counter"]

PICKUP = CheckoutDraft(name="Айгуль Ким", phone="+77011234567", method=DeliveryMethod.PICKUP)
_CATEGORY = CategoryInput(code="sofas", name=LocalizedText(ru="Диваны"))


class Counter:
    """A worker's order services, at one shop."""

    def __init__(self, worker: Worker, shop: Shop) -> None:
        self.shop = shop
        self.database = worker.database
        self.carts = worker.services.carts
        self.checkout = worker.services.checkout
        self.orders = worker.services.orders
        self.customers = worker.services.customers

    async def stocks(
        self,
        sku: str = "ALM-1",
        *,
        price: int = 140_000,
        quantity: int | None = None,
        availability: Availability = Availability.IN_STOCK,
        **fields: Any,
    ) -> UUID:
        """Put a product on sale, or change it as a sync does; prices in whole tenge."""
        product = ProductInput(
            sku=sku,
            name=LocalizedText(ru=f"Диван {sku}"),
            category="sofas",
            price=Money(minor=price * 100, currency=fields.pop("currency", "KZT")),
            quantity=quantity,
            availability=availability,
            **fields,
        )
        async with self.database.session_scope(self.shop.company_id) as session:
            await upsert_categories(session, [_CATEGORY])
            await upsert_products(session, [product])
        [row] = await self.sql("SELECT id FROM products WHERE sku = :sku", sku=sku)
        identity: UUID = row["id"]
        return identity

    async def buyer(self, name: str = "Айгуль Ким", *, phone: str | None = None) -> Buyer:
        """A person who wrote to the shop."""
        dialog_id = await open_dialog(self.database, self.shop, name, phone=phone)
        async with self.database.session_scope(self.shop.company_id) as session:
            customer = await self.customers.ensure(session, dialog_id)
        return Buyer(self, dialog_id, customer.id)

    async def becomes(self, order: Order, status: OrderStatus, *, by: str = "a-manager", **options: Any) -> Order:
        """The staff brings an order to a status."""
        async with self.database.session_scope(self.shop.company_id) as session:
            return await self.orders.change_status(session, order.id, status, by=by, **options)

    async def sql(self, statement: str, **values: Any) -> list[Mapping[str, Any]]:
        """Run SQL as the app role; the rows."""
        async with self.database.session_scope(self.shop.company_id) as session:
            result = await session.execute(text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []  # type: ignore[attr-defined]

    async def counted(self, kind: str) -> list[str]:
        """The orders that analytics counted as placed or cancelled."""
        events = "SELECT properties ->> 'order_id' AS order_id FROM analytics_events WHERE kind = :kind ORDER BY id"
        return [row["order_id"] for row in await self.sql(events, kind=kind)]

    async def warehouse(self, product_id: UUID) -> int | None:
        """Pieces of a product in the warehouse."""
        [row] = await self.sql("SELECT quantity FROM products WHERE id = :id", id=product_id)
        quantity: int | None = row["quantity"]
        return quantity

    async def reserved(self, product_id: UUID) -> int:
        """Pieces of a product that orders hold."""
        held = (
            "SELECT coalesce(sum(quantity), 0) AS held FROM stock_reservations WHERE product_id = :id AND NOT taken"
        )
        [row] = await self.sql(held, id=product_id)
        return int(row["held"])


@dataclass
class Buyer:
    """A person at the counter."""

    counter: Counter
    dialog_id: int
    customer_id: UUID

    async def adds(self, product_id: UUID, quantity: int = 1, **options: Any) -> CartUpdate:
        """Put pieces into the cart."""
        async with self._transaction() as session:
            return await self.counter.carts.add(session, self.customer_id, product_id, quantity, **options)

    async def adds_all(self, wanted: Mapping[UUID, int], *, request: str) -> Sequence[CartUpdate]:
        """Put several products in as one request."""
        async with self._transaction() as session:
            return await self.counter.carts.add_all(session, self.customer_id, wanted, request=request)

    async def changes(self, product_id: UUID, quantity: int) -> CartUpdate:
        """Set the number of pieces in the cart."""
        async with self._transaction() as session:
            return await self.counter.carts.change(session, self.customer_id, product_id, quantity)

    async def removes(self, product_id: UUID) -> CartUpdate:
        """Take a product out of the cart."""
        async with self._transaction() as session:
            return await self.counter.carts.remove(session, self.customer_id, product_id)

    async def clears(self) -> Cart:
        """Empty the cart."""
        async with self._transaction() as session:
            return await self.counter.carts.clear(session, self.customer_id)

    async def cart(self) -> Cart:
        """The cart as it stands."""
        async with self._transaction() as session:
            return await self.counter.carts.show(session, self.customer_id)

    async def says(self, said: CheckoutDraft = PICKUP) -> Cart:
        """Answer the questions of the checkout."""
        async with self._transaction() as session:
            return await self.counter.checkout.note(session, self.customer_id, said)

    async def confirms(self, seen: Cart | None = None) -> Confirmation:
        """Confirm the cart that was seen, or the present one."""
        cart = seen or await self.cart()
        assert cart.id is not None
        async with self._transaction() as session:
            return await self.counter.checkout.confirm(
                session,
                self.customer_id,
                cart.id,
                version=cart.version,
                total_minor=cart.total.minor if cart.total else 0,
                dialog_id=self.dialog_id,
            )

    async def orders(self, product_id: UUID, quantity: int = 1) -> Order:
        """Buy, from the cart to the order."""
        await self.adds(product_id, quantity)
        await self.says()
        placed = await self.confirms()
        assert isinstance(placed, OrderPlaced), placed
        return placed.order

    def _transaction(self) -> Any:
        return self.counter.database.session_scope(self.counter.shop.company_id)
