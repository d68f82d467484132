"""What the catalogue takes and gives: frozen pydantic values, free of the database."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from shared.catalog.barcodes import MAX_BARCODES, Barcode
from shared.catalog.colours import Colour
from shared.kernel.languages import Language
from shared.kernel.money import Currency, Money

__all__ = [
    "Attribute",
    "Availability",
    "CategoryInput",
    "CategoryView",
    "ColourView",
    "Correction",
    "LocalizedText",
    "ProductInput",
    "ProductView",
    "Relaxation",
    "SearchPage",
    "SearchQuery",
    "SortOrder",
]


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("NUL cannot be stored")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
Code = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_without_nul)]


MAX_PRICE = 10**15
"""Minor units: far above any price, far below what a column holds."""
MAX_NAME = 500
MAX_DESCRIPTION = 20_000
MAX_ATTRIBUTE = 2_000
MAX_ATTRIBUTES = 100
MAX_IMAGES = 20

ImageUrl = Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s\x00]+$")]
"""Where a messenger fetches a picture."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LocalizedText(_Frozen):
    """A text in one to three languages."""

    ru: Text | None = None
    kk: Text | None = None
    en: Text | None = None

    @model_validator(mode="after")
    def _has_a_language(self) -> Self:
        if not (self.ru or self.kk or self.en):
            raise ValueError("a text needs at least one language")
        return self

    def get(self, language: Language) -> str:
        """The text in ``language``; where it is missing, Russian, then Kazakh, then English."""
        wanted: str | None = getattr(self, language.value)
        return wanted or self.ru or self.kk or self.en or ""

    def all(self) -> list[str]:
        """Every translation there is."""
        return [text for text in (self.ru, self.kk, self.en) if text]


Attribute = LocalizedText | Text
"""A property's value: the same in every language (``"200×90×85 см"``) or translated (``red / қызыл / красный``)."""


class Availability(StrEnum):
    """Whether a shopper gets it now, later, or not at all."""

    IN_STOCK = "in_stock"
    ON_ORDER = "on_order"
    OUT_OF_STOCK = "out_of_stock"


class CategoryInput(_Frozen):
    """A category as a shop keeps it. ``synonyms`` are further words that shoppers use for it, in any language."""

    code: Code
    name: LocalizedText
    synonyms: tuple[Text, ...] = ()
    position: int = 0


class ProductInput(_Frozen):
    """A product as a shop or its accounting system gives it; (``sku``, ``city_id``) identifies it.

    ``colours`` may stay empty: they are then read from the attribute ``colour``, or else from the name.
    ``quantity`` 0 means out of stock, unless the product is made on order.
    """

    sku: Code
    city_id: UUID | None = None
    """``None``: offered in every city of the company."""
    name: LocalizedText
    description: LocalizedText | None = None
    category: Code
    price: Money
    old_price: Money | None = None
    attributes: dict[Code, Attribute] = Field(default_factory=dict, max_length=MAX_ATTRIBUTES)
    colours: tuple[Colour, ...] = Field(default=(), max_length=len(Colour))
    images: tuple[ImageUrl, ...] = Field(default=(), max_length=MAX_IMAGES)
    availability: Availability = Availability.IN_STOCK
    quantity: int | None = Field(default=None, ge=0, le=2_147_483_647)
    active: bool = True
    external_ref: Text | None = None
    barcodes: tuple[Barcode, ...] = Field(default=(), max_length=MAX_BARCODES)
    """EAN, UPC and what else is printed on it, by which a shopper's photo finds it."""

    @field_validator("name", "description", "attributes")
    @classmethod
    def _is_not_endless(cls, value: Any, info: ValidationInfo) -> Any:
        limit = {"name": MAX_NAME, "description": MAX_DESCRIPTION}.get(info.field_name or "", MAX_ATTRIBUTE)
        texts = value.values() if isinstance(value, dict) else [value]
        for text in texts:
            for part in text.all() if isinstance(text, LocalizedText) else [text or ""]:
                if len(part) > limit:
                    raise ValueError(f"longer than {limit} characters")
        return value

    @field_validator("price", "old_price")
    @classmethod
    def _is_a_price(cls, value: Money | None) -> Money | None:
        if value is not None and not 0 <= value.minor <= MAX_PRICE:
            raise ValueError("a price cannot be negative, nor beyond all measure")
        return value

    @model_validator(mode="after")
    def _prices_agree(self) -> Self:
        if self.old_price is not None and self.old_price.currency != self.price.currency:
            raise ValueError("both prices must be in one currency")
        return self


class ProductView(_Frozen):
    """A product as it stands in the database."""

    id: UUID
    sku: str
    city_id: UUID | None
    name: LocalizedText
    description: LocalizedText | None
    category: str
    price: Money
    old_price: Money | None
    attributes: dict[str, Attribute]
    colours: tuple[Colour, ...]
    images: tuple[str, ...]
    availability: Availability
    quantity: int | None
    active: bool
    external_ref: str | None
    barcodes: tuple[str, ...] = ()
    updated_at: datetime


class SortOrder(StrEnum):
    """The order of the results; in each, what is available and matches fully comes first."""

    RELEVANCE = "relevance"
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"


class SearchQuery(_Frozen):
    """What a shopper looks for. All conditions hold together; prices are inclusive, in minor units.

    ``category`` and ``colour`` take a code or the shopper's own words in any of the three languages.
    """

    text: str = Field(default="", max_length=2000)
    category: str | None = Field(default=None, max_length=200)
    colour: str | None = Field(default=None, max_length=200)
    price_min: int | None = None
    price_max: int | None = None
    currency: Currency | None = None
    city_id: UUID | None = None
    """Products of this city and those of all cities; ``None``: no matter where."""
    only_available: bool = False
    sort: SortOrder = SortOrder.RELEVANCE
    offset: int = Field(default=0, ge=0, le=1000)
    limit: int = Field(default=10, ge=1, le=50)
    varied: bool = False
    """Whether several models come before several colours of one; only where relevance orders them."""
    relax: bool = True
    """Whether to search again for some of the words when nothing has them all."""
    relax_filters: bool = False
    """Whether to give up the colour, then the price bounds, when nothing meets them; the page tells."""


class Correction(_Frozen):
    """A word that was read as another: ``typed`` «девани», ``meant`` «диваны»."""

    typed: str
    meant: str


class Relaxation(StrEnum):
    """A condition that was given up because nothing met it."""

    SOME_WORDS = "some_words"
    COLOUR = "colour"
    PRICE = "price"


class SearchPage(_Frozen):
    """One page of results.

    ``total`` counts the matches (all pages); where ``total_is_minimum``, there are at least so many.
    ``ignored_words`` were in no product and were left out of the search.
    """

    items: tuple[ProductView, ...]
    offset: int
    total: int
    total_is_minimum: bool = False
    has_more: bool = False
    corrections: tuple[Correction, ...] = ()
    ignored_words: tuple[str, ...] = ()
    relaxed: tuple[Relaxation, ...] = ()


class CategoryView(_Frozen):
    """A category with the number of its active products."""

    code: str
    name: LocalizedText
    products: int


class ColourView(_Frozen):
    """A colour with the number of active products in it."""

    colour: Colour
    products: int
