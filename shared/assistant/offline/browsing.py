"""Looking through the catalogue: a search, and the follow-ups that go on from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.assistant import buttons, replies
from shared.assistant.offline.searching import GivenUp, SearchOutcome, category_word, find_relaxing, words_around
from shared.assistant.offline.understanding import Utterance
from shared.assistant.products import FoundPage, FoundProduct, ProductFinder, ProductQuery
from shared.assistant.state import PAGE_SIZE, AssistantState, query_of
from shared.channels.messages import OutboundMessage
from shared.dialogs.contract import AnalyticsEvent, Turn

__all__ = ["Answer", "Browsing"]

_OTHER_COLOURS_LOOKED_AT = 20
_TOLD_AT_LENGTH = 6
"""More words than this are a story, of which the words around the thing wanted count."""
_FURTHEST = 1000
"""Products that anybody pages through; the catalogue refuses to skip more."""
_ARTICLE_NUMBER = re.compile(r"(?=.*\d)(?=.*[^\W\d_])[\w./-]{3,40}")


@dataclass(frozen=True, slots=True)
class Answer:
    """Messages, the state after them, and facts to count."""

    messages: tuple[OutboundMessage, ...]
    state: AssistantState
    analytics: tuple[AnalyticsEvent, ...] = ()


class Browsing:
    """Answers what can be answered from the catalogue. Each step opens one short read transaction."""

    def __init__(self, finder: ProductFinder) -> None:
        self._finder = finder

    async def search(self, turn: Turn, state: AssistantState, utterance: Utterance) -> Answer:
        """A new search, or the last one with another colour or price."""
        query = _query(turn, state, utterance)
        async with turn.session() as session:
            if _ARTICLE_NUMBER.fullmatch(query.text):
                product = await self._finder.get(
                    session, query.text, language=turn.language, city_id=turn.bot.city_id
                )
                if product is not None:
                    return _card_answer(turn, state, product)
            priced = utterance.price_min is not None or utterance.price_max is not None
            asks_for_colour = utterance.refines_only and utterance.colour is not None and not priced
            names = await self._finder.categories(session, language=turn.language)
            kind = category_word(query.text.split(), names)
            if kind is not None and len(query.text.split()) > _TOLD_AT_LENGTH:
                query = replace(query, text=words_around(kind, query.text.split()))
            outcome = await find_relaxing(self._finder, session, query, colour_matters=asks_for_colour, kind=kind)
        return _list_answer(turn, state, outcome, names)

    async def more(self, turn: Turn, state: AssistantState) -> Answer:
        """The next page of the last search."""
        if state.search is None:
            return await self.categories(turn, state)
        last = query_of(state.search, language=turn.language)
        query = replace(last, offset=last.offset + PAGE_SIZE)
        page = await self._find(turn, query) if query.offset <= _FURTHEST else FoundPage()
        if not page.items:
            return Answer((replies.say("more.none", turn.language),), state.with_help())
        return _page_answer(turn, state, query, page, "more")

    async def cheaper(self, turn: Turn, state: AssistantState) -> Answer:
        """What costs less than the cheapest that was shown."""
        if state.search is None or state.low is None:
            return await self.categories(turn, state)
        last = query_of(state.search, language=turn.language)
        query = replace(last, price_min=None, price_max=state.low - 1, offset=0)
        page = await self._find(turn, query)
        if page.items:
            return _page_answer(turn, state, query, page, "cheaper")
        if query.colour is not None:
            query = replace(query, colour=None)
            page = await self._find(turn, query)
            if page.items:
                return _page_answer(turn, state, query, page, "cheaper.other_colours")
        return Answer((replies.say("cheaper.none", turn.language),), state.with_help())

    async def dearer(self, turn: Turn, state: AssistantState) -> Answer:
        """What costs more than the dearest that was shown."""
        if state.search is None or state.high is None:
            return await self.categories(turn, state)
        last = query_of(state.search, language=turn.language)
        query = replace(last, price_min=state.high + 1, price_max=None, cheapest_first=False, offset=0)
        page = await self._find(turn, query)
        if not page.items:
            return Answer((replies.say("dearer.none", turn.language),), state.with_help())
        return _page_answer(turn, state, query, page, "dearer")

    async def other_colour(self, turn: Turn, state: AssistantState) -> Answer:
        """The last search in any colour but the one shown."""
        if state.search is None:
            return await self.categories(turn, state)
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
            return Answer((replies.say("other_colour.none", turn.language),), state.with_help())
        found = FoundPage(others, has_more=False)
        return _page_answer(turn, state, replace(query, limit=PAGE_SIZE), found, "other_colour")

    async def show_number(self, turn: Turn, state: AssistantState, number: int) -> Answer | None:
        """The card of one that was shown, by its place."""
        if not state.shown:
            return None
        if number > len(state.shown):
            return Answer((replies.say("number.missing", turn.language, n=len(state.shown)),), state.with_help())
        return await self.show_card(turn, state, state.shown[number - 1])

    async def details(self, turn: Turn, state: AssistantState) -> Answer | None:
        """The whole card of the product spoken of; asks which, where there are several."""
        sku = state.focus or (state.shown[0] if len(state.shown) == 1 else None)
        if sku is not None:
            return await self.show_card(turn, state, sku)
        if state.shown:
            return Answer((replies.say("number.which", turn.language),), state.with_help())
        return None

    async def show_card(self, turn: Turn, state: AssistantState, sku: str) -> Answer:
        """One product's card as it is in the database now."""
        async with turn.session() as session:
            product = await self._finder.get(session, sku, language=turn.language, city_id=turn.bot.city_id)
        if product is None:
            return Answer((replies.say("card.gone", turn.language),), state.with_help())
        return _card_answer(turn, state, product)

    async def categories(self, turn: Turn, state: AssistantState) -> Answer:
        """A choice of what the shop has."""
        async with turn.session() as session:
            names = await self._finder.categories(session, language=turn.language)
        if not names:
            return Answer((replies.say("catalogue.empty", turn.language),), state.with_help())
        return Answer((replies.category_list("catalogue.list", names, turn.language),), state.with_help())

    async def show_category(self, turn: Turn, state: AssistantState, button_id: str) -> Answer | None:
        """What a category button stands for, or ``None`` for a button of another kind."""
        async with turn.session() as session:
            names = await self._finder.categories(session, language=turn.language)
            name = buttons.find_category(button_id, names)
            if name is None:
                return None
            query = _fresh(turn, category=name)
            page = await self._finder.find(session, query)
        return _list_answer(turn, state, SearchOutcome(query, page, GivenUp.NOTHING), names)

    async def _find(self, turn: Turn, query: ProductQuery) -> FoundPage:
        async with turn.session() as session:
            return await self._finder.find(session, query)


