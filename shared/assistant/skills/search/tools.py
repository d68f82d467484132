"""The model's tools over the catalogue: a search, and one product."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.counting import searched, viewed
from shared.assistant.facts import Evidence, describe_product
from shared.assistant.offline.colours import colour_of
from shared.assistant.products import CityFinder, ProductFinder, ProductQuery
from shared.assistant.skill import Answer, Found, Moment, Tool, ToolArguments
from shared.assistant.skills.search.relaxing import GivenUp, SearchOutcome, find_relaxing
from shared.assistant.state import PAGE_SIZE
from shared.bots.schemas import BotSnapshot
from shared.kernel.errors import NotFound
from shared.kernel.money import price_bound

__all__ = ["search_tools"]


class _SearchProducts(ToolArguments):
    query: str = Field(default="", max_length=200, description="What to look for, in the shopper's words, no price")
    category: str | None = Field(default=None, max_length=100, description="Product category, e.g. sofa")
    colour: str | None = Field(default=None, max_length=40, description="One colour, in any language")
    price_min: float | None = Field(default=None, ge=0, le=1e10, description="Lowest price, whole currency units")
    price_max: float | None = Field(default=None, ge=0, le=1e10, description="Highest price, whole currency units")
    city: str | None = Field(default=None, max_length=80, description="Only if the shopper names another city")


class _GetProduct(ToolArguments):
    sku: str = Field(min_length=1, max_length=100, description="Article number")


def search_tools(finder: ProductFinder, cities: CityFinder | None) -> tuple[Tool, ...]:
    """``search_products`` and ``get_product``.

    Args:
        finder: the catalogue.
        cities: the company's cities, for a shopper who names another one; ``None``: the bot's own city only.
    """
    looking = _Looking(finder, cities)
    return (
        Tool(
            "search_products",
            "Search the shop's catalogue. Returns products with current prices.",
            _SearchProducts,
            looking.search,
        ),
        Tool("get_product", "Look one product up by its article number.", _GetProduct, looking.get),
    )


class _Looking:
    def __init__(self, finder: ProductFinder, cities: CityFinder | None) -> None:
        self._finder = finder
        self._cities = cities

    async def search(self, moment: Moment, wanted: _SearchProducts) -> Answer:
        colour = None if wanted.colour is None else colour_of(wanted.colour)
        text = wanted.query if wanted.colour is None or colour else f"{wanted.query} {wanted.colour}".strip()
        async with moment.turn.session() as session:
            try:
                city_id = await self._city(session, moment.turn.bot, wanted.city)
            except NotFound:
                return Answer(facts="error: the shop does not sell in that city")
            query = ProductQuery(
                text=text,
                category=wanted.category or None,
                colour=colour,
                price_min=price_bound(wanted.price_min, moment.turn.bot.currency),
                price_max=price_bound(wanted.price_max, moment.turn.bot.currency),
                city_id=city_id,
                language=moment.language,
                limit=PAGE_SIZE,
            )
            outcome = await find_relaxing(self._finder, session, query)
        bounds = {Decimal(str(bound)) for bound in (wanted.price_min, wanted.price_max) if bound}
        return Answer(
            analytics=(searched(outcome.query, outcome.page, given_up=outcome.given_up),),
            facts=_facts(outcome),
            evidence=Evidence(products=outcome.page.items, bounds=frozenset(bounds), said=wanted.query),
            found=Found(outcome.page.items, outcome.page.has_more, outcome.query),
        )

    async def get(self, moment: Moment, wanted: _GetProduct) -> Answer:
        turn = moment.turn
        async with turn.session() as session:
            product = await self._finder.get(session, wanted.sku, language=turn.language, city_id=turn.bot.city_id)
        if product is None:
            return Answer(facts="error: no product has that article number")
        return Answer(
            analytics=(viewed(product),),
            facts=describe_product(product),
            evidence=Evidence(products=(product,)),
            found=Found((product,)),
        )

    async def _city(self, session: AsyncSession, bot: BotSnapshot, name: str | None) -> UUID | None:
        if not name or (bot.city_name is not None and name.strip().casefold() == bot.city_name.casefold()):
            return bot.city_id
        found = await self._cities.find(session, name) if self._cities is not None else None
        if found is None:
            raise NotFound("city", name)
        return found.id


def _facts(outcome: SearchOutcome) -> dict[str, object]:
    facts: dict[str, object] = {
        "products": [describe_product(product) for product in outcome.page.items],
        "more": outcome.page.has_more,
    }
    if outcome.given_up is GivenUp.SOLD_OUT:
        facts["note"] = "what fits exactly is sold out and stands last; the others are similar and in stock"
    elif outcome.given_up is not GivenUp.NOTHING:
        facts["note"] = f"nothing fits exactly; these ignore: {outcome.given_up.value.replace('_', ' ')}"
    return facts
