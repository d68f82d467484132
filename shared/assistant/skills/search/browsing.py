"""Looking through the catalogue: a search, and the follow-ups that go on from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from shared.assistant import buttons, replies
from shared.assistant.cards import Cards
from shared.assistant.counting import searched, viewed
from shared.assistant.offline.understanding import SearchWords
from shared.assistant.products import FoundPage, FoundProduct, ProductFinder, ProductQuery
from shared.assistant.skill import Answer, Moment
from shared.assistant.skills.handover.skill import offer_for_question
from shared.assistant.skills.search.asking import asks_for_goods, is_question, names_features
from shared.assistant.skills.search.relaxing import (
    GivenUp,
    SearchOutcome,
    category_word,
    find_relaxing,
    words_around,
)
from shared.assistant.skills.search.similar import query_of_similar
from shared.assistant.state import PAGE_SIZE, query_of
from shared.channels.messages import OutboundMessage
from shared.dialogs.contract import Turn
from shared.kernel.languages import Language
from shared.kernel.money import price_bound

__all__ = ["Browsing"]

_OTHER_COLOURS_LOOKED_AT = 20
_TOLD_AT_LENGTH = 6
"""More words than this are a story, of which the words around the thing wanted count."""
_FURTHEST = 1000
"""Products that anybody pages through; the catalogue refuses to skip more."""
_ARTICLE_NUMBER = re.compile(r"(?=.*\d)(?=.*[^\W\d_])[\w./-]{3,40}")


class Browsing:
    """Answers what can be answered from the catalogue. Each step opens one short read transaction."""

    def __init__(self, finder: ProductFinder, cards: Cards) -> None:
        self._finder = finder
        self._cards = cards

    async def search(self, moment: Moment, wanted: SearchWords) -> Answer:
        """A new search, or the last one with another colour or price."""
        turn = moment.turn
        query = _query(moment, wanted)
        async with turn.session() as session:
            if _ARTICLE_NUMBER.fullmatch(query.text):
                product = await self._finder.get(
                    session, query.text, language=turn.language, city_id=turn.bot.city_id
                )
                if product is not None:
                    return self._card_answer(moment, product)
            asks_for_colour = wanted.refines_only and wanted.colour is not None and not wanted.priced
            names = await self._finder.categories(session, language=turn.language)
            kind = category_word(query.text.split(), names)
            if kind is not None and len(query.text.split()) > _TOLD_AT_LENGTH:
                query = replace(query, text=words_around(kind, query.text.split()))
            outcome = await find_relaxing(self._finder, session, query, colour_matters=asks_for_colour, kind=kind)
        if kind is None and _asks_the_staff(moment, wanted, outcome):
            return await offer_for_question(moment)
        return self._list_answer(moment, outcome, names)

    async def more(self, moment: Moment) -> Answer:
        """The next page of the last search."""
        turn, state = moment.turn, moment.state
        if state.search is None:
            return await self.categories(moment)
        last = query_of(state.search, language=turn.language)
        query = replace(last, offset=last.offset + PAGE_SIZE)
        page = await self._find(turn, query) if query.offset <= _FURTHEST else FoundPage()
        if not page.items:
            return Answer((self._with_catalogue("more.none", turn.language),), state.with_help())
        return self._page_answer(moment, query, page, "more")

    async def cheaper(self, moment: Moment) -> Answer:
        """What costs less than the cheapest that was shown."""
        turn, state = moment.turn, moment.state
        if state.search is None or state.low is None:
            return await self.categories(moment)
        last = query_of(state.search, language=turn.language)
        kind = last.category or state.kind
        query = replace(last, category=kind, price_min=None, price_max=state.low - 1, offset=0)
        attempts = [("cheaper", query)]
        if query.colour is not None:
            attempts.append(("cheaper.other_colours", replace(query, colour=None)))
        if query.text and kind is not None:
            # things of that kind, whatever else they were to be
            attempts.append(("cheaper.others", replace(query, text="", colour=None)))
        for key, attempt in attempts:
            page = await self._find(turn, attempt)
            if page.items:
                return self._page_answer(moment, attempt, page, key)
        return Answer((self._with_catalogue("cheaper.none", turn.language),), state.with_help())

    async def dearer(self, moment: Moment) -> Answer:
        """What costs more than the dearest that was shown."""
        turn, state = moment.turn, moment.state
        if state.search is None or state.high is None:
            return await self.categories(moment)
        last = query_of(state.search, language=turn.language)
        query = replace(
            last,
            category=last.category or state.kind,
            price_min=state.high + 1,
            price_max=None,
            cheapest_first=False,
            offset=0,
        )
        page = await self._find(turn, query)
        if not page.items:
            return Answer((self._with_catalogue("dearer.none", turn.language),), state.with_help())
        return self._page_answer(moment, query, page, "dearer")

    async def other_colour(self, moment: Moment) -> Answer:
        """The last search in any colour but the one shown."""
        turn, state = moment.turn, moment.state
        if state.search is None:
            return await self.categories(moment)
        last = query_of(state.search, language=turn.language)
        query = replace(last, colour=None, offset=0, limit=_OTHER_COLOURS_LOOKED_AT)
        page = await self._find(turn, query)
        shown = {product.colour for product in page.items if product.sku in state.shown} | {last.colour}
        others = tuple(
            product
            for product in page.items
            if product.sku not in state.shown and (product.colour is None or product.colour not in shown)
        )[:PAGE_SIZE]
        if not others:
            return Answer((self._with_catalogue("other_colour.none", turn.language),), state.with_help())
        found = FoundPage(others, has_more=False)
        return self._page_answer(moment, replace(query, limit=PAGE_SIZE), found, "other_colour")

    async def show_number(self, moment: Moment, number: int) -> Answer | None:
        """The card of one that was shown, by its place."""
        turn, state = moment.turn, moment.state
        if not state.shown:
            return None
        if number > len(state.shown):
            return Answer((replies.say("number.missing", turn.language, n=len(state.shown)),), state.with_help())
        return await self.show_card(moment, state.shown[number - 1])

    async def details(self, moment: Moment) -> Answer | None:
        """The whole card of the product spoken of; asks which, where there are several."""
        turn, state = moment.turn, moment.state
        sku = state.focus or (state.shown[0] if len(state.shown) == 1 else None)
        if sku is not None:
            return await self.show_card(moment, sku)
        if state.shown:
            return Answer((replies.say("number.which", turn.language),), state.with_help())
        return None

    async def show_card(self, moment: Moment, sku: str) -> Answer:
        """One product's card as it is in the database now."""
        turn, state = moment.turn, moment.state
        async with turn.session() as session:
            product = await self._finder.get(session, sku, language=turn.language, city_id=turn.bot.city_id)
        if product is None:
            return Answer((replies.say("card.gone", turn.language),), state.with_help())
        return self._card_answer(moment, product)

    async def similar(self, moment: Moment, sku: str) -> Answer:
        """Others of the same category, at about the same price where there are any."""
        turn, state = moment.turn, moment.state
        like = _fresh(turn)
        async with turn.session() as session:
            product = await self._finder.get(session, sku, language=turn.language, city_id=turn.bot.city_id)
            if product is None:
                return Answer((replies.say("card.gone", turn.language),), state.with_help())
            for priced in (True, False):
                query = query_of_similar(product, like, priced=priced)
                found = (await self._finder.find(session, query)).items
                others = tuple(one for one in found if one.sku != product.sku and one.orderable)[:PAGE_SIZE]
                if others:
                    page = FoundPage(others, has_more=False)
                    return self._page_answer(moment, replace(query, limit=PAGE_SIZE), page, "similar")
        return Answer((self._with_catalogue("similar.none", turn.language),), state.with_help())

    async def categories(self, moment: Moment) -> Answer:
        """A choice of what the shop has."""
        turn, state = moment.turn, moment.state
        async with turn.session() as session:
            names = await self._finder.categories(session, language=turn.language)
        if not names:
            return Answer((replies.say("catalogue.empty", turn.language),), state.with_help())
        return Answer((replies.category_list("catalogue.list", names, turn.language),), state.with_help())

    async def show_category(self, moment: Moment, button_id: str) -> Answer | None:
        """What a category button stands for, or ``None`` for a button of another kind."""
        turn = moment.turn
        async with turn.session() as session:
            names = await self._finder.categories(session, language=turn.language)
            name = buttons.find_category(button_id, names)
            if name is None:
                return None
            query = _fresh(turn, category=name)
            page = await self._finder.find(session, query)
        return self._list_answer(moment, SearchOutcome(query, page, GivenUp.NOTHING), names)

    async def _find(self, turn: Turn, query: ProductQuery) -> FoundPage:
        async with turn.session() as session:
            return await self._finder.find(session, query)

    @staticmethod
    def _with_catalogue(key: str, language: Language) -> OutboundMessage:
        """Words that would lead nowhere by themselves."""
        return replies.say(key, language, replies.button("categories", buttons.CATEGORIES, language))

    def _card_answer(self, moment: Moment, product: FoundProduct) -> Answer:
        card = self._cards.one(product, moment.language)
        return Answer((card,), moment.state.with_card(product), (viewed(product),))

    def _page_answer(self, moment: Moment, query: ProductQuery, page: FoundPage, key: str) -> Answer:
        text = replies.TEXTS.over_cards(key, len(page.items), moment.language)
        cards = self._cards.several(text, page.items, moment.language, has_more=page.has_more)
        counted = searched(query, page, given_up=GivenUp.NOTHING)
        return Answer((cards,), moment.state.with_list(query, page.items), (counted,))

    def _list_answer(self, moment: Moment, outcome: SearchOutcome, names: Sequence[str]) -> Answer:
        page, language = outcome.page, moment.language
        counted = searched(outcome.query, page, given_up=outcome.given_up)
        if not page.items:
            if not names:
                return Answer((replies.say("catalogue.empty", language),), moment.state.with_help(), (counted,))
            return Answer(
                (replies.category_list("nothing", names, language),), moment.state.with_miss(), (counted,)
            )
        if outcome.given_up is not GivenUp.NOTHING:
            text = replies.TEXTS.over_cards(f"relaxed.{outcome.given_up.value}", len(page.items), language)
        elif page.has_more:
            text = replies.TEXTS.get("found.many", language)
        else:
            text = replies.found(len(page.items), language)
        cards = self._cards.several(text, page.items, language, has_more=page.has_more)
        # a single product is shown with its whole card
        seen = tuple(viewed(product) for product in page.items) if len(page.items) == 1 else ()
        return Answer((cards,), moment.state.with_list(outcome.query, page.items), (counted, *seen))


