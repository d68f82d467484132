"""Product searches that answer something: an empty result is tried again with fewer conditions, and told so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.products import FoundPage, ProductFinder, ProductQuery

__all__ = ["GivenUp", "SearchOutcome", "category_word", "find_relaxing", "words_around"]

_STEM = 4
_NEAR = 2


class GivenUp(StrEnum):
    """Which conditions had to go; the values are parts of text keys (``relaxed.colour``)."""

    NOTHING = "nothing"
    COLOUR = "colour"
    PRICE = "price"
    COLOUR_AND_PRICE = "colour_and_price"
    WORDS = "words"
    SOLD_OUT = "sold_out"
    """Nothing but being sold out: what is in stock is similar."""


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """What was found, and by which query: paging goes on from that one."""

    query: ProductQuery
    page: FoundPage
    given_up: GivenUp


async def find_relaxing(
    finder: ProductFinder,
    session: AsyncSession,
    query: ProductQuery,
    *,
    colour_matters: bool = False,
    kind: str | None = None,
) -> SearchOutcome:
    """Search, giving up conditions until something is found: the colour, the price, both, then some of the words.

    ``kind``: the word that names what is looked for; the other words are given up, that one is not.
    ``colour_matters``: the colour is what was asked for last, so the price goes before it. Where everything that
    meets the conditions is sold out, what is in stock under fewer conditions comes with it, and before it.
    """
    exact = await finder.find(session, query)
    if any(product.orderable for product in exact.items):
        return SearchOutcome(query, exact, GivenUp.NOTHING)
    if query.text and query.category and not exact.items and not await _sells(finder, session, query):
        # the word is no category's after all
        query = replace(query, category=None)
        exact = await finder.find(session, query)
        if any(product.orderable for product in exact.items):
            return SearchOutcome(query, exact, GivenUp.NOTHING)
    for given_up, attempt in _fewer_conditions(query, colour_matters=colour_matters, kind=kind):
        page = await finder.find(session, attempt)
        if exact.items and any(product.orderable for product in page.items):
            return _instead_of(exact, attempt, page)
        if page.items and not exact.items:
            return SearchOutcome(attempt, page, given_up)
    return SearchOutcome(query, exact, GivenUp.NOTHING)


async def _sells(finder: ProductFinder, session: AsyncSession, query: ProductQuery) -> bool:
    """Whether there is anything in the query's category, of whatever colour and price."""
    anything = replace(query, colour=None, price_min=None, price_max=None, offset=0, limit=1)
    page = await finder.find(session, anything)
    return bool(page.items)


def _instead_of(sold_out: FoundPage, attempt: ProductQuery, page: FoundPage) -> SearchOutcome:
    """What is in stock, and below it the one that the shopper meant, so that it can still be asked about."""
    others = tuple(product for product in page.items if product.orderable)
    shown = (*others, sold_out.items[0])
    return SearchOutcome(attempt, FoundPage(shown, has_more=page.has_more), GivenUp.SOLD_OUT)


def _fewer_conditions(
    query: ProductQuery, *, colour_matters: bool, kind: str | None
) -> Iterator[tuple[GivenUp, ProductQuery]]:
    if not query.text and query.category is None:
        # only a colour or a price was asked for: without it, anything at all would match
        return
    priced = query.price_min is not None or query.price_max is not None
    without_colour = replace(query, colour=None)
    without_price = replace(
        query, price_min=None, price_max=None, cheapest_first=query.price_max is not None or query.cheapest_first
    )
    single = []
    if query.colour:
        single.append((GivenUp.COLOUR, without_colour))
    if priced:
        single.append((GivenUp.PRICE, without_price))
    yield from reversed(single) if colour_matters else single
    if query.colour and priced:
        yield GivenUp.COLOUR_AND_PRICE, replace(without_price, colour=None)
    if len(query.text.split()) > 1:
        if kind is not None:
            yield GivenUp.WORDS, replace(query, some_words=True, category=kind)
        yield GivenUp.WORDS, replace(without_price, colour=None, some_words=True, category=kind)


def category_word(words: Sequence[str], categories: Sequence[str]) -> str | None:
    """The first of a shopper's words that looks like a category's name («диван» and «Диваны»)."""
    stems = {word[:_STEM].casefold() for name in categories for word in name.split() if len(word) >= _STEM}
    return next((word for word in words if len(word) >= _STEM and word[:_STEM].casefold() in stems), None)


def words_around(word: str, words: Sequence[str]) -> str:
    """What a long message says next to the word that matters: the rest is a person's story."""
    place = words.index(word)
    return " ".join(words[max(place - _NEAR, 0) : place + _NEAR])
