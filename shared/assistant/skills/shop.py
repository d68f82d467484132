"""What the skills of buying share: the shop's services, and whose cart it is."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.products import FoundProduct, ProductFinder
from shared.assistant.skill import Moment
from shared.channels.contract import InboundMessage
from shared.customers.schemas import Customer
from shared.customers.service import CustomerService
from shared.orders.carts import CartService
from shared.orders.checkout import CheckoutService
from shared.orders.schemas import Cart
from shared.orders.service import OrderService

__all__ = ["Person", "Shop", "message_of", "request_of"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes; ``customer`` is none for somebody who has bought nothing yet."""

    customer: Customer | None
    dialog_ids: tuple[int, ...]
    """All their dialogs with the company."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Who buys, what, and what became of it."""

    finder: ProductFinder
    customers: CustomerService
    carts: CartService
    checkout: CheckoutService
    orders: OrderService

    async def cart(self, session: AsyncSession, moment: Moment) -> Cart:
        """The cart of the dialog's customer; an empty one for somebody who has bought nothing yet."""
        customer_id = await self.customer_id(session, moment)
        return Cart() if customer_id is None else await self.carts.show(session, customer_id)

    async def person(self, session: AsyncSession, moment: Moment) -> Person:
        """Who the dialog is with, over all their messengers; nobody known in a group."""
        dialog_id = moment.turn.dialog_id
        if moment.turn.group:
            return Person(None, ())
        customer = await self.customers.find(session, dialog_id)
        if customer is None:
            return Person(None, (dialog_id,))
        detail = await self.customers.get(session, customer.id)
        return Person(customer, tuple(dialog.dialog_id for dialog in detail.dialogs))

    async def customer_id(self, session: AsyncSession, moment: Moment) -> UUID | None:
        """The dialog's customer, where there is one already; a group has none."""
        if moment.turn.group:
            return None
        customer = await self.customers.find(session, moment.turn.dialog_id)
        return None if customer is None else customer.id

    async def product(self, session: AsyncSession, moment: Moment, sku: str) -> FoundProduct | None:
        """A product of the shopper's city by its article number."""
        turn = moment.turn
        return await self.finder.get(session, sku, language=turn.language, city_id=turn.bot.city_id)

    async def typed(self, session: AsyncSession, moment: Moment, words: str) -> FoundProduct | None:
        """The product whose article number the words are. Whether words without a digit are one, the search tells:
        they may be the name of many other things."""
        return await self.product(session, moment, words) if _is_numbered(words) else None


def _is_numbered(words: str) -> bool:
    return any(letter.isdigit() for letter in words)


def message_of(moment: Moment) -> str:
    """The platform's id of the message that the shopper wrote last; an edit of it has the same."""
    return [event.message_id for event in moment.turn.events if isinstance(event, InboundMessage)][-1]


def request_of(moment: Moment) -> str:
    """What names the shopper's request: the same for a turn that is run again."""
    events = [event.event_id for event in moment.turn.events if isinstance(event, InboundMessage)]
    return events[-1]
