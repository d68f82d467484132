"""The administrators' list of products: one database function for every filter and sort, pages by key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Text, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from shared.catalog.analyser import terms_of
from shared.catalog.indexing import colour_lexeme, company_key, quote_lexeme
from shared.catalog.models import Product
from shared.catalog.query import Group
from shared.catalog.records import ProductFilter
from shared.catalog.tokens import normalise
from shared.kernel.paging import decode_cursor, encode_cursor
from shared.runtime.tenancy import TENANT

__all__ = ["page_of_products", "products_after"]

_LIST = text(
    "SELECT product_id FROM list_products(:status, :category, :city, :availability, :price_min, :price_max,"
    " CAST(:matching AS tsquery), :colour, :words, :sort, :after_name, :after_price, :after_time, :after_id,"
    " :limit)"
).bindparams(
    bindparam("city", type_=Uuid()),
    bindparam("price_min", type_=BigInteger()),
    bindparam("price_max", type_=BigInteger()),
    bindparam("after_name", type_=Text()),
    bindparam("after_price", type_=BigInteger()),
    bindparam("after_time", type_=DateTime(timezone=True)),
    bindparam("after_id", type_=Uuid()),
)
_SORTS: dict[str, tuple[str, type, str]] = {
    "name": ("after_name", str, "name_key"),
    "price": ("after_price", int, "price_minor"),
    "updated_at": ("after_time", datetime, "updated_at"),
}
"""By sort: the function's argument, the cursor's type, the column."""


async def page_of_products(
    session: AsyncSession, company_id: UUID, filters: ProductFilter
) -> tuple[list[Product], str | None]:
    """One page, and the cursor of the next.

    Raises:
        InvalidInput: the cursor is none of this list and sort.
    """
    argument, kind, column = _SORTS[filters.sort.removeprefix("-")]
    after: dict[str, Any] = dict.fromkeys([name for name, _, _ in _SORTS.values()] + ["after_id"])
    if filters.cursor is not None:
        after[argument], after["after_id"] = decode_cursor(filters.cursor, filters.sort, [kind, UUID])
    values = (
        _values(company_id, filters)
        | after
        | {"sort": filters.sort.removesuffix("_at"), "limit": filters.limit + 1}
    )
    ids = (await session.execute(_LIST, values)).scalars().all()
    rows = await _rows(session, ids[: filters.limit])
    if len(ids) <= filters.limit or not rows:
        return rows, None
    return rows, encode_cursor(filters.sort, [getattr(rows[-1], column), rows[-1].id])


async def products_after(
    session: AsyncSession, company_id: UUID, filters: ProductFilter, last: Product | None, limit: int
) -> list[Product]:
    """The next ``limit`` products of a list behind ``last``: for walking through it in bounded memory."""
    argument, _, column = _SORTS[filters.sort.removeprefix("-")]
    after: dict[str, Any] = dict.fromkeys([name for name, _, _ in _SORTS.values()] + ["after_id"])
    if last is not None:
        after[argument], after["after_id"] = getattr(last, column), last.id
    values = _values(company_id, filters) | after | {"sort": filters.sort.removesuffix("_at"), "limit": limit}
    return await _rows(session, (await session.execute(_LIST, values)).scalars().all())


def _values(company_id: UUID, filters: ProductFilter) -> dict[str, Any]:
    return {
        "status": filters.status,
        "category": filters.category,
        "city": filters.city_id,
        "availability": filters.availability,
        "price_min": filters.price_min,
        "price_max": filters.price_max,
        "matching": _matching(company_key(company_id), filters),
        "colour": filters.colour,
        "words": normalise(filters.q.strip()) if filters.q else None,
    }


def _matching(key: str, filters: ProductFilter) -> str | None:
    """What a product on sale has among its lexemes: all words (none of them corrected), and the colour."""
    parts = [Group(term).weak(key) for term in terms_of(filters.q)] if filters.q else []
    if filters.q and not parts:
        # words that no index holds («и», «...»): nothing on sale has them
        parts = [quote_lexeme(key, "")]
    if filters.colour:
        parts.append(quote_lexeme(key, colour_lexeme(filters.colour)))
    return "&".join(parts) or None


async def _rows(session: AsyncSession, ids: Sequence[UUID]) -> list[Product]:
    """The products in that order, with the key that names are sorted by."""
    if not ids:
        return []
    statement = select(Product).options(undefer(Product.name_key))
    found = await session.scalars(statement.where(Product.company_id == TENANT, Product.id.in_(ids)))
    by_id = {row.id: row for row in found}
    return [by_id[wanted] for wanted in ids if wanted in by_id]
