"""A price is read in the currency of its row: the cell, the product, the city, the company (number 8)."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.catalog.bulk.columns import Column, Field, Layout
from shared.catalog.bulk.rows import RowError, Shop, parse_row, product_of
from shared.catalog.schemas import LocalizedText, ProductInput
from shared.kernel.money import Money

TOKYO = UUID(int=7)
SHOP = Shop({"sofas": "sofas"}, {"tokyo": TOKYO}, currency="KZT", city_currencies={TOKYO: "JPY"})
COLUMNS = (Field.SKU, Field.NAME_RU, Field.CATEGORY, Field.CITY, Field.CURRENCY, Field.PRICE, Field.OLD_PRICE)
LAYOUT = Layout(tuple(Column(field, field.value) for field in COLUMNS), ())
KNOWN = ProductInput(
    sku="A-1", name=LocalizedText(ru="Диван"), category="sofas", price=Money(minor=1500, currency="KWD")
)


def read(
    city: str, currency: str, price: str, old: str = "", *, known: ProductInput | None = None
) -> ProductInput | list[RowError]:
    row = parse_row(2, ["A-1", "Диван", "sofas", city, currency, price, old], LAYOUT, SHOP)
    return product_of(row, known, SHOP) or row.errors


@pytest.mark.parametrize(
    ("city", "currency", "price", "minor"),
    [
        ("", "", "1,500", (150_000, "KZT")),
        ("tokyo", "", "1,500", (1500, "JPY")),
        ("tokyo", "USD", "1,500.5", (150_050, "USD")),
        ("", "kwd", "1,500", (1500, "KWD")),
        ("", "UZS", "1 500 сум", (150_000, "UZS")),
    ],
)
def test_a_price_is_in_minor_units_of_its_currency(
    city: str, currency: str, price: str, minor: tuple[int, str]
) -> None:
    product = read(city, currency, price)
    assert isinstance(product, ProductInput)
    assert (product.price.minor, product.price.currency) == minor


def test_the_currency_of_a_known_product_counts() -> None:
    product = read("", "", "2.250", "3.000", known=KNOWN)
    assert isinstance(product, ProductInput)
    assert (product.price, product.old_price) == (
        Money(minor=2250, currency="KWD"),
        Money(minor=3000, currency="KWD"),
    )


@pytest.mark.parametrize(
    ("city", "price", "old", "wrong"),
    [
        ("tokyo", "1500.50", "", [("price", "1500.50")]),
        ("tokyo", "1500", "1600.5", [("old_price", "1600.5")]),
        ("", "12.3.4", "1.5.0", [("price", "12.3.4"), ("old_price", "1.5.0")]),
        ("", "дорого", "", [("price", "дорого")]),
    ],
)
def test_a_price_that_the_currency_cannot_have_is_told(
    city: str, price: str, old: str, wrong: list[tuple[str, str]]
) -> None:
    errors = read(city, "", price, old)
    assert isinstance(errors, list)
    assert [(error.field, error.value) for error in errors] == wrong
    assert {error.code for error in errors} == {"bad_price"}
