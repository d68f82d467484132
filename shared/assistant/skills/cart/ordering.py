"""An order put together in the messenger's own catalogue: the cart is filled with what the shop sells of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.products import FoundProduct
from shared.assistant.skill import Answer, Moment
from shared.assistant.skills.cart import views
from shared.assistant.skills.shop import Shop, request_of
from shared.channels.messages import OrderContent

__all__ = ["Ordering"]


class Ordering:
    """Takes orders into the cart, at the shop's own prices: those of the messenger's catalogue may be old."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def take(self, moment: Moment, order: OrderContent) -> Answer:
        """Put in what the shop sells, as much of it as is free, and tell what it could not."""
        found = await self._find(moment, order)
        unknown = [sku for sku, product in found.items() if product is None]
        wanted: dict[UUID, int] = {}
        for item in order.items:
            product = found[item.sku]
            if product is not None:
                wanted[product.id] = wanted.get(product.id, 0) + item.quantity

        async def write(session: AsyncSession) -> Answer:
            customer = await self._shop.customers.ensure(session, moment.turn.dialog_id)
            updates = await self._shop.carts.add_all(
                session,
                customer.id,
                wanted,
                city_id=moment.turn.bot.city_id,
                request=f"{request_of(moment)}:order",
            )
            cart = await self._shop.carts.show(session, customer.id)
            # no updates of what is wanted: this very order was taken before
            taken = any(update.now > update.before for update in updates) or (bool(wanted) and not updates)
            return Answer(
                (views.tell_order(updates, cart, unknown, moment.language, taken=taken),),
                analytics=tuple(fact for update in updates for fact in update.facts),
            )

        return Answer(state=moment.state.with_help(), write=write)

    async def _find(self, moment: Moment, order: OrderContent) -> dict[str, FoundProduct | None]:
        async with moment.turn.session() as session:
            return {item.sku: await self._shop.product(session, moment, item.sku) for item in order.items}
