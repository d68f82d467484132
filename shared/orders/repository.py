"""SQL over orders; the company is the session's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog.schemas import LocalizedText
from shared.kernel.money import Money
from shared.orders.models import OrderChangeRow, OrderLineRow, OrderRow
from shared.orders.schemas import (
    DeliveryMethod,
    Order,
    OrderChange,
    OrderFilter,
    OrderLine,
    OrderStatus,
)
from shared.runtime.keyset import Key, Keyset, fetch_page
from shared.runtime.tenancy import CURRENT_COMPANY, TENANT

__all__ = ["OrderRepository"]

_SORTS: Keyset = {
    "-number": [Key(OrderRow.number, int, descending=True)],
    "number": [Key(OrderRow.number, int)],
    "-total": [Key(OrderRow.total_minor, int, descending=True), Key(OrderRow.number, int, descending=True)],
    "total": [Key(OrderRow.total_minor, int), Key(OrderRow.number, int)],
}

# taken last in a confirmation: whoever has a number holds the company's counter until the commit
_NEXT_NUMBER = text(f"""
INSERT INTO order_counters (company_id, last_number)
VALUES ({CURRENT_COMPANY}, 1)
ON CONFLICT (company_id) DO UPDATE SET last_number = order_counters.last_number + 1
RETURNING last_number
""")  # noqa: S608 - a constant
# where the person wrote last comes after the dialog of the order itself
_DIALOGS = text("""
SELECT d.id FROM customer_dialogs l JOIN dialogs d ON d.company_id = l.company_id AND d.id = l.dialog_id
 WHERE l.customer_id = :customer_id AND NOT d.blocked AND d.moved_to IS NULL
 ORDER BY d.id IS NOT DISTINCT FROM CAST(:dialog_id AS bigint) DESC, d.last_inbound_at DESC NULLS LAST, d.id
""")


class OrderRepository:
    """Reads and writes of one session. It never commits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def next_number(self) -> int:
        """The company's next order number; a rollback gives it back."""
        return int((await self._session.execute(_NEXT_NUMBER)).scalar_one())

    async def add(self, values: dict[str, Any], lines: Sequence[OrderLine], *, by: str) -> None:
        """Insert a new order with its lines and the beginning of its history."""
        await self._session.execute(insert(OrderRow).values(company_id=TENANT, **values))
        rows = [
            {
                "order_id": values["id"],
                "place": place,
                "product_id": line.product_id,
                "sku": line.sku,
                "name": line.name.model_dump(exclude_none=True),
                "quantity": line.quantity,
                "price_minor": line.price.minor,
            }
            for place, line in enumerate(lines, start=1)
        ]
        await self._session.execute(insert(OrderLineRow).values([{"company_id": TENANT, **row} for row in rows]))
        await self.note(values["id"], values["version"], values["status"], by=by, comment="")

    async def note(self, order_id: UUID, version: int, status: str, *, by: str, comment: str) -> None:
        """Add a line to an order's history."""
        await self._session.execute(
            insert(OrderChangeRow).values(
                company_id=TENANT,
                order_id=order_id,
                version=version,
                status=status,
                changed_by=by,
                comment=comment,
            )
        )

    async def row(self, order_id: UUID, *, lock: bool = False) -> OrderRow | None:
        """The order; ``lock`` keeps others from changing it until the transaction ends."""
        statement = select(OrderRow).where(OrderRow.id == order_id)
        if lock:
            statement = statement.with_for_update(key_share=True)
        found: OrderRow | None = await self._session.scalar(statement.execution_options(populate_existing=True))
        return found

    async def of_cart(self, customer_id: UUID, cart_id: UUID) -> OrderRow | None:
        """The customer's order that was made of a cart."""
        statement = select(OrderRow).where(OrderRow.cart_id == cart_id, OrderRow.customer_id == customer_id)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def of_number(self, customer_id: UUID, number: int) -> OrderRow | None:
        """The customer's order of that number."""
        statement = select(OrderRow).where(OrderRow.number == number, OrderRow.customer_id == customer_id)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def page(self, wanted: OrderFilter) -> tuple[Sequence[OrderRow], str | None]:
        """One page of the company's orders, and the cursor of the next."""
        query = select(OrderRow).where(*_conditions(wanted))
        return await fetch_page(self._session, query, _SORTS, wanted.sort, wanted)

    async def newest(self, customer_id: UUID, limit: int | None = None) -> Sequence[OrderRow]:
        """The customer's orders, newest first; all of them where no ``limit`` is given."""
        statement = select(OrderRow).where(OrderRow.customer_id == customer_id)
        return (await self._session.scalars(statement.order_by(OrderRow.number.desc()).limit(limit))).all()

    async def views(self, rows: Sequence[OrderRow]) -> list[Order]:
        """Orders with their lines, in the order of the rows."""
        lines: dict[UUID, list[OrderLineRow]] = {row.id: [] for row in rows}
        found = await self._session.scalars(
            select(OrderLineRow).where(OrderLineRow.order_id.in_(lines)).order_by(OrderLineRow.place)
        )
        for line in found:
            lines[line.order_id].append(line)
        return [_order(row, lines[row.id]) for row in rows]

    async def history(self, order_id: UUID) -> tuple[OrderChange, ...]:
        """What became of an order, oldest first."""
        rows = await self._session.scalars(
            select(OrderChangeRow).where(OrderChangeRow.order_id == order_id).order_by(OrderChangeRow.version)
        )
        return tuple(
            OrderChange(status=OrderStatus(row.status), by=row.changed_by, comment=row.comment, at=row.at)
            for row in rows
        )

    async def set_status(self, row: OrderRow, status: OrderStatus, *, by: str, comment: str) -> None:
        """Bring a locked order to a status, at its next version."""
        version = row.version + 1
        await self._session.execute(
            update(OrderRow)
            .where(OrderRow.id == row.id)
            .values(status=status.value, version=version, updated_at=func.now())
            .execution_options(synchronize_session=False)
        )
        await self.note(row.id, version, status.value, by=by, comment=comment)

    async def forget_buyers(self, order_ids: Sequence[UUID]) -> None:
        """Take the person out of orders: name, phone, address and all remarks."""
        buyer = {"customer_id": None, "dialog_id": None, "name": "", "phone": "", "address": "", "comment": ""}
        for statement in (
            update(OrderChangeRow).where(OrderChangeRow.order_id.in_(order_ids)).values(comment=""),
            update(OrderRow)
            .where(OrderRow.id.in_(order_ids))
            .values(**buyer, forget_buyer=False, version=OrderRow.version + 1, updated_at=func.now()),
        ):
            await self._session.execute(statement.execution_options(synchronize_session=False))

    async def dialogs_of(self, customer_id: UUID, first: int | None) -> Sequence[int]:
        """The customer's dialogs that take messages: ``first``, then where the person wrote last."""
        rows = await self._session.execute(_DIALOGS, {"customer_id": customer_id, "dialog_id": first})
        return [row.id for row in rows]


