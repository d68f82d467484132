"""From one row of a file to a product, or to what is wrong with each of its cells.

A column that the file does not have leaves what the product has; an empty cell of a column that it does have
empties it. So a file of stock numbers and prices is a price list, and an export read again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from shared.catalog.administration import restocked
from shared.catalog.barcodes import MAX_BARCODE, MAX_BARCODES, barcode_key
from shared.catalog.bulk.cells import (
    availability_of,
    colours_of,
    flag_of,
    minor_units_of,
    price_of,
    quantity_of,
    restored,
)
from shared.catalog.bulk.columns import Column, Field, Layout
from shared.catalog.schemas import (
    MAX_ATTRIBUTE,
    MAX_ATTRIBUTES,
    MAX_DESCRIPTION,
    MAX_IMAGES,
    MAX_NAME,
    Availability,
    LocalizedText,
    ProductInput,
)
from shared.kernel.money import Money

__all__ = ["ParsedRow", "RowError", "Shop", "parse_row", "product_of"]

_VALUE_SHOWN = 80
_URL = re.compile(r"https?://\S{1,1990}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_NAMES = {Field.NAME_RU: "ru", Field.NAME_KK: "kk", Field.NAME_EN: "en"}
_DESCRIPTIONS = {Field.DESCRIPTION_RU: "ru", Field.DESCRIPTION_KK: "kk", Field.DESCRIPTION_EN: "en"}
_NEEDED = (Field.SKU, Field.CATEGORY, Field.PRICE)


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a cell; people read ``import.error.<code>``."""

    row: int
    field: str
    heading: str
    value: str
    code: str


@dataclass(frozen=True, slots=True)
class Shop:
    """What the words of a file may name, in small letters, and the company's currencies."""

    categories: Mapping[str, str]
    cities: Mapping[str, UUID]
    currency: str
    city_currencies: Mapping[UUID, str]


@dataclass(slots=True)
class ParsedRow:
    """The values of a row by what they are for; which of them may be used, ``errors`` says."""

    number: int
    values: dict[Field, Any] = field(default_factory=dict)
    attributes: dict[Column, str] = field(default_factory=dict)
    headings: dict[Field, str] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)

    @property
    def sku(self) -> str:
        """The stock number, empty where there is none."""
        return str(self.values.get(Field.SKU) or "")

    @property
    def city_id(self) -> UUID | None:
        """The city of the offer; ``None``: all."""
        found: UUID | None = self.values.get(Field.CITY)
        return found

    def wrong(self, what: Field, code: str, value: str = "") -> None:
        """Take down an error."""
        shown = value if len(value) <= _VALUE_SHOWN else f"{value[: _VALUE_SHOWN - 1]}…"
        shown = shown.replace("\x00", "\ufffd")
        self.errors.append(RowError(self.number, what.value, self.headings.get(what, "")[:200], shown, code))


class _Wrong(Exception):
    def __init__(self, code: str) -> None:
        self.code = code


def parse_row(number: int, cells: Sequence[str], layout: Layout, shop: Shop) -> ParsedRow:
    """Read every cell of a row whose column is known."""
    row = ParsedRow(number)
    for column, cell in zip(layout.columns, [*cells, *[""] * len(layout.columns)], strict=False):
        if column is None:
            continue
        row.headings.setdefault(column.field, column.heading)
        text = restored(cell)
        try:
            value = _value(column.field, text, shop)
        except _Wrong as wrong:
            row.wrong(column.field, wrong.code, text)
        else:
            if column.field is Field.ATTRIBUTE:
                row.attributes[column] = value
            else:
                row.values[column.field] = value
    return row


def _value(what: Field, text: str, shop: Shop) -> Any:
    if "\x00" in text:
        raise _Wrong("bad_text")
    if not text:
        if what in _NEEDED:
            raise _Wrong("missing")
        return "" if what in _TEXTS else None
    if what in _TEXTS:
        if len(text) > _TEXTS[what]:
            raise _Wrong("too_long")
        return text
    if what is Field.CITY:
        return _named(shop.cities, text, "unknown_city")
    if what is Field.CATEGORY:
        return _named(shop.categories, text, "unknown_category")
    read, code = _READERS[what]
    value = read(text)
    if value is None:
        raise _Wrong(code)
    return value


def _named(known: Mapping[str, Any], text: str, code: str) -> Any:
    found = known.get(text.casefold())
    if found is None:
        raise _Wrong(code)
    return found


def _images_of(text: str) -> tuple[str, ...] | None:
    parts = text.split()
    return tuple(parts) if len(parts) <= MAX_IMAGES and all(map(_URL.fullmatch, parts)) else None


def _barcodes_of(text: str) -> tuple[str, ...] | None:
    codes = tuple(dict.fromkeys(barcode_key(part) for part in re.split(r"[,;\s]+", text) if part))
    return codes if len(codes) <= MAX_BARCODES and all(0 < len(code) <= MAX_BARCODE for code in codes) else None


def _currency_of(text: str) -> str | None:
    return text.upper() if _CURRENCY.fullmatch(text.upper()) else None


