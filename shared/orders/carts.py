"""The cart: what a customer means to buy. One open cart per customer, kept until it is ordered or cleared.

Nothing here commits. Each call locks the customer's row, so that two dialogs of one person take turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog.schemas import ProductView
from shared.catalog.service import CatalogService
from shared.kernel.errors import InvalidInput, NotFound
from shared.orders import stock
from shared.orders.cart_rows import CartRows
from shared.orders.models import CartRow
from shared.orders.schemas import LINES_LIMIT, QUANTITY_LIMIT, Cart, CartLimit, CartUpdate

__all__ = ["CartService"]


class CartService:
    """Fills and shows carts. Built once per worker; safe to share."""

    def __init__(self, catalog: CatalogService) -> None:
        self._catalog = catalog

    async def show(self, session: AsyncSession, customer_id: UUID) -> Cart:
        """The customer's cart as it was left; an empty one where there is none."""
        return await CartRows(session).read(customer_id)

    async def free(self, session: AsyncSession, product_id: UUID) -> int | None:
        """Pieces of a product that can still be ordered; ``None``: any number.

        Raises:
            NotFound: the company has no such product.
        """
        product = await self._catalog.get_product(session, product_id)
        held = await stock.held_by_others(session, [product.id]) if stock.is_counted(product) else {}
        return stock.free_pieces(product, held)

    async def add(
        self,
        session: AsyncSession,
        customer_id: UUID,
        product_id: UUID,
        quantity: int = 1,
        *,
        city_id: UUID | None = None,
        request: str | None = None,
    ) -> CartUpdate:
        """Add pieces of a product at its price of now, as many as are free.

        Args:
            session: of the customer's company.
            customer_id: whose cart.
            product_id: what; it must be sold in ``city_id``.
            quantity: how many more, 1 or more.
            city_id: where the shopper buys; kept with the cart.
            request: names the shopper's request (the message's event id), so that a turn run again adds nothing.

        Raises:
            NotFound: no such customer, or the product is not sold there.
            InvalidInput: the quantity is not positive.
        """
        if quantity < 1:
            raise InvalidInput("at least one piece", field="quantity")
        rows = CartRows(session)
        await rows.hold(customer_id)
        cart = await rows.open(customer_id)
        before = await rows.read(customer_id)
        now = _pieces(before, product_id)
        if request is not None and request in cart.requests:
            return CartUpdate(before, product_id, now, now)
        product = await self._catalog.get_product(session, product_id, city_id=city_id or cart.city_id)
        return await self._set(
            session, cart, before, product, wanted=now + quantity, city_id=city_id, request=request
        )

    async def add_all(
        self,
        session: AsyncSession,
        customer_id: UUID,
        wanted: Mapping[UUID, int],
        *,
        city_id: UUID | None = None,
        request: str,
    ) -> Sequence[CartUpdate]:
        """Add pieces of several products as one request; what became of each that is sold there, in their order.

        Made again by the same request it adds nothing, and tells nothing.

        Raises:
            NotFound: no such customer.
            InvalidInput: a quantity is not positive.
        """
        if any(quantity < 1 for quantity in wanted.values()):
            raise InvalidInput("at least one piece", field="quantity")
        rows = CartRows(session)
        await rows.hold(customer_id)
        cart = await rows.open(customer_id)
        if request in cart.requests:
            return ()
        updates = []
        for product_id, quantity in wanted.items():
            before = await rows.read(customer_id)
            try:
                product = await self._catalog.get_product(session, product_id, city_id=city_id or cart.city_id)
            except NotFound:
                continue
            pieces = _pieces(before, product_id) + quantity
            updates.append(await self._set(session, cart, before, product, wanted=pieces, city_id=city_id))
        await rows.changed(cart, city_id=city_id, request=request)
        return updates

    async def change(self, session: AsyncSession, customer_id: UUID, product_id: UUID, quantity: int) -> CartUpdate:
        """Set how many pieces of a product are in the cart, as many as are free; 0 removes it.

        Raises:
            NotFound: no such customer; or it is not in the cart.
            InvalidInput: the quantity is negative.
        """
        if quantity < 0:
            raise InvalidInput("not fewer than none", field="quantity")
        rows = CartRows(session)
        await rows.hold(customer_id)
        before = await rows.read(customer_id)
        cart = await rows.row(customer_id)
        if cart is None or before.line(product_id) is None:
            raise NotFound("product in the cart", product_id)
        if quantity > 0:
            product = await self._catalog.get_product(session, product_id, city_id=cart.city_id)
            return await self._set(session, cart, before, product, wanted=quantity)
        await rows.remove_line(cart.id, product_id)
        await rows.changed(cart)
        return CartUpdate(await rows.read(customer_id), product_id, _pieces(before, product_id), 0)

    async def remove(self, session: AsyncSession, customer_id: UUID, product_id: UUID) -> CartUpdate:
        """Take a product out of the cart; one that is not in it changes nothing.

        Raises:
            NotFound: no such customer.
        """
        await CartRows(session).hold(customer_id)
        cart = await self.show(session, customer_id)
        if cart.line(product_id) is None:
            return CartUpdate(cart, product_id, 0, 0)
        return await self.change(session, customer_id, product_id, 0)

    async def clear(self, session: AsyncSession, customer_id: UUID) -> Cart:
        """Discard the cart with what was said at its checkout; what it was.

        Raises:
            NotFound: no such customer.
        """
        rows = CartRows(session)
        await rows.hold(customer_id)
        cart = await rows.read(customer_id)
        if cart.id is not None:
            await rows.discard(cart.id)
        return cart

    async def _set(
        self,
        session: AsyncSession,
        cart: CartRow,
        before: Cart,
        product: ProductView,
        *,
        wanted: int,
        city_id: UUID | None = None,
        request: str | None = None,
    ) -> CartUpdate:
        """Set a product's pieces to as many of those wanted as the limits allow."""
        held = await stock.held_by_others(session, [product.id]) if stock.is_counted(product) else {}
        left = stock.free_pieces(product, held)
        quantity, limit = _allowed(before, product, wanted, left)
        had = _pieces(before, product.id)
        rows = CartRows(session)
        if limit not in {CartLimit.LINES, CartLimit.CURRENCY, CartLimit.SOLD_OUT}:
            await rows.put(cart.id, product, quantity)
        await rows.changed(cart, city_id=city_id, request=request)
        after = await rows.read(cart.customer_id)
        return CartUpdate(after, product.id, had, _pieces(after, product.id), limit, left, product)


def _allowed(cart: Cart, product: ProductView, wanted: int, left: int | None) -> tuple[int, CartLimit | None]:
    if cart.line(product.id) is None:
        if len(cart.lines) >= LINES_LIMIT:
            return 0, CartLimit.LINES
        if cart.lines and cart.lines[0].price.currency != product.price.currency:
            return 0, CartLimit.CURRENCY
    if left == 0:
        return 0, CartLimit.SOLD_OUT
    if left is not None and left < min(wanted, QUANTITY_LIMIT):
        return left, CartLimit.STOCK
    if wanted > QUANTITY_LIMIT:
        return QUANTITY_LIMIT, CartLimit.QUANTITY
    return wanted, None


def _pieces(cart: Cart, product_id: UUID) -> int:
    line = cart.line(product_id)
    return line.quantity if line is not None else 0
