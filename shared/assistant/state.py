"""What the assistant remembers of a dialog between turns: the last search and what was shown of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.assistant.products import FoundProduct, ProductQuery
from shared.kernel.languages import Language

__all__ = ["MISSES_BEFORE_OFFER", "PAGE_SIZE", "AssistantState", "LastSearch", "query_of"]

PAGE_SIZE = 5
"""Products of one answer: as many as a phone shows without scrolling far."""

MISSES_BEFORE_OFFER = 2
"""Answers in a row that helped with nothing, after which a person is offered."""

_KEY = "assistant"


class LastSearch(BaseModel):
    """The search that «ещё», «дешевле» and «а синий?» go on from. Prices are minor units."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str = ""
    category: str | None = None
    colour: str | None = None
    price_min: int | None = None
    price_max: int | None = None
    cheapest_first: bool = False
    some_words: bool = False
    city_id: UUID | None = None
    offset: int = Field(default=0, ge=0)
    """Where the page that was shown last begins."""


class AssistantState(BaseModel):
    """Kept as JSON in the dialog; unreadable state (an older form) is as good as none."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    search: LastSearch | None = None
    shown: tuple[str, ...] = ()
    """Article numbers of the last list, in its order."""
    focus: str | None = None
    """The product whose card was shown last."""
    kind: str | None = None
    """The category of what was listed last, where it is one: what «дешевле» stays within."""
    low: int | None = None
    """The lowest price shown, in minor units: what «дешевле» has to beat."""
    high: int | None = None
    misses: int = 0
    """Answers in a row that helped with nothing."""

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """Read a dialog's state."""
        try:
            return cls.model_validate(state.get(_KEY) or {})
        except ValidationError:
            return cls()

    def into(self, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """The dialog's state with this one in it; what others left there stays."""
        return {**state, _KEY: self.model_dump(mode="json", exclude_defaults=True)}

    def with_list(self, query: ProductQuery, products: Sequence[FoundProduct]) -> Self:
        """After a list of products was shown."""
        prices = [product.price.minor for product in products]
        categories = {product.category or None for product in products}
        return self.model_copy(
            update={
                "search": _last_search(query),
                "shown": tuple(product.sku for product in products),
                "focus": products[0].sku if len(products) == 1 else None,
                "kind": categories.pop() if len(categories) == 1 else None,
                "low": min(prices, default=None),
                "high": max(prices, default=None),
                "misses": 0,
            }
        )

    def with_products(self, products: Sequence[FoundProduct]) -> Self:
        """After products were shown that no search found: there is nothing to go on from, but they can be named."""
        return self.with_list(ProductQuery(), products).model_copy(update={"search": None})

    def with_card(self, product: FoundProduct) -> Self:
        """After one product's card was shown; the list stays, so that «покажи третий» still works."""
        price = product.price.minor
        return self.model_copy(update={"focus": product.sku, "low": price, "high": price, "misses": 0})

    def with_miss(self) -> Self:
        """After an answer that did not help."""
        return self.model_copy(update={"misses": min(self.misses + 1, 100)})

    def with_help(self) -> Self:
        """After an answer that helped without showing anything."""
        return self.model_copy(update={"misses": 0}) if self.misses else self


def _last_search(query: ProductQuery) -> LastSearch:
    return LastSearch(
        text=query.text[:500],
        category=query.category,
        colour=query.colour,
        price_min=query.price_min,
        price_max=query.price_max,
        cheapest_first=query.cheapest_first,
        some_words=query.some_words,
        city_id=query.city_id,
        offset=query.offset,
    )


def query_of(search: LastSearch, *, language: Language) -> ProductQuery:
    """The search again, as a query."""
    return ProductQuery(
        text=search.text,
        category=search.category,
        colour=search.colour,
        price_min=search.price_min,
        price_max=search.price_max,
        cheapest_first=search.cheapest_first,
        some_words=search.some_words,
        city_id=search.city_id,
        language=language,
        limit=PAGE_SIZE,
        offset=search.offset,
    )