_TEXTS: dict[Field, int] = {
    Field.SKU: 100,
    **dict.fromkeys(_NAMES, MAX_NAME),
    **dict.fromkeys(_DESCRIPTIONS, MAX_DESCRIPTION),
    Field.EXTERNAL_REF: 200,
    Field.ATTRIBUTE: MAX_ATTRIBUTE,
}
"""Columns of text, with the characters that each may have."""
_READERS: dict[Field, tuple[Callable[[str], Any], str]] = {
    Field.PRICE: (price_of, "bad_price"),
    Field.OLD_PRICE: (price_of, "bad_price"),
    Field.CURRENCY: (_currency_of, "bad_currency"),
    Field.AVAILABILITY: (availability_of, "bad_availability"),
    Field.QUANTITY: (quantity_of, "bad_quantity"),
    Field.COLOURS: (colours_of, "bad_colour"),
    Field.IMAGES: (_images_of, "bad_image"),
    Field.BARCODES: (_barcodes_of, "bad_barcode"),
    Field.ACTIVE: (flag_of, "bad_flag"),
}


# ---- the product -------------------------------------------------------------------------------------------------


def product_of(row: ParsedRow, existing: ProductInput | None, shop: Shop) -> ProductInput | None:
    """The product that a row describes, upon what there is; ``None``: ``row.errors`` tells why not."""
    values = {name: getattr(existing, name) for name in ProductInput.model_fields} if existing else {}
    values |= {"sku": row.sku, "city_id": row.city_id, "active": True}
    for what in (Field.CATEGORY, Field.PRICE):
        if existing is None and what not in row.values and not _is_wrong(row, what):
            row.wrong(what, "missing")
    values["name"] = _translated(row, existing.name if existing else None, _NAMES)
    values["description"] = _translated(row, existing.description if existing else None, _DESCRIPTIONS)
    if values["name"] is None and not any(_is_wrong(row, what) for what in _NAMES):
        row.wrong(next((what for what in _NAMES if what in row.values), Field.NAME_RU), "missing")
    prices = {} if row.errors else _prices(row, existing, shop)
    if row.errors:
        return None
    values |= _plain_values(row) | prices | _stock(row, existing)
    values["attributes"] = _attributes(row, existing)
    if len(values["attributes"]) > MAX_ATTRIBUTES:
        row.wrong(Field.ATTRIBUTE, "too_many_attributes")
        return None
    try:
        return ProductInput.model_validate(values)
    except ValidationError:
        row.wrong(Field.SKU, "invalid", row.sku)
        return None


def _is_wrong(row: ParsedRow, what: Field) -> bool:
    return any(error.field == what.value for error in row.errors)


def _translated(
    row: ParsedRow, existing: LocalizedText | None, fields: Mapping[Field, str]
) -> LocalizedText | None:
    texts = existing.model_dump() if existing else {}
    texts |= {language: row.values[what] or None for what, language in fields.items() if what in row.values}
    return LocalizedText(**texts) if any(texts.values()) else None


def _plain_values(row: ParsedRow) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if Field.CATEGORY in row.values:
        found["category"] = row.values[Field.CATEGORY]
    if Field.COLOURS in row.values:
        found["colours"] = row.values[Field.COLOURS] or ()
    if Field.IMAGES in row.values:
        found["images"] = row.values[Field.IMAGES] or ()
    if Field.BARCODES in row.values:
        found["barcodes"] = row.values[Field.BARCODES] or ()
    if row.values.get(Field.ACTIVE) is not None:
        found["active"] = row.values[Field.ACTIVE]
    if Field.EXTERNAL_REF in row.values:
        found["external_ref"] = row.values[Field.EXTERNAL_REF] or None
    return found


def _prices(row: ParsedRow, existing: ProductInput | None, shop: Shop) -> dict[str, Any]:
    usual = shop.city_currencies.get(row.city_id, shop.currency) if row.city_id else shop.currency
    currency = row.values.get(Field.CURRENCY) or (existing.price.currency if existing else usual)
    price = _price(row, Field.PRICE, currency)
    if price is None and not row.errors:
        assert existing is not None
        price = Money(minor=existing.price.minor, currency=currency)
    old = _price(row, Field.OLD_PRICE, currency)
    if Field.OLD_PRICE not in row.values and existing and existing.old_price:
        old = Money(minor=existing.old_price.minor, currency=currency)
    return {"price": price, "old_price": old}


def _price(row: ParsedRow, what: Field, currency: str) -> Money | None:
    """The price of a cell; one that the currency cannot have is an error of the row."""
    text = row.values.get(what)
    if text is None:
        return None
    minor = minor_units_of(text, currency)
    if minor is None:
        row.wrong(what, "bad_price", text)
        return None
    return Money(minor=minor, currency=currency)


def _stock(row: ParsedRow, existing: ProductInput | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if Field.QUANTITY in row.values:
        found["quantity"] = row.values[Field.QUANTITY]
    if Field.AVAILABILITY in row.values:
        found["availability"] = row.values[Field.AVAILABILITY] or Availability.IN_STOCK
    elif existing and found.get("quantity"):
        found["availability"] = restocked(existing.availability)
    return found


def _attributes(row: ParsedRow, existing: ProductInput | None) -> dict[str, Any]:
    found: dict[str, Any] = dict(existing.attributes) if existing else {}
    for column, text in row.attributes.items():
        before = found.get(column.name)
        if column.language is None:
            if text:
                found[column.name] = text
            elif isinstance(before, str):
                found.pop(column.name)
            continue
        texts = before.model_dump() if isinstance(before, LocalizedText) else {}
        if text or texts:
            texts[column.language.value] = text or None
            found.pop(column.name, None)
            if any(texts.values()):
                found[column.name] = LocalizedText(**texts)
    return found
