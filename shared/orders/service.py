"""Orders: what was ordered, what becomes of it, and telling the shopper. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics.kinds import EventKind
from shared.catalog.service import CatalogService
from shared.dialogs.notices import Notices
from shared.kernel.errors import NotFound
from shared.kernel.paging import Page
from shared.orders import stock
from shared.orders.errors import OrderChanged, OutOfStock, StatusRefused
from shared.orders.facts import record_of
from shared.orders.models import OrderRow
from shared.orders.replies import status_template, status_told
from shared.orders.repository import OrderRepository
from shared.orders.schemas import Order, OrderDetail, OrderFilter, OrderStatus
from shared.orders.statuses import ENDED, GOODS_LEAVE, SHOPPER, SHOPPER_MAY_CANCEL, WAYS

__all__ = ["OrderService"]


class OrderService:
    """Shows orders and leads them on their way. Built once per worker; safe to share."""

    def __init__(self, catalog: CatalogService, notices: Notices) -> None:
        self._catalog = catalog
        self._notices = notices

    # ---- for the shopper ----------------------------------------------------------------------------------

    async def of_customer(self, session: AsyncSession, customer_id: UUID, *, limit: int = 10) -> Sequence[Order]:
        """The customer's orders, newest first."""
        repository = OrderRepository(session)
        return await repository.views(await repository.newest(customer_id, limit))

    async def of_number(self, session: AsyncSession, customer_id: UUID, number: int) -> OrderDetail:
        """The customer's own order of that number.

        Raises:
            NotFound: this customer has none.
        """
        return await self._detail(session, await self._own(session, customer_id, number))

    async def cancel(self, session: AsyncSession, customer_id: UUID, number: int) -> OrderDetail:
        """Cancel the customer's own order; their dialog tells them, not a notice. Twice is once.

        Raises:
            NotFound: this customer has no such order.
            StatusRefused: it is too far on its way: a person of the shop has to see to it.
        """
        found = await self._own(session, customer_id, number)
        row = await self._locked(session, found.id)
        status = OrderStatus(row.status)
        if status is not OrderStatus.CANCELLED:
            if status not in SHOPPER_MAY_CANCEL:
                raise StatusRefused(status.value, OrderStatus.CANCELLED.value)
            await self._bring(session, row, OrderStatus.CANCELLED, by=SHOPPER, comment="")
        return await self.get(session, row.id)

    # ---- for the staff ------------------------------------------------------------------------------------

    async def page(self, session: AsyncSession, wanted: OrderFilter) -> Page[Order]:
        """One page of the company's orders.

        Raises:
            InvalidInput: the cursor is none of this list.
        """
        repository = OrderRepository(session)
        rows, following = await repository.page(wanted)
        return Page(items=await repository.views(rows), next=following)

    async def get(self, session: AsyncSession, order_id: UUID, *, lock: bool = False) -> OrderDetail:
        """An order with its history; ``lock`` keeps others from changing it until the transaction ends.

        Raises:
            NotFound: the company has none of that id.
        """
        row = await OrderRepository(session).row(order_id, lock=lock)
        if row is None:
            raise NotFound("order", order_id)
        return await self._detail(session, row)

    async def change_status(
        self,
        session: AsyncSession,
        order_id: UUID,
        status: OrderStatus,
        *,
        by: str,
        comment: str = "",
        version: int | None = None,
    ) -> OrderDetail:
        """Bring an order to a status and tell the shopper; ring (``Notices.ring``) after the commit.

        Args:
            session: of the order's company.
            order_id: the order.
            status: where to. An order that is there already stays, and nothing is told.
            by: the user's id.
            comment: for the history; the shopper does not read it.
            version: the version that the caller saw; ``None``: whichever.

        Raises:
            NotFound: the company has none of that id.
            OrderChanged: it is at another version.
            StatusRefused: there is no way from its status to that one.
            OutOfStock: its reservation ran out and its goods are not free any more.
        """
        row = await self._locked(session, order_id)
        if version is not None and row.version != version:
            raise OrderChanged(row.version)
        if row.status != status.value:
            await self._bring(session, row, status, by=by, comment=comment)
            await self._tell(session, row, status)
        return await self.get(session, order_id)

    async def _bring(
        self, session: AsyncSession, row: OrderRow, status: OrderStatus, *, by: str, comment: str
    ) -> None:
        """Bring a locked order to a status, with what that means for the stock."""
        before = OrderStatus(row.status)
        if status not in WAYS[before]:
            raise StatusRefused(before.value, status.value)
        if status is OrderStatus.CANCELLED:
            await stock.cancel(session, row.id)
        elif before is OrderStatus.NEW:
            await self._hold_on(session, row)
        if status in GOODS_LEAVE:
            await stock.take(session, row.id)
        repository = OrderRepository(session)
        await repository.set_status(row, status, by=by, comment=comment)
        if row.forget_buyer and status in ENDED:
            await repository.forget_buyers([row.id])
        if status is OrderStatus.CANCELLED:
            [order] = await repository.views([row])
            await record_of(session, EventKind.ORDER_CANCELLED, order)

    async def _hold_on(self, session: AsyncSession, row: OrderRow) -> None:
        """Keep the goods for an order that the staff took on; what ran out is reserved anew, if it is free."""
        [order] = await OrderRepository(session).views([row])
        ids = [line.product_id for line in order.lines]
        await stock.queue_up(session, ids)
        await stock.release(session, row.id)
        holding = await stock.held(session, row.id)
        products = {product.id: product for product in await self._catalog.products_by_ids(session, ids)}
        others = await stock.held_by_others(session, ids, order_id=row.id)
        missing: list[str] = []
        again: dict[UUID, int] = {}
        for line in order.lines:
            product = products.get(line.product_id)
            if line.product_id in holding or product is None or not stock.is_counted(product):
                continue
            free = max(0, (product.quantity or 0) - others.get(product.id, 0))
            if free < line.quantity:
                missing.append(line.sku)
            again[line.product_id] = line.quantity
        if missing:
            raise OutOfStock(missing)
        await stock.confirm(session, row.id)
        await stock.reserve(session, row.id, again, expires_in=None)

    async def _tell(self, session: AsyncSession, row: OrderRow, status: OrderStatus) -> None:
        if row.customer_id is None:
            return
        for dialog_id in await OrderRepository(session).dialogs_of(row.customer_id, row.dialog_id):
            to = await self._notices.recipient(session, dialog_id)
            words = partial(status_told, row.number, status)
            template = status_template(row.number, status, to.settings)
            if await self._notices.say(session, dialog_id, words, template=template):
                return

    async def _own(self, session: AsyncSession, customer_id: UUID, number: int) -> OrderRow:
        row = await OrderRepository(session).of_number(customer_id, number)
        if row is None:
            raise NotFound("order", number)
        return row

    async def _locked(self, session: AsyncSession, order_id: UUID) -> OrderRow:
        row = await OrderRepository(session).row(order_id, lock=True)
        if row is None:
            raise NotFound("order", order_id)
        return row

    async def _detail(self, session: AsyncSession, row: OrderRow) -> OrderDetail:
        repository = OrderRepository(session)
        [order] = await repository.views([row])
        return OrderDetail(**order.model_dump(), history=await repository.history(row.id))
