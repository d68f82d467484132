"""The product that a message is about by the messenger's own word: asked from its page in a catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.assistant import buttons, replies
from shared.assistant.counting import viewed
from shared.assistant.offline.hearing import said_in
from shared.assistant.offline.understanding import SearchWords
from shared.assistant.products import ProductFinder
from shared.assistant.skill import Answer, Moment, Strength, Wish
from shared.assistant.skills.search.asking import names_any_product
from shared.assistant.skills.search.skill import SEARCH
from shared.assistant.skills.talk.skill import ACKNOWLEDGED, AGREED
from shared.assistant.skillset import Skills
from shared.channels.contract import InboundMessage
from shared.dialogs.contract import Turn

__all__ = ["Referred", "follow_reference"]

_SAY_NOTHING_OF_IT = frozenset([ACKNOWLEDGED, AGREED, "greeting"])
"""Wishes that leave it to the product what is meant."""


@dataclass(frozen=True, slots=True)
class Referred:
    """A turn in which the product is spoken of, and the answer where the words leave it at that."""

    turn: Turn
    answer: Answer | None = None


async def follow_reference(turn: Turn, finder: ProductFinder, skills: Skills) -> Referred:
    """Put the product that the turn is about into focus, as if its card had been shown."""
    about = [event for event in turn.events if isinstance(event, InboundMessage) and event.product_sku is not None]
    sku = about[-1].product_sku if about else None
    if sku is None:
        return Referred(turn)
    async with turn.session() as session:
        product = await finder.get(session, sku, language=turn.language, city_id=turn.bot.city_id)
    state = Moment.of(turn).state
    if product is None:
        # nothing that was shown before is meant either
        forgotten = state.model_copy(update={"focus": None, "shown": ()})
        turn = replace(turn, state=forgotten.into(turn.state))
        return Referred(turn, None if _is_urgent(turn, skills) else _unknown(Moment.of(turn), sku))
    turn = replace(turn, state=state.with_card(product).into(turn.state))
    if not _says_nothing_of_it(turn, skills):
        return Referred(turn)
    card = skills.cards.one(product, turn.language)
    return Referred(turn, Answer((card,), state.with_card(product), (viewed(product),)))


def _wish(turn: Turn, skills: Skills) -> Wish | None:
    return skills.understand(said_in(turn)) if turn.text.strip() else None


def _is_urgent(turn: Turn, skills: Skills) -> bool:
    wish = _wish(turn, skills)
    return wish is not None and wish.phrase.strength is Strength.URGENT


def _says_nothing_of_it(turn: Turn, skills: Skills) -> bool:
    """«Здравствуйте», «интересует этот товар»: the product is all that was said."""
    if not turn.text.strip() or turn.text.startswith("/") or skills.open_form(Moment.of(turn)) is not None:
        return False
    wish = _wish(turn, skills)
    if wish is None or wish.name in _SAY_NOTHING_OF_IT:
        return True
    return wish.name == SEARCH and isinstance(wish.read, SearchWords) and _names_nothing(wish.read)


def _names_nothing(searched: SearchWords) -> bool:
    if searched.colour or searched.refused_colour or searched.priced or searched.cheap:
        return False
    return names_any_product(searched.words)


def _unknown(moment: Moment, sku: str) -> Answer:
    manager = replies.button("manager", buttons.MANAGER, moment.language)
    catalogue = replies.button("categories", buttons.CATEGORIES, moment.language)
    said = replies.say("product.unknown", moment.language, manager, catalogue, sku=sku)
    return Answer((said,), moment.state.with_help())