def _conditions(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.status:
        conditions.append(OrderRow.status.in_([status.value for status in wanted.status]))
    for column, value in (
        (OrderRow.customer_id, wanted.customer_id),
        (OrderRow.city_id, wanted.city_id),
        (OrderRow.number, wanted.number),
    ):
        if value is not None:
            conditions.append(column == value)
    return conditions + _span(wanted)


def _span(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    """Orders of a span of time, and the numbers they lie between.

    A list is walked by number, and numbers go with time: without bounds the walk may pass nearly all orders
    before the first that it wants.
    """
    times: list[ColumnElement[bool]] = []
    if wanted.created_from is not None:
        times.append(OrderRow.created_at >= wanted.created_from)
    if wanted.created_before is not None:
        times.append(OrderRow.created_at < wanted.created_before)
    if not times or wanted.sort not in ("number", "-number"):
        return times
    # an offset, so that Postgres looks the span up by time and not for the first number by number
    within = select(OrderRow.number).where(OrderRow.company_id == TENANT, *times).offset(0).subquery()
    least, greatest = (select(bound(within.c.number)).scalar_subquery() for bound in (func.min, func.max))
    return [*times, OrderRow.number >= least, OrderRow.number <= greatest]


def _order(row: OrderRow, lines: Sequence[OrderLineRow]) -> Order:
    return Order(
        id=row.id,
        number=row.number,
        status=OrderStatus(row.status),
        version=row.version,
        customer_id=row.customer_id,
        dialog_id=row.dialog_id,
        city_id=row.city_id,
        lines=tuple(
            OrderLine(
                product_id=line.product_id,
                sku=line.sku,
                name=LocalizedText.model_validate(line.name),
                quantity=line.quantity,
                price=Money(minor=line.price_minor, currency=row.currency),
            )
            for line in lines
        ),
        total=Money(minor=row.total_minor, currency=row.currency),
        name=row.name,
        phone=row.phone,
        method=DeliveryMethod(row.method),
        address=row.address,
        comment=row.comment,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
