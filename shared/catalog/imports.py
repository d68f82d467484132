"""Writing the catalogue: products and categories in bulk, with the index and the vocabulary kept true."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog.indexing import company_key
from shared.catalog.repository import CatalogRepository
from shared.catalog.rows import category_input, change_vocabulary, locked_company, product_input, row_of
from shared.catalog.schemas import CategoryInput, ProductInput
from shared.kernel.errors import InvalidInput

__all__ = ["UpsertResult", "remove_products", "upsert_categories", "upsert_products"]

_BATCH = 500
Offer = tuple[str, UUID | None]


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """What an import did, in products: ``created`` + ``changed`` + ``unchanged`` is the number of those given."""

    created: int
    changed: int
    unchanged: int


async def upsert_products(session: AsyncSession, products: Iterable[ProductInput]) -> UpsertResult:
    """Insert or update products of the session's company, in batches; of two with one (SKU, city) the last counts.

    Writers of one company's catalogue queue up; searches do not wait. Unchanged products are not written.

    Raises:
        Forbidden: the transaction has no company.
        InvalidInput: a product's category does not exist (``upsert_categories`` comes first).
    """
    latest = {(product.sku, product.city_id): product for product in products}
    repository = CatalogRepository(session)
    company_id = await locked_company(repository)
    categories = {row.code: category_input(row) for row in await repository.categories()}
    _check_categories(latest.values(), categories)
    created = written = 0
    offers = sorted(latest, key=str)
    for start in range(0, len(offers), _BATCH):
        batch = [latest[offer] for offer in offers[start : start + _BATCH]]
        new, saved = await _write(repository, batch, categories, company_key(company_id))
        created += new
        written += saved
    return UpsertResult(created=created, changed=written - created, unchanged=len(latest) - written)


async def upsert_categories(session: AsyncSession, categories: Sequence[CategoryInput]) -> None:
    """Insert or replace categories; products of one whose name or synonyms changed are analysed anew.

    Raises:
        Forbidden: the transaction has no company.
    """
    repository = CatalogRepository(session)
    company_id = await locked_company(repository)
    before = {row.code: category_input(row) for row in await repository.categories()}
    for category in categories:
        name = category.name.model_dump(exclude_none=True)
        await repository.save_category(
            {
                "code": category.code,
                "name": name,
                "synonyms": list(category.synonyms),
                "position": category.position,
            }
        )
        old = before.get(category.code)
        if old and (old.name, old.synonyms) != (category.name, category.synonyms):
            await _analyse_anew(repository, category, company_key(company_id))


async def remove_products(session: AsyncSession, skus: Sequence[str]) -> int:
    """Take every offer of these stock numbers out of the catalogue; returns how many there were.

    The rows stay, since orders and alerts speak of them; an import of the same stock number brings them back.

    Raises:
        Forbidden: the transaction has no company.
    """
    repository = CatalogRepository(session)
    await locked_company(repository)
    words = await repository.words_of(skus)
    removed = await repository.delete_products(skus)
    await change_vocabulary(repository, words.values(), [])
    return removed


def _check_categories(products: Iterable[ProductInput], known: Mapping[str, CategoryInput]) -> None:
    for product in products:
        if product.category not in known:
            raise InvalidInput(f"product {product.sku}: no category {product.category!r}", field="category")


async def _analyse_anew(repository: CatalogRepository, category: CategoryInput, key: str) -> None:
    after: UUID | None = None
    while rows := await repository.products_of_category(category.code, after, _BATCH):
        await _write(repository, [product_input(row) for row in rows], {category.code: category}, key)
        after = rows[-1].id


async def _write(
    repository: CatalogRepository,
    products: Sequence[ProductInput],
    categories: Mapping[str, CategoryInput],
    key: str,
) -> tuple[int, int]:
    """Write one batch; returns (created, written)."""
    before = await repository.words_of([product.sku for product in products])
    rows = await asyncio.to_thread(_rows, products, categories, key)
    written = await repository.save_products(rows)
    replaced = [before[offer] for product in products if (offer := (product.sku, product.city_id)) in before]
    await change_vocabulary(repository, replaced, [row["words"] for row in rows])
    return len(products) - len(replaced), written


def _rows(
    products: Sequence[ProductInput], categories: Mapping[str, CategoryInput], key: str
) -> list[dict[str, Any]]:
    return [row_of(product, categories[product.category], key) for product in products]
