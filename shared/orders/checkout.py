"""The checkout: what must be known, a last look at prices and stock, and the order itself.

Nothing here commits. ``confirm`` may run any number of times and on any number of workers: of one cart comes one
order, and whoever confirms that cart again is given it.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics.kinds import EventKind
from shared.catalog.schemas import ProductView
from shared.catalog.service import CatalogService
from shared.kernel.ids import new_id
from shared.orders import stock
from shared.orders.cart_rows import CartRows
from shared.orders.facts import record_of
from shared.orders.repository import OrderRepository
from shared.orders.schemas import (
    Cart,
    CartLine,
    CartReview,
    CheckoutChanged,
    CheckoutDraft,
    CheckoutIncomplete,
    Confirmation,
    DeliveryMethod,
    FewerLeft,
    Gone,
    LineChange,
    OrderLine,
    OrderPlaced,
    OrderStatus,
    PriceChanged,
)
from shared.orders.statuses import SHOPPER

__all__ = ["CheckoutService"]


class CheckoutService:
    """Leads from a cart to an order. Built once per worker; safe to share."""

    def __init__(self, catalog: CatalogService, *, reserved_for: timedelta) -> None:
        """``reserved_for``: how long a new order holds its goods before the staff confirms it."""
        self._catalog = catalog
        self._reserved_for = reserved_for

    async def review(self, session: AsyncSession, customer_id: UUID) -> CartReview:
        """Bring the cart up to date with prices and stock, to be shown before the shopper confirms.

        Raises:
            NotFound: no such customer.
        """
        rows = CartRows(session)
        await rows.hold(customer_id)
        cart = await rows.read(customer_id)
        return await self._up_to_date(session, customer_id, cart)

    async def begin(self, session: AsyncSession, customer_id: UUID, *, name: str, phone: str | None) -> Cart:
        """Fill what the shopper has not said yet from their last order, else from ``name`` and ``phone``.

        Raises:
            NotFound: no such customer.
        """
        last = await self._last_answers(session, customer_id)
        known = (last or CheckoutDraft()).model_dump()
        known["name"] = known["name"] or name.strip()[:200] or None
        known["phone"] = known["phone"] or phone
        rows = CartRows(session)
        await rows.hold(customer_id)
        cart = await rows.read(customer_id)
        said = cart.checkout.model_dump(exclude_none=True)
        return await self.note(session, customer_id, CheckoutDraft.model_validate(known | said))

    async def note(self, session: AsyncSession, customer_id: UUID, said: CheckoutDraft) -> Cart:
        """Keep what the shopper said: the fields that were set, an explicit ``None`` forgets one.

        An empty cart keeps nothing: what is said of it belongs to an order that was made, or to none.

        Raises:
            NotFound: no such customer.
        """
        rows = CartRows(session)
        await rows.hold(customer_id)
        values = said.model_dump(mode="json", exclude_unset=True)
        cart = await rows.read(customer_id)
        if not values or not cart.lines:
            return cart
        await rows.save_draft(await rows.open(customer_id), values)
        return await rows.read(customer_id)

    async def confirm(
        self,
        session: AsyncSession,
        customer_id: UUID,
        cart_id: UUID,
        *,
        version: int,
        total_minor: int,
        dialog_id: int,
    ) -> Confirmation:
        """Order what the shopper saw: that cart, at that version, for that total.

        Everything is checked again. What is no longer so is mended in the cart and told, and nothing is ordered. An
        order reserves its goods for ``reserved_for``, and is counted by analytics in this very transaction.

        Args:
            session: of the customer's company.
            customer_id: who confirms.
            cart_id: the cart that was shown.
            version: its version then.
            total_minor: its total then.
            dialog_id: where it is confirmed; changes of the order are told there.

        Raises:
            NotFound: no such customer.
        """
        rows, orders = CartRows(session), OrderRepository(session)
        await rows.hold(customer_id)
        placed = await orders.of_cart(customer_id, cart_id)
        if placed is not None:
            return OrderPlaced((await orders.views([placed]))[0], repeated=True)
        cart = await rows.read(customer_id)
        if cart.total is None or (cart.id, cart.version, cart.total.minor) != (cart_id, version, total_minor):
            review = await self._up_to_date(session, customer_id, cart)
            return CheckoutChanged(review.cart, review.changes)
        if cart.checkout.missing:
            return CheckoutIncomplete(cart, cart.checkout.missing)
        await stock.queue_up(session, [line.product_id for line in cart.lines])
        review = await self._up_to_date(session, customer_id, cart)
        if review.changes:
            return CheckoutChanged(review.cart, review.changes)
        order_id = await self._place(session, customer_id, cart, dialog_id)
        row = await orders.row(order_id)
        assert row is not None
        [order] = await orders.views([row])
        await record_of(session, EventKind.ORDER_PLACED, order)
        return OrderPlaced(order)

    async def _place(self, session: AsyncSession, customer_id: UUID, cart: Cart, dialog_id: int) -> UUID:
        """Write the order of a cart that was checked under the queues of its products."""
        assert cart.id is not None
        assert cart.total is not None
        orders, order_id, said = OrderRepository(session), new_id(), cart.checkout
        await orders.add(
            {
                "id": order_id,
                "number": await orders.next_number(),
                "cart_id": cart.id,
                "customer_id": customer_id,
                "dialog_id": dialog_id,
                "city_id": cart.city_id,
                "status": OrderStatus.NEW.value,
                "version": 1,
                "currency": cart.total.currency,
                "total_minor": cart.total.minor,
                "name": said.name or "",
                "phone": said.phone or "",
                "method": (said.method or DeliveryMethod.PICKUP).value,
                "address": (said.address or "") if said.method is DeliveryMethod.DELIVERY else "",
                "comment": said.comment or "",
            },
            [OrderLine.model_validate(line.model_dump()) for line in cart.lines],
            by=SHOPPER,
        )
        products = await self._products(session, cart.lines)
        counted = {
            line.product_id: line.quantity for line in cart.lines if stock.is_counted(products[line.product_id])
        }
        await stock.reserve(session, order_id, counted, expires_in=self._reserved_for)
        await CartRows(session).discard(cart.id)
        return order_id

    async def _up_to_date(self, session: AsyncSession, customer_id: UUID, cart: Cart) -> CartReview:
        """Compare a cart with the catalogue and the stock, and mend it."""
        if cart.id is None or not cart.lines:
            return CartReview(cart, ())
        products = await self._products(session, cart.lines)
        held = await stock.held_by_others(session, products)
        changes: list[LineChange] = []
        rows = CartRows(session)
        for line in cart.lines:
            product = products.get(line.product_id)
            found, quantity = _compared(line, product, held, cart.city_id)
            if found and (product is None or quantity == 0):
                await rows.remove_line(cart.id, line.product_id)
            elif found and product is not None:
                await rows.put(cart.id, product, quantity)
            changes += found
        if changes and (row := await rows.row(customer_id)) is not None:
            await rows.changed(row)
            cart = await rows.read(customer_id)
        return CartReview(cart, tuple(changes))

    async def _products(self, session: AsyncSession, lines: tuple[CartLine, ...]) -> dict[UUID, ProductView]:
        found = await self._catalog.products_by_ids(session, [line.product_id for line in lines])
        return {product.id: product for product in found}

    async def _last_answers(self, session: AsyncSession, customer_id: UUID) -> CheckoutDraft | None:
        rows = await OrderRepository(session).newest(customer_id, 1)
        if not rows:
            return None
        last = rows[0]
        return CheckoutDraft.model_validate(
            {
                "name": last.name or None,
                "phone": last.phone or None,
                "method": last.method,
                "address": last.address or None,
            }
        )


def _compared(
    line: CartLine, product: ProductView | None, held: dict[UUID, int], city_id: UUID | None
) -> tuple[list[LineChange], int]:
    """What changed about a line, and how many pieces it may have."""
    elsewhere = product is not None and city_id is not None and product.city_id not in {None, city_id}
    left = None if product is None else stock.free_pieces(product, held)
    if product is None or elsewhere or left == 0 or product.price.currency != line.price.currency:
        return [Gone(line.product_id, line.name)], 0
    changes: list[LineChange] = []
    if product.price != line.price:
        changes.append(PriceChanged(line.product_id, product.name, line.price, product.price))
    if left is not None and left < line.quantity:
        changes.append(FewerLeft(line.product_id, product.name, line.quantity, left))
    return changes, min(line.quantity, left) if left is not None else line.quantity
