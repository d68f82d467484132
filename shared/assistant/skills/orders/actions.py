"""Looking orders up, and cancelling one's own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.asked import OFFERED_MANAGER
from shared.assistant.facts import Evidence
from shared.assistant.skill import Answer, Moment
from shared.assistant.skills.orders import views
from shared.assistant.skills.shop import Shop
from shared.kernel.errors import NotFound
from shared.kernel.languages import Language
from shared.kernel.money import format_money
from shared.orders.errors import StatusRefused
from shared.orders.schemas import Order
from shared.orders.statuses import SHOPPER_MAY_CANCEL

__all__ = ["OrderActions"]

_SHOWN = 10
"""Orders of a list: as many as every messenger shows in one."""


class OrderActions:
    """Shows the orders of the dialog's customer, and nobody else's."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def history(self, moment: Moment) -> Answer:
        """All orders, newest first; a single one whole."""
        return self._listed(moment, await self._orders(moment))

    async def status(self, moment: Moment, wanted: int | bool) -> Answer:
        """The order of that number; without one, the only one that is on its way, else the list."""
        if wanted is not True:
            return await self.show(moment, wanted)
        orders = await self._orders(moment)
        on_their_way = [order for order in orders if order.status.value not in {"done", "cancelled"}]
        return self._listed(moment, on_their_way if len(on_their_way) == 1 else orders)

    async def stand(self, moment: Moment) -> Answer:
        """How the person's orders stand."""
        return await self.status(moment, True)

    async def show(self, moment: Moment, number: int) -> Answer:
        """One order whole."""
        order = await self._order(moment, number)
        return self._missing(moment, number) if order is None else self._shown(moment, order)

    async def ask_cancel(self, moment: Moment, wanted: int | bool) -> Answer:
        """Ask whether to cancel; without a number, the only order that still can be."""
        if wanted is True:
            open_ = [order for order in await self._orders(moment) if order.status in SHOPPER_MAY_CANCEL]
            if len(open_) != 1:
                return self._listed(moment, open_ or await self._orders(moment))
            wanted = open_[0].number
        order = await self._order(moment, wanted)
        if order is None:
            return self._missing(moment, wanted)
        may = order.status in SHOPPER_MAY_CANCEL
        said = views.ask_cancel(order, moment.language) if may else views.too_late(order, moment.language)
        facts = "the shopper is asked whether to cancel" if may else "error: too late to cancel without a person"
        return Answer(
            (said,),
            moment.state.with_help(),
            facts=facts,
            evidence=self._evidence(moment, [order]),
            asks=views.asked_to_cancel(order) if may else OFFERED_MANAGER,
        )

    async def cancel(self, moment: Moment, number: int) -> Answer:
        """Cancel it, with the turn's commit; twice is once."""

        async def write(session: AsyncSession) -> Answer:
            customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
            try:
                order = await self._shop.orders.cancel(session, customer.id, number)
            except NotFound:
                return Answer((views.no_such_order(number, moment.language),), refused=True)
            except StatusRefused:
                order = await self._shop.orders.of_number(session, customer.id, number)
                return Answer((views.too_late(order, moment.language),), refused=True)
            return Answer((views.cancelled(order, moment.language),))

        return Answer(state=moment.state.with_help(), write=write)

    # ---- reading ------------------------------------------------------------------------------------------

    async def _orders(self, moment: Moment) -> Sequence[Order]:
        async with moment.turn.session() as session:
            customer_id = await self._shop.customer_id(session, moment)
            if customer_id is None:
                return ()
            return await self._shop.orders.of_customer(session, customer_id, limit=_SHOWN)

    async def _order(self, moment: Moment, number: int) -> Order | None:
        async with moment.turn.session() as session:
            customer_id = await self._shop.customer_id(session, moment)
            if customer_id is None:
                return None
            try:
                return await self._shop.orders.of_number(session, customer_id, number)
            except NotFound:
                return None

    # ---- answers ------------------------------------------------------------------------------------------

    def _listed(self, moment: Moment, orders: Sequence[Order]) -> Answer:
        if not orders:
            none = views.no_orders(moment.language)
            return Answer((none,), moment.state.with_help(), facts="the shopper has no orders")
        if len(orders) == 1:
            return self._shown(moment, orders[0])
        said = views.order_list(orders, moment.turn.bot, moment.language)
        facts = [_facts(order, moment.language) for order in orders]
        return Answer((said,), moment.state.with_help(), facts=facts, evidence=self._evidence(moment, orders))

    def _shown(self, moment: Moment, order: Order) -> Answer:
        card = views.order_card(order, moment.turn.bot, moment.language)
        facts = _facts(order, moment.language)
        return Answer((card,), moment.state.with_help(), facts=facts, evidence=self._evidence(moment, [order]))

    @staticmethod
    def _missing(moment: Moment, number: int) -> Answer:
        missing = views.no_such_order(number, moment.language)
        return Answer((missing,), moment.state.with_help(), facts="error: this shopper has no such order")

    @staticmethod
    def _evidence(moment: Moment, orders: Sequence[Order]) -> Evidence:
        words = [views.order_words(order, moment.turn.bot, moment.language) for order in orders]
        return Evidence(stated="\n".join(words))


def _facts(order: Order, language: Language) -> dict[str, object]:
    return {
        "number": order.number,
        "status": order.status.value,
        "ordered": order.created_at.date().isoformat(),
        "total": format_money(order.total, Language.EN),
        "lines": [f"{line.quantity} × {line.name.get(language)[:100]}" for line in order.lines[:10]],
    }
