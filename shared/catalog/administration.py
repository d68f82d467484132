"""What administrators do with single products and categories; files are ``bulk``, bulk writing is ``imports``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog.imports import upsert_categories
from shared.catalog.indexing import company_key
from shared.catalog.listing import page_of_products
from shared.catalog.models import Category, Product
from shared.catalog.records import (
    CategoryChanges,
    CategoryFilter,
    CategoryRecord,
    ProductChanges,
    ProductFilter,
    ProductRecord,
    ProductStatus,
)
from shared.catalog.repository import CatalogRepository
from shared.catalog.rows import category_input, change_vocabulary, locked_company, product_input, row_of
from shared.catalog.schemas import Availability, CategoryInput, LocalizedText, ProductInput
from shared.catalog.service import product_view
from shared.companies import service as companies
from shared.kernel.errors import FieldError, InvalidInput, NotFound, Taken
from shared.kernel.paging import Page, decode_cursor, encode_cursor

__all__ = [
    "change_product",
    "create_category",
    "create_product",
    "delete_product",
    "get_category",
    "get_product",
    "list_categories",
    "list_products",
    "replace_category",
    "replace_product",
]

_UNWRITTEN = frozenset({"id"})


async def list_products(session: AsyncSession, company_id: UUID, filters: ProductFilter) -> Page[ProductRecord]:
    """One page of the products that meet all conditions.

    Raises:
        InvalidInput: the cursor is none of this list and sort.
    """
    rows, following = await page_of_products(session, company_id, filters)
    return Page(items=[_record(row) for row in rows], next=following)


async def get_product(session: AsyncSession, product_id: UUID, *, lock: bool = False) -> ProductRecord:
    """A product, whatever its status. ``lock``: nobody changes it, or the catalogue, until the transaction ends.

    Raises:
        NotFound: the company has none of that id.
    """
    repository = CatalogRepository(session)
    if lock:
        await locked_company(repository)
    return _record(await _row(repository, product_id, lock=lock))


async def create_product(session: AsyncSession, product: ProductInput) -> ProductRecord:
    """Add a product. One that was deleted under the same stock number and city comes back under its old id.

    Raises:
        Taken: the stock number is used in that city already.
        InvalidInput: the category or the city does not exist.
    """
    repository = CatalogRepository(session)
    company_id = await locked_company(repository)
    existing = await repository.by_offer(product.sku, product.city_id)
    if existing and existing.deleted_at is None:
        raise Taken("the stock number is used already", field="sku")
    if existing:
        return await _save(session, repository, existing, product)
    category = await _checked(session, repository, product)
    values = row_of(product, category, company_key(company_id))
    await repository.save_products([values])
    await change_vocabulary(repository, [], [values["words"]])
    return _record(await _row(repository, values["id"]))


async def replace_product(session: AsyncSession, product_id: UUID, product: ProductInput) -> ProductRecord:
    """Give a product new fields, all of them; a deleted one comes back.

    Raises:
        NotFound: the company has none of that id.
        Taken: another product has the stock number in that city.
        InvalidInput: the category or the city does not exist.
    """
    repository = CatalogRepository(session)
    await locked_company(repository)
    return await _save(session, repository, await _row(repository, product_id, lock=True), product)


async def change_product(session: AsyncSession, product_id: UUID, changes: ProductChanges) -> ProductRecord:
    """Give a product the fields that ``changes`` names. Goods that arrive make a sold-out product available.

    Raises:
        NotFound: the company has none of that id, or it is deleted.
        Taken: another product has the stock number in that city.
        InvalidInput: the category or the city does not exist, or the fields do not go together.
    """
    repository = CatalogRepository(session)
    await locked_company(repository)
    row = await _row(repository, product_id, lock=True)
    if row.deleted_at is not None:
        raise NotFound("product", product_id)
    before = product_input(row)
    values: dict[str, Any] = {name: getattr(before, name) for name in ProductInput.model_fields} | changes.given()
    if changes.quantity and "availability" not in changes.model_fields_set:
        values["availability"] = restocked(before.availability)
    try:
        product = ProductInput.model_validate(values)
    except ValidationError as error:
        raise InvalidInput("the fields do not go together", errors=_field_errors(error)) from error
    return await _save(session, repository, row, product)


async def delete_product(session: AsyncSession, product_id: UUID) -> None:
    """Take a product out of the catalogue; its row stays, since orders and alerts speak of it.

    Raises:
        NotFound: the company has none of that id, or it is deleted already.
    """
    repository = CatalogRepository(session)
    await locked_company(repository)
    row = await _row(repository, product_id, lock=True)
    if row.deleted_at is not None:
        raise NotFound("product", product_id)
    await repository.delete_product(product_id)
    await change_vocabulary(repository, [row.words], [])


def restocked(availability: Availability) -> Availability:
    """What a product is when there is some of it again."""
    return Availability.IN_STOCK if availability is Availability.OUT_OF_STOCK else availability


# ---- categories --------------------------------------------------------------------------------------------------


async def list_categories(session: AsyncSession, filters: CategoryFilter) -> Page[CategoryRecord]:
    """One page of all categories, in the shop's order.

    Raises:
        InvalidInput: the cursor is none of this list.
    """
    rows = await CatalogRepository(session).categories()
    if filters.cursor is not None:
        behind = decode_cursor(filters.cursor, "position", [int, str])
        rows = [row for row in rows if (row.position, row.code) > behind]
    shown = rows[: filters.limit]
    following = encode_cursor("position", [shown[-1].position, shown[-1].code]) if len(rows) > len(shown) else None
    return Page(items=[_category(row) for row in shown], next=following)


async def get_category(session: AsyncSession, code: str, *, lock: bool = False) -> CategoryRecord:
    """A category. ``lock``: nobody changes the catalogue until the transaction ends.

    Raises:
        NotFound: the company has none of that code.
    """
    repository = CatalogRepository(session)
    if lock:
        await locked_company(repository)
    for row in await repository.categories():
        if row.code == code:
            return _category(row)
    raise NotFound("category", code)


async def create_category(session: AsyncSession, category: CategoryInput) -> CategoryRecord:
    """Add a category.

    Raises:
        Taken: the code is used already.
    """
    repository = CatalogRepository(session)
    await locked_company(repository)
    if any(row.code == category.code for row in await repository.categories()):
        raise Taken("the code is used already", field="code")
    await upsert_categories(session, [category])
    return await get_category(session, category.code)


async def replace_category(session: AsyncSession, code: str, changes: CategoryChanges) -> CategoryRecord:
    """Rename a category; its products are found by the new words at once.

    Raises:
        NotFound: the company has none of that code.
    """
    await get_category(session, code, lock=True)
    await upsert_categories(session, [CategoryInput(code=code, **dict(changes))])
    return await get_category(session, code)


# ---- the parts ---------------------------------------------------------------------------------------------------


async def _row(repository: CatalogRepository, product_id: UUID, *, lock: bool = False) -> Product:
    row = await repository.by_id(product_id, lock=lock)
    if row is None:
        raise NotFound("product", product_id)
    return row


async def _save(
    session: AsyncSession, repository: CatalogRepository, row: Product, product: ProductInput
) -> ProductRecord:
    """Write a product over the row of another state of it; nothing is written where nothing differs."""
    category = await _checked(session, repository, product)
    if row.deleted_at is None and product_input(row) == product:
        return _record(row)
    values = row_of(product, category, company_key(row.company_id))
    words = list(row.words)
    changed = {name: value for name, value in values.items() if name not in _UNWRITTEN}
    try:
        await repository.update_product(row.id, changed | {"deleted_at": None})
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise Taken("another product has the stock number", field="sku") from error
        raise
    await change_vocabulary(repository, [words], [values["words"]])
    return _record(await _row(repository, row.id))


async def _checked(session: AsyncSession, repository: CatalogRepository, product: ProductInput) -> CategoryInput:
    """The product's category, once it is known that it and the city exist."""
    errors = []
    if product.city_id is not None:
        try:
            await companies.get_city(session, product.city_id)
        except NotFound:
            errors.append(FieldError("city_id", "not_found"))
    found = [category_input(row) for row in await repository.categories() if row.code == product.category]
    if not found:
        errors.append(FieldError("category", "not_found"))
    if errors:
        raise InvalidInput("the product names what does not exist", errors=errors)
    return found[0]


def _field_errors(error: ValidationError) -> list[FieldError]:
    return [FieldError(".".join(map(str, one["loc"])) or "price", "invalid") for one in error.errors()]


def _record(row: Product) -> ProductRecord:
    if row.deleted_at is not None:
        status = ProductStatus.DELETED
    else:
        status = ProductStatus.ACTIVE if row.active else ProductStatus.HIDDEN
    return ProductRecord(
        **dict(product_view(row)),
        status=status,
        version=row.version,
        created_at=row.created_at,
        deleted_at=row.deleted_at,
    )


def _category(row: Category) -> CategoryRecord:
    return CategoryRecord(
        code=row.code,
        name=LocalizedText.model_validate(row.name),
        synonyms=tuple(row.synonyms),
        position=row.position,
    )