def _fresh(turn: Turn, *, text: str = "", category: str | None = None) -> ProductQuery:
    return ProductQuery(
        text=text, category=category, city_id=turn.bot.city_id, language=turn.language, limit=PAGE_SIZE
    )


def _query(turn: Turn, state: AssistantState, utterance: Utterance) -> ProductQuery:
    goes_on = utterance.refines_only and state.search is not None
    if goes_on and state.search is not None:
        start = replace(query_of(state.search, language=turn.language), offset=0)
    else:
        # one word is often a category's own: sofas come before what only mentions a sofa
        is_one_word = len(utterance.words.split()) == 1
        start = _fresh(turn, text=utterance.words, category=utterance.words if is_one_word else None)
    low, high = _minor(utterance.price_min), _minor(utterance.price_max)
    # "cheap … under 80k" says itself how cheap; what fits best then comes first
    cheapest_first = utterance.cheap and low is None and high is None
    if low is None and high is None:
        low, high = start.price_min, start.price_max
    return replace(
        start,
        colour=utterance.colour or start.colour,
        price_min=low,
        price_max=high,
        cheapest_first=cheapest_first or start.cheapest_first,
    )


def _minor(whole: int | None) -> int | None:
    return None if whole is None else whole * 100


def _searched(query: ProductQuery, page: FoundPage, given_up: GivenUp = GivenUp.NOTHING) -> AnalyticsEvent:
    return AnalyticsEvent(
        "search",
        {
            "found": len(page.items),
            "given_up": given_up.value,
            "colour": query.colour,
            "priced": query.price_min is not None or query.price_max is not None,
            "offset": query.offset,
        },
    )


def _card_answer(turn: Turn, state: AssistantState, product: FoundProduct) -> Answer:
    viewed = AnalyticsEvent("card_viewed", {"sku": product.sku})
    return Answer((replies.card_of(product, turn.language),), state.with_card(product), (viewed,))


def _page_answer(turn: Turn, state: AssistantState, query: ProductQuery, page: FoundPage, key: str) -> Answer:
    text = replies.TEXTS.get(key, turn.language)
    cards = replies.cards_of(text, page.items, turn.language, has_more=page.has_more)
    return Answer((cards,), state.with_list(query, page.items), (_searched(query, page),))


def _list_answer(turn: Turn, state: AssistantState, outcome: SearchOutcome, names: Sequence[str]) -> Answer:
    page, language = outcome.page, turn.language
    counted = _searched(outcome.query, page, outcome.given_up)
    if not page.items:
        if not names:
            return Answer((replies.say("catalogue.empty", language),), state.with_help(), (counted,))
        return Answer((replies.category_list("nothing", names, language),), state.with_miss(), (counted,))
    if outcome.given_up is not GivenUp.NOTHING:
        text = replies.TEXTS.get(f"relaxed.{outcome.given_up.value}", language)
    elif page.has_more:
        text = replies.TEXTS.get("found.many", language)
    elif len(page.items) == 1:
        text = replies.TEXTS.get("found.one", language)
    else:
        text = replies.TEXTS.count("found", len(page.items), language)
    cards = replies.cards_of(text, page.items, language, has_more=page.has_more)
    return Answer((cards,), state.with_list(outcome.query, page.items), (counted,))
