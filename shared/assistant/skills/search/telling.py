"""Answers about one product: its price, and what is known of it."""

from __future__ import annotations

from shared.assistant import buttons, replies
from shared.assistant.asked import OFFERED_MANAGER
from shared.assistant.cards import Cards
from shared.assistant.counting import viewed
from shared.assistant.offline.understanding import read_search
from shared.assistant.products import FoundProduct, ProductFinder
from shared.assistant.skill import Answer, Moment
from shared.assistant.skills.search.browsing import Browsing
from shared.assistant.skills.search.relaxing import category_word
from shared.assistant.texts import message
from shared.kernel.money import format_money

__all__ = ["Telling"]


class Telling:
    """Tells of the product spoken of; where several are on the screen, asks which."""

    def __init__(self, finder: ProductFinder, cards: Cards, browsing: Browsing) -> None:
        self._finder = finder
        self._cards = cards
        self._browsing = browsing

    async def price(self, moment: Moment, read: int | bool) -> Answer | None:
        """What it costs now; ``None``: nothing is spoken of."""
        state, language = moment.state, moment.language
        if read is not True:
            return await self._browsing.show_number(moment, read)
        product = await self._spoken_of(moment)
        if product is not None:
            words = replies.TEXTS.get(
                "price", language, name=product.name, price=format_money(product.price, language)
            )
            said = message(words, *self._cards.buttons(product, language))
            return Answer((said,), state.with_card(product), (viewed(product),))
        return self._which(moment)

    async def about(self, moment: Moment, of_one: bool) -> Answer:
        """What is known of it, and whether to ask a person for the rest; a search, where no product is meant.

        Args:
            moment: whose list or card it is.
            of_one: the words are surely about one product, so that of a list it is asked which.
        """
        state, language = moment.state, moment.language
        wanted = read_search(moment.turn.text)
        product = await self._spoken_of(moment)
        if await self._names_other_goods(moment, wanted.words, product):
            return await self._browsing.search(moment, wanted)
        if product is None:
            which = self._which(moment) if of_one else None
            return which if which is not None else await self._browsing.search(moment, wanted)
        known = filter(None, (product.name, product.description, self._cards.features(product)))
        words = "\n".join(known) + "\n\n" + replies.TEXTS.get("about.ask", language)
        manager = replies.button("manager", buttons.MANAGER, language)
        said = message(words, manager, *self._cards.buttons(product, language)[:1])
        return Answer((said,), state.with_card(product), (viewed(product),), asks=OFFERED_MANAGER)

    async def _names_other_goods(self, moment: Moment, words: str, product: FoundProduct | None) -> bool:
        """Whether the words name a category, and not the product's own: «эти стулья мягкие?» under a sofa."""
        async with moment.turn.session() as session:
            names = await self._finder.categories(session, language=moment.language)
        kind = category_word(words.split(), names)
        return kind is not None and (product is None or category_word([kind], [product.category]) is None)

    async def _spoken_of(self, moment: Moment) -> FoundProduct | None:
        turn, state = moment.turn, moment.state
        sku = state.focus or (state.shown[0] if len(state.shown) == 1 else None)
        if sku is None:
            return None
        async with turn.session() as session:
            return await self._finder.get(session, sku, language=turn.language, city_id=turn.bot.city_id)

    @staticmethod
    def _which(moment: Moment) -> Answer | None:
        if not moment.state.shown:
            return None
        return Answer((replies.say("number.which", moment.language),), moment.state.with_help())
