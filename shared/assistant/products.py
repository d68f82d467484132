"""What the assistant needs of a catalogue; ``shared/assistant/catalogue.py`` fits the real one to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.languages import Language
from shared.kernel.money import Money

__all__ = ["CityFinder", "FoundCity", "FoundPage", "FoundProduct", "ProductFinder", "ProductQuery"]


@dataclass(frozen=True, slots=True)
class ProductQuery:
    """A search. Prices are minor units of the shop's currency, bounds included."""

    text: str = ""
    category: str | None = None
    """One of ``ProductFinder.categories``, or a shopper's word for one."""
    colour: str | None = None
    """A code of ``shared.catalog.colours``."""
    price_min: int | None = None
    price_max: int | None = None
    cheapest_first: bool = False
    some_words: bool = False
    """Whether products that match only some of the words will do."""
    city_id: UUID | None = None
    language: Language = Language.RU
    limit: int = 5
    offset: int = 0


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """A product as the database has it, its texts in the query's language."""

    id: UUID
    sku: str
    name: str
    price: Money
    old_price: Money | None = None
    description: str = ""
    category: str = ""
    colour: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    available: bool = True
    """Whether the shop has it, or makes it on order."""
    quantity: int | None = None
    """Pieces that no order holds, where the shop counts them."""

    @property
    def orderable(self) -> bool:
        """Whether it can be ordered now: it is there, and orders do not hold every piece."""
        return self.available and self.quantity != 0


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of products, best first."""

    items: tuple[FoundProduct, ...] = ()
    has_more: bool = False


class ProductFinder(Protocol):
    """Read access to the catalogue of the session's company; no other company exists in it."""

    async def find(self, session: AsyncSession, query: ProductQuery) -> FoundPage:
        """Products that satisfy every given condition, best first."""

    async def get(
        self, session: AsyncSession, sku: str, *, language: Language, city_id: UUID | None
    ) -> FoundProduct | None:
        """The product of that article number, as sold in that city."""

    async def with_codes(
        self, session: AsyncSession, codes: Sequence[str], *, language: Language, city_id: UUID | None
    ) -> Sequence[FoundProduct]:
        """The products that bear one of these barcodes, as sold in that city."""

    async def categories(self, session: AsyncSession, *, language: Language) -> Sequence[str]:
        """Names of the categories that have products, the fullest first."""


@dataclass(frozen=True, slots=True)
class FoundCity:
    """A city that the company sells in."""

    id: UUID
    name: str


class CityFinder(Protocol):
    """Read access to the cities of the session's company."""

    async def find(self, session: AsyncSession, name: str) -> FoundCity | None:
        """The active city of that name or slug, in any case."""
