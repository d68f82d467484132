"""What administrators do with orders; each method is one endpoint and one transaction."""

from __future__ import annotations

from uuid import UUID

from shared.dialogs.bells import Bells
from shared.dialogs.notices import Notices
from shared.identity import audit
from shared.identity.schemas import Caller
from shared.kernel.etags import IfMatch
from shared.kernel.paging import Page
from shared.orders.schemas import Order, OrderDetail, OrderFilter, OrderStatus, StatusChange
from shared.orders.service import OrderService
from shared.runtime.database import Database

__all__ = ["OrderHandlers"]


class OrderHandlers:
    """What the company's customers ordered."""

    def __init__(self, database: Database, orders: OrderService, notices: Notices, bells: Bells) -> None:
        self._database = database
        self._orders = orders
        self._notices = notices
        self._bells = bells

    async def list(self, caller: Caller, filters: OrderFilter) -> Page[Order]:
        """List the company's orders."""
        async with self._database.session_scope(caller.company_id) as session:
            return await self._orders.page(session, filters)

    async def get(self, caller: Caller, order_id: UUID) -> OrderDetail:
        """Show one order, with its history."""
        async with self._database.session_scope(caller.company_id) as session:
            return await self._orders.get(session, order_id)

    async def change_status(
        self, caller: Caller, order_id: UUID, body: StatusChange, if_match: IfMatch
    ) -> OrderDetail:
        """Bring an order to a status.

        The shopper is told in the messenger. Confirming keeps the reserved goods for the order, shipping takes them
        out of the stock, cancelling gives them back. A way that does not exist, and goods that are gone, are 409.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await self._orders.get(session, order_id, lock=True)
            if_match.check(before)
            by = str(caller.user_id or caller.service_id)
            after = await self._orders.change_status(session, order_id, body.status, by=by, comment=body.comment)
            if after.version != before.version:
                await audit.record(
                    session,
                    caller,
                    action="order.status_changed",
                    subject_type="order",
                    subject_id=str(order_id),
                    before={"status": before.status},
                    after={"status": after.status},
                )
        await self._notices.ring()
        if after.status is OrderStatus.CANCELLED:  # what came back may be waited for
            await self._bells.ring("alerts")
        return after
