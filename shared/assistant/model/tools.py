"""The model's tools. They act for one turn: the company is the session's, the dialog is the turn's; no argument
of the model names either, so nothing that it is talked into reaches another's data."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.model.prompt import as_data, describe_product
from shared.assistant.offline.colours import COLOURS, find_colour
from shared.assistant.offline.searching import GivenUp, SearchOutcome, find_relaxing
from shared.assistant.products import CityFinder, FoundProduct, ProductFinder, ProductQuery
from shared.assistant.state import PAGE_SIZE
from shared.dialogs.contract import Turn
from shared.escalations.schemas import EscalationReason
from shared.kernel.errors import NotFound
from shared.runtime.model.wire import ToolCall

__all__ = ["CALLS_PER_ROUND", "TOOLS", "Toolbox"]

CALLS_PER_ROUND = 6
"""Calls of one answer that are carried out; more are refused in words."""


class _Arguments(BaseModel):
    # an invented field is an error: dropped silently, «max_price» would show the wrong products
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _SearchProducts(_Arguments):
    query: str = Field(default="", max_length=200, description="What to look for, in the shopper's words, no price")
    category: str | None = Field(default=None, max_length=100, description="Product category, e.g. sofa")
    colour: str | None = Field(default=None, max_length=40, description="One colour, in any language")
    price_min: float | None = Field(default=None, ge=0, le=1e10, description="Lowest price, whole currency units")
    price_max: float | None = Field(default=None, ge=0, le=1e10, description="Highest price, whole currency units")
    city: str | None = Field(default=None, max_length=80, description="Only if the shopper names another city")


class _GetProduct(_Arguments):
    sku: str = Field(min_length=1, max_length=100, description="Article number")


class _EscalateToManager(_Arguments):
    reason: EscalationReason = Field(
        description="asked: wants a person; angry: complains; order_problem: about an order; repeated_failure: you"
        " could not help several times"
    )


_DESCRIPTIONS: Mapping[str, tuple[type[_Arguments], str]] = {
    "search_products": (_SearchProducts, "Search the shop's catalogue. Returns products with current prices."),
    "get_product": (_GetProduct, "Look one product up by its article number."),
    "escalate_to_manager": (_EscalateToManager, "Hand the conversation over to a person of the shop."),
}


def _schema(arguments: type[_Arguments]) -> dict[str, Any]:
    schema = arguments.model_json_schema()
    schema.pop("title", None)
    return schema


TOOLS: tuple[Mapping[str, Any], ...] = tuple(
    {"type": "function", "function": {"name": name, "description": text, "parameters": _schema(arguments)}}
    for name, (arguments, text) in _DESCRIPTIONS.items()
)
"""The tools as a request carries them."""


class Toolbox:
    """Carries out the calls of one turn and keeps what they returned: the facts that the answer may use."""

    def __init__(self, turn: Turn, finder: ProductFinder, cities: CityFinder | None) -> None:
        self._turn = turn
        self._finder = finder
        self._cities = cities
        self.products: dict[str, FoundProduct] = {}
        """Everything that a tool returned in this turn, by article number."""
        self.last_search: SearchOutcome | None = None
        self.last_product: FoundProduct | None = None
        """The product looked up last, where no search came after it."""
        self.bounds: set[Decimal] = set()
        """Price bounds that were searched with, in whole currency units."""
        self.query_words: list[str] = []
        self.escalation: EscalationReason | None = None

    async def run(self, call: ToolCall) -> str:
        """Carry a call out. Whatever is wrong with it is told to the model in words, never raised."""
        known = _DESCRIPTIONS.get(call.name)
        if known is None:
            return f"error: there is no tool {call.name[:64]!r}; use one of {', '.join(_DESCRIPTIONS)}"
        try:
            arguments = known[0].model_validate_json(call.arguments or "{}")
        except ValidationError as error:
            return "error: " + "; ".join(
                f"{'.'.join(map(str, one['loc'])) or 'arguments'}: {one['msg']}" for one in error.errors()[:5]
            )
        match arguments:
            case _SearchProducts():
                return await self._search(arguments)
            case _GetProduct():
                return await self._get(arguments.sku)
            case _EscalateToManager():
                self.escalation = arguments.reason
                return "ok: a person takes over"
        return "error: not carried out"

    async def _search(self, wanted: _SearchProducts) -> str:
        colour = None if wanted.colour is None else _colour_code(wanted.colour)
        text = wanted.query if wanted.colour is None or colour else f"{wanted.query} {wanted.colour}".strip()
        async with self._turn.session() as session:
            try:
                city_id = await self._city(session, wanted.city)
            except NotFound:
                return "error: the shop does not sell in that city"
            query = ProductQuery(
                text=text,
                category=wanted.category or None,
                colour=colour,
                price_min=_minor(wanted.price_min),
                price_max=_minor(wanted.price_max),
                city_id=city_id,
                language=self._turn.language,
                limit=PAGE_SIZE,
            )
            outcome = await find_relaxing(self._finder, session, query)
        self._remember(wanted, outcome)
        result: dict[str, object] = {
            "products": [describe_product(product) for product in outcome.page.items],
            "more": outcome.page.has_more,
        }
        if outcome.given_up is GivenUp.SOLD_OUT:
            result["note"] = "what fits exactly is sold out and stands last; the others are similar and in stock"
        elif outcome.given_up is not GivenUp.NOTHING:
            result["note"] = f"nothing fits exactly; these ignore: {outcome.given_up.value.replace('_', ' ')}"
        return as_data(result)

    def _remember(self, wanted: _SearchProducts, outcome: SearchOutcome) -> None:
        self.last_search, self.last_product = outcome, None
        self.products.update((product.sku, product) for product in outcome.page.items)
        self.query_words.append(wanted.query)
        for bound in (wanted.price_min, wanted.price_max):
            if bound:
                self.bounds.add(Decimal(str(bound)))

    async def _city(self, session: AsyncSession, name: str | None) -> UUID | None:
        bot = self._turn.bot
        if not name or (bot.city_name is not None and name.strip().casefold() == bot.city_name.casefold()):
            return bot.city_id
        found = await self._cities.find(session, name) if self._cities is not None else None
        if found is None:
            raise NotFound("city", name)
        return found.id

    async def _get(self, sku: str) -> str:
        async with self._turn.session() as session:
            product = await self._finder.get(
                session, sku, language=self._turn.language, city_id=self._turn.bot.city_id
            )
        if product is None:
            return "error: no product has that article number"
        self.products[product.sku] = product
        self.last_product, self.last_search = product, None
        return as_data(describe_product(product))


def _colour_code(word: str) -> str | None:
    code = word.strip().casefold().replace(" ", "_")
    return code if code in COLOURS else find_colour(word).code


def _minor(whole: float | None) -> int | None:
    return None if not whole else round(whole * 100)
