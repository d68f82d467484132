"""The catalogue as a table of the columns that an import understands: it may go out, be edited and come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog.bulk.cells import availability_text, flag_text, price_text
from shared.catalog.bulk.columns import Column, Field, title_of
from shared.catalog.bulk.tables import MAX_COLUMNS, MAX_ROWS
from shared.catalog.bulk.writing import TableFormat, TableWriter, table_writer
from shared.catalog.listing import products_after
from shared.catalog.models import Product
from shared.catalog.records import ProductFilter
from shared.catalog.rows import product_input
from shared.catalog.schemas import LocalizedText, ProductInput
from shared.companies import service as companies
from shared.kernel.errors import Rejected
from shared.kernel.languages import Language
from shared.runtime.tenancy import CURRENT_COMPANY

__all__ = ["TooManyToExport", "export_products"]

_CHUNK = 1000
_ATTRIBUTES = text(
    "SELECT DISTINCT key, jsonb_typeof(value) = 'object' AS translated"  # noqa: S608 - a constant
    " FROM products, jsonb_each(attributes)"
    f" WHERE company_id = {CURRENT_COMPANY} AND deleted_at IS NULL"
    " ORDER BY key, translated LIMIT :limit"
)

Writer = Callable[[ProductInput, Language], str]


class TooManyToExport(Rejected):
    """More products than one file may have: the filters must be narrower."""

    code = "too_many_to_export"


async def export_products(
    session: AsyncSession, company_id: UUID, filters: ProductFilter, kind: TableFormat, language: Language
) -> bytes:
    """The products that meet the filters as a file, by name; headings and words are in ``language``.

    Raises:
        TooManyToExport: there are more than an import would take.
    """
    cities = {city.id: city.slug for city in await companies.list_cities(session)}
    columns = await _columns(session, language)
    writer = table_writer(kind)
    await asyncio.to_thread(writer.write, [[column.heading for column in columns]])
    count, last = 0, None
    while rows := await products_after(session, company_id, filters, last, _CHUNK):
        count += len(rows)
        if count > MAX_ROWS:
            raise TooManyToExport(f"more than {MAX_ROWS} products")
        await asyncio.to_thread(
            _write, writer, rows, partial(_cells, columns=columns, cities=cities, language=language)
        )
        last = rows[-1]
        session.expunge_all()
    return await asyncio.to_thread(writer.close)


def _write(writer: TableWriter, rows: Sequence[Product], cells_of: Callable[[Product], list[str]]) -> None:
    writer.write(map(cells_of, rows))


async def _columns(session: AsyncSession, language: Language) -> list[Column]:
    fixed = [Column(field, "") for field in Field if field is not Field.ATTRIBUTE]
    found = (await session.execute(_ATTRIBUTES, {"limit": MAX_COLUMNS})).all()
    properties: list[Column] = []
    for name, translated in found:
        languages: Sequence[Language | None] = list(Language) if translated else [None]
        properties += [Column(Field.ATTRIBUTE, "", name, each) for each in languages]
    columns = [*fixed, *properties][:MAX_COLUMNS]
    return [Column(each.field, title_of(each, language), each.name, each.language) for each in columns]


def _cells(row: Product, columns: Sequence[Column], cities: Mapping[UUID, str], language: Language) -> list[str]:
    product = product_input(row)
    return [_cell(product, column, cities, language) for column in columns]


def _cell(product: ProductInput, column: Column, cities: Mapping[UUID, str], language: Language) -> str:
    if column.field is Field.ATTRIBUTE:
        value = product.attributes.get(column.name)
        if isinstance(value, LocalizedText):
            return (getattr(value, column.language.value) or "") if column.language else ""
        return value or "" if column.language is None else ""
    if column.field is Field.CITY:
        return cities.get(product.city_id, "") if product.city_id else ""
    return _WRITERS[column.field](product, language)


def _in(what: str, language: Language) -> Writer:
    def write(product: ProductInput, _: Language) -> str:
        value: LocalizedText | None = getattr(product, what)
        return (getattr(value, language.value) or "") if value else ""

    return write


_WRITERS: dict[Field, Writer] = {
    Field.SKU: lambda product, _: product.sku,
    Field.NAME_RU: _in("name", Language.RU),
    Field.NAME_KK: _in("name", Language.KK),
    Field.NAME_EN: _in("name", Language.EN),
    Field.CATEGORY: lambda product, _: product.category,
    Field.PRICE: lambda product, _: price_text(product.price),
    Field.OLD_PRICE: lambda product, _: price_text(product.old_price) if product.old_price else "",
    Field.CURRENCY: lambda product, _: product.price.currency,
    Field.AVAILABILITY: lambda product, language: availability_text(product.availability, language),
    Field.QUANTITY: lambda product, _: "" if product.quantity is None else str(product.quantity),
    Field.COLOURS: lambda product, _: ", ".join(colour.value for colour in product.colours),
    Field.DESCRIPTION_RU: _in("description", Language.RU),
    Field.DESCRIPTION_KK: _in("description", Language.KK),
    Field.DESCRIPTION_EN: _in("description", Language.EN),
    Field.IMAGES: lambda product, _: " ".join(product.images),
    Field.ACTIVE: lambda product, language: flag_text(product.active, language),
    Field.EXTERNAL_REF: lambda product, _: product.external_ref or "",
    Field.BARCODES: lambda product, _: " ".join(product.barcodes),
}
