"""The skill of the cart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from shared.assistant.cards import Cards
from shared.assistant.skill import Answer, Arrival, ButtonFamily, Label, Moment, Phrase, Skill, Strength
from shared.assistant.skills.cart import phrases, views
from shared.assistant.skills.cart.actions import CartActions
from shared.assistant.skills.cart.ordering import Ordering
from shared.assistant.skills.cart.tools import cart_tools
from shared.assistant.skills.shop import Shop
from shared.channels.messages import OrderContent

__all__ = ["cart_skill"]

_PRESSES = Callable[[Moment, str], Awaitable[Answer | None]]


def cart_skill(shop: Shop, cards: Cards) -> Skill:
    """Put in, take out, how many, show."""
    actions = CartActions(shop, cards)
    whole = Strength.WHOLE
    return Skill(
        name="cart",
        tools=cart_tools(shop, actions),
        buttons=(
            ButtonFamily(views.SHOW, _plain(actions.show)),
            ButtonFamily(views.EDIT, _plain(actions.edit)),
            ButtonFamily(views.CLEAR, _plain(actions.clear)),
            ButtonFamily(views.BUY, _of_product(views.BUY, actions.add)),
            ButtonFamily(views.LESS, _of_product(views.LESS, actions.less)),
            ButtonFamily(views.DROP, _of_product(views.DROP, partial(actions.set, quantity=0))),
            ButtonFamily(views.LINE, _of_product(views.LINE, actions.show_line)),
        ),
        arrivals=(Arrival(OrderContent, Ordering(shop).take, lambda order: order.text.strip()),),
        labels=(
            Label(lambda: views.TEXTS.variants("button.show"), views.SHOW),
            Label(lambda: views.TEXTS.variants("button.edit"), views.EDIT),
            Label(lambda: views.TEXTS.variants("button.clear"), views.CLEAR),
        ),
        texts=(views.TEXTS,),
        phrases=(
            Phrase.matching("show_cart", whole, phrases.SHOW, actions.show),
            Phrase.matching("clear_cart", whole, phrases.CLEAR, actions.clear),
            Phrase("remove_from_cart", whole, phrases.read_removal, actions.remove_by_words),
            Phrase(
                "add_to_cart", whole, phrases.read_addition, actions.add_by_words, goes_on=phrases.names_nothing
            ),
            Phrase("set_quantity", whole, phrases.read_quantity, actions.set_by_words),
            Phrase("remove_named", Strength.REST, phrases.read_named_removal, actions.remove_named),
        ),
        now=actions.show,
        rules="When the shopper wants to buy a product, call add_to_cart; the shopper sees the cart below your"
        " words, so do not repeat its lines.",
    )


def _plain(act: Callable[[Moment], Awaitable[Answer]]) -> _PRESSES:
    async def press(moment: Moment, _button_id: str) -> Answer:
        return await act(moment)

    return press


def _of_product(start: str, act: Callable[[Moment, UUID], Awaitable[Answer]]) -> _PRESSES:
    """A button whose id ends in a product's; a forged one means nothing."""

    async def press(moment: Moment, button_id: str) -> Answer | None:
        try:
            product_id = UUID(hex=button_id.removeprefix(start))
        except ValueError:
            return None
        return await act(moment, product_id)

    return press
