"""The columns of a file of products, and the many words that people head them with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.catalog.bulk.failures import FileFailure, UnreadableFile
from shared.catalog.bulk.texts import TEXTS
from shared.kernel.languages import Language

__all__ = ["Column", "Field", "Layout", "column_of", "layout_of", "recognised", "title_of"]


class Field(StrEnum):
    """What a column may hold; the value is also a heading that is always understood."""

    SKU = "sku"
    CITY = "city"
    NAME_RU = "name_ru"
    NAME_KK = "name_kk"
    NAME_EN = "name_en"
    CATEGORY = "category"
    PRICE = "price"
    OLD_PRICE = "old_price"
    CURRENCY = "currency"
    AVAILABILITY = "availability"
    QUANTITY = "quantity"
    COLOURS = "colours"
    DESCRIPTION_RU = "description_ru"
    DESCRIPTION_KK = "description_kk"
    DESCRIPTION_EN = "description_en"
    IMAGES = "images"
    ACTIVE = "active"
    EXTERNAL_REF = "external_ref"
    BARCODES = "barcodes"
    ATTRIBUTE = "attribute"
    """A property of the shop's own: ``attribute:material``, in one language ``attribute:material[ru]``."""


# Words beside the titles of our own exports (which are texts, in three languages).
_WORDS: dict[Field, str] = {
    Field.SKU: "код|код товара|артикул товара|арт|арт.|item number|article|product code|тауар коды",
    Field.CITY: "магазин|филиал|store|branch|дүкен",
    Field.NAME_RU: "название|наименование|наименование товара|товар|имя|name|title|product|product name",
    Field.NAME_KK: "атауы|тауар атауы|аты|тауар|название на казахском",
    Field.NAME_EN: "english name|название на английском",
    Field.CATEGORY: "группа|раздел|вид|group|section|санаты|топ|бөлім",
    Field.PRICE: "цена, тг|цена тг|цена, ₸|стоимость|розничная цена|cost|retail price|бағасы|құны",
    Field.OLD_PRICE: "цена до скидки|цена без скидки|зачеркнутая цена|price before|жеңілдікке дейінгі баға",
    Field.CURRENCY: "код валюты|currency code|ақша бірлігі",
    Field.AVAILABILITY: "статус наличия|доступность|in stock|stock status|қолда бар|қолжетімділік",
    Field.QUANTITY: "остаток|остатки|кол-во|количество на складе|qty|stock|in stock quantity|қалдық|қалдығы",
    Field.COLOURS: "цвета|colors|color|colour|colours|түсі|түстер",
    Field.DESCRIPTION_RU: "описание товара|описание|description|text",
    Field.DESCRIPTION_KK: "сипаттамасы|сипаттама|тауар сипаттамасы",
    Field.DESCRIPTION_EN: "english description",
    Field.IMAGES: "картинки|изображения|изображение|картинка|фото товара|photo|photos|image|"
    "pictures|image url|суреттер",
    Field.ACTIVE: "активен|опубликован|показывать|published|visible|белсенді|көрсету",
    Field.BARCODES: "штрихкод|штрих код|штрих-код|штрихкоды|ean|ean-13|gtin|upc|barcode|bar code|штрихкоды товара",
    Field.EXTERNAL_REF: "внешний код|код 1с|id|guid|external id|external code|1c code|сыртқы код",
}
_ATTRIBUTE = re.compile(
    r"(?P<prefix>[^:]+):\s*(?P<name>[^\[\]]+?)\s*(?:\[(?P<language>ru|kk|en)\])?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``name`` and ``language`` are those of a property; a language of ``None``: the same in all."""

    field: Field
    heading: str
    name: str = ""
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What each place of a row means; ``unknown`` headings are passed over."""

    columns: tuple[Column | None, ...]
    unknown: tuple[str, ...]

    def has(self, field: Field) -> bool:
        """Whether the file has such a column."""
        return any(column is not None and column.field is field for column in self.columns)


def title_of(column: Column, language: Language) -> str:
    """The heading that our exports write."""
    title = TEXTS.get(f"import.column.{column.field.value}", language)
    if column.field is not Field.ATTRIBUTE:
        return title
    return f"{title}: {column.name}" + (f" [{column.language.value}]" if column.language else "")


def column_of(heading: str) -> Column | None:
    """The column that a heading means, in any of the three languages."""
    word = _plain(heading)
    if word in _HEADINGS:
        return Column(_HEADINGS[word], heading)
    match = _ATTRIBUTE.fullmatch(heading.strip())
    if match is None or _plain(match["prefix"]) not in _ATTRIBUTE_TITLES or len(match["name"]) > 100:
        return None
    language = Language(match["language"].lower()) if match["language"] else None
    return Column(Field.ATTRIBUTE, heading, match["name"], language)


def recognised(headings: Sequence[str]) -> int:
    """How many of these headings are known."""
    return sum(column_of(heading) is not None for heading in headings)


def layout_of(headings: Sequence[str]) -> Layout:
    """Understand a file's headings.

    Raises:
        UnreadableFile: no column holds the stock number, or two columns mean the same.
    """
    columns = tuple(column_of(heading) for heading in headings)
    seen: set[tuple[Field, str, Language | None]] = set()
    for column in columns:
        if column is None:
            continue
        key = (column.field, column.name, column.language)
        if key in seen:
            raise UnreadableFile(FileFailure.COLUMN_TWICE, column.heading[:100])
        seen.add(key)
    layout = Layout(
        columns, tuple(heading for heading, column in zip(headings, columns, strict=True) if heading and not column)
    )
    if not layout.has(Field.SKU):
        raise UnreadableFile(FileFailure.NO_SKU_COLUMN, ", ".join(headings)[:200])
    return layout


def _plain(heading: str) -> str:
    return " ".join(heading.casefold().replace("ё", "е").replace("_", " ").split()).strip(" *:")


def _headings() -> dict[str, Field]:
    found: dict[str, Field] = {}
    for field in Field:
        if field is not Field.ATTRIBUTE:
            titles = {field.value, *TEXTS.variants(f"import.column.{field.value}"), *_WORDS[field].split("|")} - {
                ""
            }
            for title in titles:
                if found.setdefault(_plain(title), field) is not field:
                    raise ValueError(f"two columns are headed {title!r}")
    return found


_HEADINGS = _headings()
_ATTRIBUTE_TITLES = {_plain(title) for title in (Field.ATTRIBUTE.value, *TEXTS.variants("import.column.attribute"))}
