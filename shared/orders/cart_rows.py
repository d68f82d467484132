"""SQL over carts; the company is the session's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog.schemas import LocalizedText, ProductView
from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id
from shared.kernel.money import Money
from shared.orders.models import CartLineRow, CartRow
from shared.orders.schemas import LINES_LIMIT, QUANTITY_LIMIT, Cart, CartLine, CheckoutDraft
from shared.runtime.tenancy import TENANT

__all__ = ["CartRows"]

_REMEMBERED_REQUESTS = 20
_HOLD_CUSTOMER = text("SELECT id FROM customers WHERE id = :id FOR NO KEY UPDATE")
_MERGE = text("""
INSERT INTO cart_lines (company_id, cart_id, product_id, sku, name, quantity, price_minor, currency, added_at)
SELECT company_id, :target, product_id, sku, name, quantity, price_minor, currency, added_at
  FROM cart_lines WHERE cart_id = :source
   AND currency = coalesce((SELECT currency FROM cart_lines WHERE cart_id = :target LIMIT 1), currency)
ON CONFLICT (company_id, cart_id, product_id)
DO UPDATE SET quantity = least(cart_lines.quantity + excluded.quantity, :quantity_limit)
""")
_TRIM = text("""
DELETE FROM cart_lines WHERE cart_id = :target AND product_id IN (
    SELECT product_id FROM cart_lines WHERE cart_id = :target ORDER BY added_at, product_id OFFSET :lines_limit)
""")
_MERGE_DRAFT = text("""
UPDATE carts t
   SET version = greatest(t.version, s.version) + 1, updated_at = now(), requests = t.requests || s.requests,
       city_id = coalesce(t.city_id, s.city_id), name = coalesce(t.name, s.name),
       phone = coalesce(t.phone, s.phone), method = coalesce(t.method, s.method),
       address = coalesce(t.address, s.address), comment = coalesce(t.comment, s.comment)
  FROM carts s WHERE t.id = :target AND s.id = :source
""")


class CartRows:
    """Reads and writes of one session. It never commits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hold(self, customer_id: UUID) -> None:
        """Let no other transaction act for this customer until ours ends.

        Raises:
            NotFound: there is none, or they were joined with another meanwhile.
        """
        if (await self._session.execute(_HOLD_CUSTOMER, {"id": customer_id})).first() is None:
            raise NotFound("customer", customer_id)

    async def row(self, customer_id: UUID) -> CartRow | None:
        """The customer's cart."""
        statement = select(CartRow).where(CartRow.customer_id == customer_id)
        found: CartRow | None = await self._session.scalar(statement.execution_options(populate_existing=True))
        return found

    async def read(self, customer_id: UUID) -> Cart:
        """The customer's cart with its lines; an empty one where there is none."""
        row = await self.row(customer_id)
        if row is None:
            return Cart()
        lines = await self._session.scalars(
            select(CartLineRow)
            .where(CartLineRow.cart_id == row.id)
            .order_by(CartLineRow.added_at, CartLineRow.product_id)
            .execution_options(populate_existing=True)
        )
        return Cart(
            id=row.id,
            version=row.version,
            city_id=row.city_id,
            lines=tuple(map(_line, lines)),
            checkout=_draft(row),
        )

    async def open(self, customer_id: UUID) -> CartRow:
        """The customer's cart, made where there is none."""
        made = insert(CartRow).values(
            company_id=TENANT, id=new_id(), customer_id=customer_id, version=1, requests=[]
        )
        found = await self.row(customer_id)
        if found is None:
            await self._session.execute(made)
            found = await self.row(customer_id)
        assert found is not None
        return found

    async def changed(self, cart: CartRow, *, city_id: UUID | None = None, request: str | None = None) -> None:
        """Raise the cart's version; note the request that changed it, and the city it is bought in."""
        requests = [*cart.requests, request][-_REMEMBERED_REQUESTS:] if request else cart.requests
        await self._update(cart.id, version=CartRow.version + 1, city_id=city_id or cart.city_id, requests=requests)

    async def save_draft(self, cart: CartRow, values: dict[str, Any]) -> None:
        """Set what was said at the checkout; what is new raises the version, for a summary showed the old."""
        if any(getattr(cart, name) != value for name, value in values.items()):
            await self._update(cart.id, version=CartRow.version + 1, **values)

    async def _update(self, cart_id: UUID, **values: Any) -> None:
        await self._session.execute(
            update(CartRow)
            .where(CartRow.id == cart_id)
            .values(updated_at=func.now(), **values)
            .execution_options(synchronize_session=False)
        )

    async def put(self, cart_id: UUID, product: ProductView, quantity: int) -> None:
        """Set the line of a product to its name and price of now; 0 removes it."""
        if quantity == 0:
            await self.remove_line(cart_id, product.id)
            return
        values = {
            "sku": product.sku,
            "name": product.name.model_dump(exclude_none=True),
            "quantity": quantity,
            "price_minor": product.price.minor,
            "currency": product.price.currency,
        }
        line = upsert(CartLineRow).values(company_id=TENANT, cart_id=cart_id, product_id=product.id, **values)
        await self._session.execute(
            line.on_conflict_do_update(index_elements=["company_id", "cart_id", "product_id"], set_=values)
        )

    async def remove_line(self, cart_id: UUID, product_id: UUID) -> None:
        """Delete the line of a product, if there is one."""
        await self._session.execute(
            delete(CartLineRow)
            .where(CartLineRow.cart_id == cart_id, CartLineRow.product_id == product_id)
            .execution_options(synchronize_session=False)
        )

    async def discard(self, cart_id: UUID) -> None:
        """Delete a cart with its lines."""
        await self._session.execute(
            delete(CartRow).where(CartRow.id == cart_id).execution_options(synchronize_session=False)
        )

    async def move(self, source_id: UUID, target_id: UUID) -> None:
        """Give a customer's cart to another, who keeps their own and gets the lines of it too."""
        source, target = await self.row(source_id), await self.row(target_id)
        if source is None:
            return
        if target is None:
            await self._update(source.id, customer_id=target_id, version=CartRow.version + 1)
            return
        both = {"source": source.id, "target": target.id}
        await self._session.execute(_MERGE, both | {"quantity_limit": QUANTITY_LIMIT})
        await self._session.execute(_TRIM, {"target": target.id, "lines_limit": LINES_LIMIT})
        await self._session.execute(_MERGE_DRAFT, both)
        await self.discard(source.id)


def _line(row: CartLineRow) -> CartLine:
    return CartLine(
        product_id=row.product_id,
        sku=row.sku,
        name=LocalizedText.model_validate(row.name),
        quantity=row.quantity,
        price=Money(minor=row.price_minor, currency=row.currency),
    )


def _draft(row: CartRow) -> CheckoutDraft:
    return CheckoutDraft.model_validate(
        {
            "name": row.name,
            "phone": row.phone,
            "method": row.method,
            "address": row.address,
            "comment": row.comment,
        }
    )
