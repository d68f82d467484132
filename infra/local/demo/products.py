"""The demo company: a furniture shop with two cities, its categories and its products, read from ``data/``.

``series.csv`` has a line per series; each of its colours is a product. Stock numbers follow the file's order, so
new series go to its end.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.catalog.colours import Colour, colour_name
from shared.catalog.schemas import Availability, CategoryInput, LocalizedText, ProductInput
from shared.kernel.languages import Language
from shared.kernel.money import Money

__all__ = ["DEFAULT_IMAGE_BASE", "DemoCity", "DemoCompany", "demo_categories", "demo_company", "demo_products"]

DEFAULT_IMAGE_BASE = "http://127.0.0.1:7080/media/demo"
_DATA = Path(__file__).parent / "data"


class DemoCity(BaseModel):
    """A city of the demo company; ``name`` in the three languages."""

    model_config = ConfigDict(frozen=True)

    slug: str
    name: LocalizedText
    timezone: str
    currency: str
    language: Language


class DemoCompany(BaseModel):
    """The demo company as ``company.json`` tells it."""

    model_config = ConfigDict(frozen=True)

    slug: str
    name: str
    language: Language
    currency: str
    timezone: str
    cities: tuple[DemoCity, ...]


def demo_company() -> DemoCompany:
    """The shop and its cities."""
    return DemoCompany.model_validate_json((_DATA / "company.json").read_text(encoding="utf-8"))


def demo_categories() -> list[CategoryInput]:
    """The shop's categories in its order."""
    return [
        CategoryInput(
            code=entry["code"],
            name=LocalizedText.model_validate(entry["name"]),
            synonyms=tuple(entry["synonyms"]),
            position=position,
        )
        for position, entry in enumerate(_read_json("categories.json"))
    ]


def demo_products(cities: Mapping[str, UUID], *, image_base: str = DEFAULT_IMAGE_BASE) -> list[ProductInput]:
    """The shop's products.

    Args:
        cities: the ids of the cities by slug (``almaty``, ``astana``); some products are sold in one city only.
        image_base: the address that serves the folder ``images/``, without a slash at its end.
    """
    prefixes = {entry["code"]: entry["prefix"] for entry in _read_json("categories.json")}
    materials = {code: LocalizedText.model_validate(names) for code, names in _read_json("materials.json").items()}
    numbers: Counter[str] = Counter()
    products: list[ProductInput] = []
    for series in _series():
        for colour in map(Colour, series["colours"].split(",")):
            numbers[series["category"]] += 1
            sku = f"{prefixes[series['category']]}-{numbers[series['category']]:03d}"
            city = cities[series["only"]] if series["only"] else None
            image = f"{image_base}/{series['category']}-{colour.value}.png"
            product = _product(series, colour, sku=sku, city=city, image=image, materials=materials)
            products.append(product.model_copy(update={"barcodes": (_barcode(len(products) + 1),)}))
    return products


def _product(
    series: Mapping[str, str],
    colour: Colour,
    *,
    sku: str,
    city: UUID | None,
    image: str,
    materials: Mapping[str, LocalizedText],
) -> ProductInput:
    sold_out = colour.value in series["sold_out"].split(",")
    old_price = series["old_price"]
    colour_names = LocalizedText(**{language.value: colour_name(colour, language) for language in Language})
    return ProductInput(
        sku=sku,
        city_id=city,
        name=_name(series, colour),
        description=LocalizedText(ru=series["about_ru"], kk=series["about_kk"], en=series["about_en"]),
        category=series["category"],
        price=Money(minor=int(series["price"]) * 100, currency="KZT"),
        old_price=Money(minor=int(old_price) * 100, currency="KZT") if old_price else None,
        attributes={"colour": colour_names, "material": materials[series["material"]], "size": _size(series)},
        colours=(colour,),
        images=(image,),
        availability=Availability.OUT_OF_STOCK if sold_out else Availability.IN_STOCK,
        quantity=0 if sold_out else 1 + int(sku[-3:]) * 7 % 13,
    )


def _size(series: Mapping[str, str]) -> LocalizedText:
    """The data have it in Russian (``220×92×85 см``); only the unit's name differs in English."""
    size = series["size"]
    return LocalizedText(ru=size, kk=size, en=size.replace("см", "cm"))


def _barcode(number: int) -> str:
    """An EAN-13 of the range that GS1 leaves to shops for their own use (it begins with 2)."""
    digits = f"2{number:011d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _name(series: Mapping[str, str], colour: Colour) -> LocalizedText:
    """«Кресло мягкое «Лунд», красное» / ««Лунд» жұмсақ кресло, қызыл» / "Lund lounge armchair, red"."""
    russian = _agreeing(colour_name(colour, Language.RU), series["gender"])
    kind_en = series["kind_en"]
    return LocalizedText(
        ru=f"{series['kind_ru']} «{series['series_ru']}», {russian}",
        kk=f"{series['kind_kk']} «{series['series_ru']}», {colour_name(colour, Language.KK)}",
        en=f"{series['series_en']} {kind_en[0].lower()}{kind_en[1:]}, {colour_name(colour, Language.EN)}",
    )


def _agreeing(adjective: str, gender: str) -> str:
    """A Russian colour in the gender (m, f, n) of its noun; «дуб» and «орех» are nouns and stay."""
    stem, ending = adjective[:-2], adjective[-2:]
    forms = {"ый": ("ая", "ое"), "ой": ("ая", "ое"), "ий": ("яя", "ее")}
    if gender == "m" or ending not in forms:
        return adjective
    return stem + forms[ending][0 if gender == "f" else 1]


def _series() -> Iterator[dict[str, str]]:
    with (_DATA / "series.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def _read_json(name: str) -> Any:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))