def _asks_the_staff(moment: Moment, wanted: SearchWords, outcome: SearchOutcome) -> bool:
    """Whether the words are a question that the catalogue has no answer to, rather than a search."""
    guessed = outcome.given_up in (GivenUp.WORDS, GivenUp.COLOUR_AND_PRICE) or not outcome.page.items
    goods = wanted.colour or wanted.priced or asks_for_goods(moment.turn.text)
    return guessed and not goods and is_question(moment.turn.text)


def _kind_of_list(moment: Moment) -> str:
    """What was looked for last, as words that a feature can be added to; empty where nothing was."""
    last, kind = moment.state.search, moment.state.kind
    if last is None:
        return ""
    return last.text if last.text and not last.some_words else kind or last.category or ""


def _fresh(turn: Turn, *, text: str = "", category: str | None = None) -> ProductQuery:
    return ProductQuery(
        text=text, category=category, city_id=turn.bot.city_id, language=turn.language, limit=PAGE_SIZE
    )


def _query(moment: Moment, wanted: SearchWords) -> ProductQuery:
    turn, state = moment.turn, moment.state
    goes_on = wanted.refines_only and state.search is not None
    if goes_on and state.search is not None:
        start = replace(query_of(state.search, language=turn.language), offset=0)
    elif (kind := _kind_of_list(moment)) and names_features(wanted.words):
        # «диваны», then «раскладной»
        start = _fresh(turn, text=f"{kind} {wanted.words}")
    else:
        # one word is often a category's own: sofas come before what only mentions a sofa
        is_one_word = len(wanted.words.split()) == 1
        start = _fresh(turn, text=wanted.words, category=wanted.words if is_one_word else None)
    currency = turn.bot.currency
    low, high = price_bound(wanted.price_min, currency), price_bound(wanted.price_max, currency)
    # "cheap … under 80k" says itself how cheap; what fits best then comes first
    cheapest_first = wanted.cheap and low is None and high is None
    if low is None and high is None:
        low, high = start.price_min, start.price_max
    return replace(
        start,
        colour=wanted.colour or start.colour,
        price_min=low,
        price_max=high,
        cheapest_first=cheapest_first or start.cheapest_first,
    )
