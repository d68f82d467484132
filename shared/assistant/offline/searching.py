"""Product searches that answer something: an empty result is tried again with fewer conditions, and told so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.products import FoundPage, ProductFinder, ProductQuery

__all__ = ["GivenUp", "SearchOutcome", "find_relaxing"]


class GivenUp(StrEnum):
    """Which conditions had to go; the values are parts of text keys (``relaxed.colour``)."""

    NOTHING = "nothing"
    COLOUR = "colour"
    PRICE = "price"
    COLOUR_AND_PRICE = "colour_and_price"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """What was found, and by which query: paging goes on from that one."""

    query: ProductQuery
    page: FoundPage
    given_up: GivenUp


async def find_relaxing(finder: ProductFinder, session: AsyncSession, query: ProductQuery) -> SearchOutcome:
    """Search, giving up the colour, then the price, then both, then some of the words until something is found."""
    for given_up, attempt in _attempts(query):
        page = await finder.find(session, attempt)
        if page.items:
            return SearchOutcome(attempt, page, given_up)
    return SearchOutcome(query, FoundPage(), GivenUp.NOTHING)


def _attempts(query: ProductQuery) -> Iterator[tuple[GivenUp, ProductQuery]]:
    yield GivenUp.NOTHING, query
    if query.text and query.category:
        # the words may be no category's after all
        query = replace(query, category=None)
        yield GivenUp.NOTHING, query
    if not query.text and query.category is None:
        # only a colour or a price was asked for: without it, anything at all would match
        return
    priced = query.price_min is not None or query.price_max is not None
    without_colour = replace(query, colour=None)
    without_price = replace(
        query, price_min=None, price_max=None, cheapest_first=query.price_max is not None or query.cheapest_first
    )
    if query.colour:
        yield GivenUp.COLOUR, without_colour
    if priced:
        yield GivenUp.PRICE, without_price
    if query.colour and priced:
        yield GivenUp.COLOUR_AND_PRICE, replace(without_price, colour=None)
    if len(query.text.split()) > 1:
        yield GivenUp.WORDS, replace(without_price, colour=None, some_words=True)
