"""The skill of looking through the catalogue."""

from __future__ import annotations

from typing import Any

from shared.assistant import buttons, replies
from shared.assistant.cards import Cards
from shared.assistant.offline.ordinals import find_ordinal
from shared.assistant.offline.understanding import SearchWords, read_search
from shared.assistant.products import CityFinder, ProductFinder
from shared.assistant.skill import Answer, ButtonFamily, Label, Moment, Phrase, Said, Skill, Strength
from shared.assistant.skills.search import phrases
from shared.assistant.skills.search.asking import read_about, read_price
from shared.assistant.skills.search.browsing import Browsing
from shared.assistant.skills.search.similar import SIMILAR
from shared.assistant.skills.search.telling import Telling
from shared.assistant.skills.search.tools import search_tools

__all__ = ["SEARCH", "search_skill"]

SEARCH = "search"
"""The wish of all words that nobody else understood."""


def search_skill(finder: ProductFinder, cities: CityFinder | None, cards: Cards) -> Skill:
    """Search, its follow-ups, product cards, categories.

    Args:
        finder: the catalogue.
        cities: the company's cities; ``None``: the bot's own city only.
        cards: makes the cards of what is found.
    """
    looking = _Looking(finder, cards)
    browsing = looking.browsing
    whole = Strength.WHOLE
    return Skill(
        name="search",
        public=True,
        tools=search_tools(finder, cities),
        buttons=(
            ButtonFamily(buttons.MORE, looking.press_more),
            ButtonFamily(buttons.CATEGORIES, looking.press_categories),
            ButtonFamily("card:", looking.press_card),
            ButtonFamily("card#", looking.press_card),
            ButtonFamily("category:", browsing.show_category),
            ButtonFamily(SIMILAR, looking.press_similar),
        ),
        labels=(
            Label(lambda: replies.TEXTS.variants("button.more"), buttons.MORE),
            Label(lambda: replies.TEXTS.variants("button.categories"), buttons.CATEGORIES),
        ),
        texts=(replies.TEXTS,),
        phrases=(
            Phrase(
                "show_number",
                whole,
                lambda said: find_ordinal(said.text),
                browsing.show_number,
                goes_on=lambda _place: True,
            ),
            Phrase("price", whole, read_price, looking.telling.price),
            Phrase.matching("categories", whole, phrases.CATEGORIES, browsing.categories),
            Phrase.matching("other_colour", whole, phrases.OTHER_COLOUR, browsing.other_colour),
            Phrase.matching("more", whole, phrases.MORE, browsing.more),
            Phrase.matching("cheaper", whole, phrases.CHEAPER, browsing.cheaper),
            Phrase.matching("dearer", whole, phrases.DEARER, browsing.dearer),
            Phrase.matching("similar", whole, phrases.SIMILAR, looking.similar_to_focus),
            Phrase.matching("details", whole, phrases.DETAILS, browsing.details),
            Phrase("about_product", Strength.REST, read_about, looking.telling.about),
            Phrase(
                "refused_colour", Strength.REST, _read_refusal, looking.other_colour, goes_on=lambda _read: True
            ),
            Phrase(SEARCH, Strength.REST, _read_search, browsing.search, goes_on=lambda _words: True),
        ),
        rules="To recommend products, call search_products first.",
    )


class _Looking:
    """The steps of browsing, as buttons and phrases call them."""

    def __init__(self, finder: ProductFinder, cards: Cards) -> None:
        self.browsing = Browsing(finder, cards)
        self.telling = Telling(finder, cards, self.browsing)

    async def press_more(self, moment: Moment, _button_id: str) -> Answer:
        return await self.browsing.more(moment)

    async def press_categories(self, moment: Moment, _button_id: str) -> Answer:
        return await self.browsing.categories(moment)

    async def press_card(self, moment: Moment, button_id: str) -> Answer | None:
        sku = buttons.find_sku(button_id, moment.state.shown)
        return None if sku is None else await self.browsing.show_card(moment, sku)

    async def press_similar(self, moment: Moment, button_id: str) -> Answer:
        return await self.browsing.similar(moment, button_id.removeprefix(SIMILAR))

    async def similar_to_focus(self, moment: Moment) -> Answer | None:
        sku = moment.state.focus
        return None if sku is None else await self.browsing.similar(moment, sku)

    async def other_colour(self, moment: Moment, _read: Any) -> Answer:
        return await self.browsing.other_colour(moment)


def _read_refusal(said: Said) -> object | None:
    """«не красный»: the last wish, in any colour but that one."""
    searched = read_search(said.text, implied_thousands=said.implied_thousands)
    return True if searched.refused_colour and not searched.words else None


def _read_search(said: Said) -> SearchWords | None:
    searched = read_search(said.text, implied_thousands=said.implied_thousands)
    return None if searched.empty else searched
