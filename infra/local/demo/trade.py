"""What the demo shop sold lately: orders of the past in several statuses, and some of today by the checkout."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from infra.local.demo.dialogs import Acquaintance, phone_of
from shared.catalog.schemas import ProductView
from shared.catalog.service import CatalogService
from shared.kernel.ids import new_id
from shared.orders.carts import CartService
from shared.orders.checkout import CheckoutService
from shared.orders.schemas import CheckoutDraft, DeliveryMethod, Order, OrderPlaced, OrderStatus
from shared.orders.service import OrderService

__all__ = ["DemoOrder", "demo_orders", "order_of_the_past", "order_of_today"]

_DATA = Path(__file__).parent / "data" / "orders.json"
_SHOPPER = "shopper"
_NUMBER = text("""
INSERT INTO order_counters (company_id, last_number) VALUES (:company_id, 1)
ON CONFLICT (company_id) DO UPDATE SET last_number = order_counters.last_number + 1 RETURNING last_number
""")
_ORDER = text("""
INSERT INTO orders (company_id, id, number, cart_id, customer_id, dialog_id, city_id, status, version, currency,
                    total_minor, name, phone, method, address, created_at, updated_at)
VALUES (:company_id, :id, :number, :cart_id, :customer_id, :dialog_id, :city_id, :status, :version, :currency,
        :total_minor, :name, :phone, :method, :address, :created_at, :updated_at)
""")
_LINE = text("""
INSERT INTO order_lines (company_id, order_id, place, product_id, sku, name, quantity, price_minor)
VALUES (:company_id, :order_id, :place, :product_id, :sku, CAST(:name AS jsonb), 1, :price_minor)
""")
_CHANGE = text("""
INSERT INTO order_changes (company_id, order_id, version, status, changed_by, at)
VALUES (:company_id, :order_id, :version, :status, :changed_by, :at)
""")
_HOLD = text("""
INSERT INTO stock_reservations (company_id, order_id, product_id, quantity)
SELECT company_id, order_id, product_id, quantity FROM order_lines WHERE order_id = :order_id
""")
_HOLDING = {OrderStatus.CONFIRMED, OrderStatus.PAID}
_BETWEEN_STATUSES = timedelta(hours=5)


class DemoOrder(BaseModel):
    """An order as ``orders.json`` tells of it: its statuses so far, the first is ``new``; no address: pick-up."""

    model_config = ConfigDict(frozen=True)

    who: str
    days_ago: int
    statuses: tuple[OrderStatus, ...]
    skus: tuple[str, ...]
    address: str

    @property
    def method(self) -> DeliveryMethod:
        """How the goods come to the customer."""
        return DeliveryMethod.DELIVERY if self.address else DeliveryMethod.PICKUP


def demo_orders() -> list[DemoOrder]:
    """All orders, oldest first."""
    return [DemoOrder.model_validate(entry) for entry in json.loads(_DATA.read_text(encoding="utf-8"))]


async def order_of_the_past(
    session: AsyncSession,
    catalog: CatalogService,
    orders: OrderService,
    told: DemoOrder,
    buyer: Acquaintance,
    *,
    company_id: UUID,
    city_id: UUID,
    at: datetime,
    staff: UUID,
) -> Order:
    """Write an order down as it would stand in the books: services date everything to this moment.

    Raises:
        NotFound: the demo catalogue has no such product.
    """
    products = [await catalog.get_product(session, sku, city_id=city_id) for sku in told.skus]
    order_id = new_id()
    times = [at + place * _BETWEEN_STATUSES for place in range(len(told.statuses))]
    head = _head(told, buyer, products) | {
        "id": order_id,
        "number": await session.scalar(_NUMBER, {"company_id": company_id}),
        "city_id": city_id,
        "created_at": times[0],
        "updated_at": times[-1],
    }
    await session.execute(_ORDER, {"company_id": company_id, **head})
    await session.execute(_LINE, _lines(company_id, order_id, products))
    await session.execute(_CHANGE, _changes(company_id, order_id, told.statuses, times, staff))
    if told.statuses[-1] in _HOLDING:
        await session.execute(_HOLD, {"order_id": order_id})
    return await orders.get(session, order_id)


async def order_of_today(
    session: AsyncSession,
    catalog: CatalogService,
    orders: OrderService,
    told: DemoOrder,
    buyer: Acquaintance,
    *,
    city_id: UUID,
    staff: UUID,
) -> Order:
    """Order as a shopper does, and bring the order to its status; the shop's words to the customer are left out."""
    carts = CartService(catalog)
    for sku in told.skus:
        product = await catalog.get_product(session, sku, city_id=city_id)
        await carts.add(session, buyer.customer_id, product.id, city_id=city_id)
    checkout = CheckoutService(catalog, reserved_for=timedelta(days=1))
    said = CheckoutDraft(
        name=buyer.person.name,
        phone=phone_of(buyer.person),
        method=told.method,
        address=told.address or None,
        comment="",
    )
    cart = await checkout.note(session, buyer.customer_id, said)
    assert cart.id is not None
    assert cart.total is not None
    placed = await checkout.confirm(
        session,
        buyer.customer_id,
        cart.id,
        version=cart.version,
        total_minor=cart.total.minor,
        dialog_id=buyer.dialog_id,
    )
    assert isinstance(placed, OrderPlaced), placed
    for status in told.statuses[1:]:
        await orders.change_status(session, placed.order.id, status, by=str(staff))
    return placed.order


def _head(told: DemoOrder, buyer: Acquaintance, products: Sequence[ProductView]) -> dict[str, object]:
    return {
        "cart_id": new_id(),
        "customer_id": buyer.customer_id,
        "dialog_id": buyer.dialog_id,
        "status": told.statuses[-1].value,
        "version": len(told.statuses),
        "currency": products[0].price.currency,
        "total_minor": sum(product.price.minor for product in products),
        "name": buyer.person.name,
        "phone": phone_of(buyer.person),
        "method": told.method.value,
        "address": told.address,
    }


def _lines(company_id: UUID, order_id: UUID, products: Sequence[ProductView]) -> list[Mapping[str, object]]:
    return [
        {
            "company_id": company_id,
            "order_id": order_id,
            "place": place,
            "product_id": product.id,
            "sku": product.sku,
            "name": product.name.model_dump_json(exclude_none=True),
            "price_minor": product.price.minor,
        }
        for place, product in enumerate(products, start=1)
    ]


def _changes(
    company_id: UUID, order_id: UUID, statuses: Sequence[OrderStatus], times: Sequence[datetime], staff: UUID
) -> list[Mapping[str, object]]:
    return [
        {
            "company_id": company_id,
            "order_id": order_id,
            "version": version,
            "status": status.value,
            "changed_by": _SHOPPER if status is OrderStatus.NEW else str(staff),
            "at": at,
        }
        for version, (status, at) in enumerate(zip(statuses, times, strict=True), start=1)
    ]
