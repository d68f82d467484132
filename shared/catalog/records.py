"""Products and categories as administrators see and change them; what shoppers are shown is in ``schemas``."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.catalog.barcodes import MAX_BARCODES, Barcode
from shared.catalog.colours import Colour
from shared.catalog.schemas import (
    MAX_ATTRIBUTES,
    MAX_IMAGES,
    MAX_PRICE,
    Attribute,
    Availability,
    Code,
    Correction,
    ImageUrl,
    LocalizedText,
    ProductView,
    Relaxation,
    Text,
)
from shared.kernel.changes import Changes, left_out
from shared.kernel.money import Currency, Money
from shared.kernel.paging import Page, PageQuery

__all__ = [
    "CategoryChanges",
    "CategoryFilter",
    "CategoryRecord",
    "ProductChanges",
    "ProductFilter",
    "ProductRecord",
    "ProductSearch",
    "ProductSearchPage",
    "ProductStatus",
]

Price = Annotated[int, Field(ge=0, le=MAX_PRICE)]


class ProductStatus(StrEnum):
    """Where a product stands: on sale, kept back, or deleted."""

    ACTIVE = "active"
    HIDDEN = "hidden"
    DELETED = "deleted"


class ProductRecord(ProductView):
    """A product with what only administrators see. ``version`` rises with every change."""

    status: ProductStatus
    version: int
    created_at: datetime
    deleted_at: datetime | None


class ProductFilter(PageQuery):
    """Which products to list; all conditions hold together. Without ``status``: all but the deleted ones."""

    q: Annotated[
        str | None, Field(min_length=1, max_length=200, description="Words in any form, or a stock number.")
    ] = None
    status: ProductStatus | None = None
    category: Annotated[str | None, Field(max_length=100, description="A category's code.")] = None
    city_id: Annotated[UUID | None, Field(description="Products of this city and those of all cities.")] = None
    availability: Availability | None = None
    colour: Colour | None = None
    price_min: Annotated[Price | None, Field(description="In minor units, inclusive.")] = None
    price_max: Annotated[Price | None, Field(description="In minor units, inclusive.")] = None
    sort: Literal["name", "-name", "price", "-price", "updated_at", "-updated_at"] = "-updated_at"


class ProductSearch(PageQuery):
    """A shopper's search, as the shopper would be answered: words corrected, the best match first."""

    limit: Annotated[int, Field(ge=1, le=50, description="Items on one page.")] = 20
    q: Annotated[str, Field(min_length=1, max_length=2000)]
    category: Annotated[str | None, Field(max_length=200, description="A code, or words for it.")] = None
    colour: Annotated[str | None, Field(max_length=200, description="A code, or a word for it.")] = None
    price_min: Price | None = None
    price_max: Price | None = None
    currency: Currency | None = None
    city_id: UUID | None = None
    only_available: bool = False
    sort: Literal["relevance", "price", "-price"] = "relevance"


class ProductSearchPage(Page[ProductView]):
    """What a shopper would be shown, and how the words were understood."""

    total: int
    total_is_minimum: bool
    corrections: tuple[Correction, ...]
    ignored_words: tuple[str, ...]
    relaxed: tuple[Relaxation, ...]


class ProductChanges(Changes):
    """Changes of a product. ``null`` empties a field that may be empty; ``colours: []`` reads them anew."""

    sku: Code = Field(default_factory=left_out)
    city_id: UUID | None = None
    name: LocalizedText = Field(default_factory=left_out)
    description: LocalizedText | None = None
    category: Code = Field(default_factory=left_out)
    price: Money = Field(default_factory=left_out)
    old_price: Money | None = None
    attributes: dict[Code, Attribute] = Field(default_factory=left_out, max_length=MAX_ATTRIBUTES)
    colours: tuple[Colour, ...] = Field(default_factory=left_out, max_length=len(Colour))
    images: tuple[ImageUrl, ...] = Field(default_factory=left_out, max_length=MAX_IMAGES)
    availability: Availability = Field(default_factory=left_out)
    quantity: int | None = Field(default=None, ge=0, le=2_147_483_647)
    active: bool = Field(default_factory=left_out)
    external_ref: Text | None = None
    barcodes: tuple[Barcode, ...] = Field(default_factory=left_out, max_length=MAX_BARCODES)


class CategoryRecord(BaseModel):
    """A category, whether it has products or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: LocalizedText
    synonyms: tuple[str, ...]
    position: int


class CategoryFilter(PageQuery):
    """Which categories to list: all, in the shop's order."""

    limit: Annotated[int, Field(ge=1, le=500, description="Items on one page.")] = 100


class CategoryChanges(BaseModel):
    """A category anew; its code stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: LocalizedText
    synonyms: Annotated[
        tuple[Annotated[Text, Field(min_length=1, max_length=200)], ...], Field(max_length=100)
    ] = ()
    position: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
