"""Writing the catalogue: products and categories in bulk, with the index and the vocabulary kept true."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.catalog.indexing import company_key, index_product
from shared.catalog.models import Category, Product
from shared.catalog.repository import CatalogRepository
from shared.catalog.schemas import Availability, CategoryInput, LocalizedText, ProductInput
from shared.catalog.service import product_view
from shared.catalog.tokens import sku_key
from shared.catalog.vocabulary import vocabulary_word
from shared.kernel.errors import Forbidden, InvalidInput
from shared.kernel.ids import new_id

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
    company_id = await _locked(repository)
    categories = {row.code: _category_input(row) for row in await repository.categories()}
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
    company_id = await _locked(repository)
    before = {row.code: _category_input(row) for row in await repository.categories()}
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
    """Delete every offer of these stock numbers; returns how many there were.

    Raises:
        Forbidden: the transaction has no company.
    """
    repository = CatalogRepository(session)
    await _locked(repository)
    words = await repository.words_of(skus)
    removed = await repository.delete_products(skus)
    await _change_vocabulary(repository, words.values(), [])
    return removed


async def _locked(repository: CatalogRepository) -> UUID:
    company_id, _ = await repository.company_and_version()
    if company_id is None:
        raise Forbidden("the transaction has no company")
    return await repository.lock()


def _check_categories(products: Iterable[ProductInput], known: Mapping[str, CategoryInput]) -> None:
    for product in products:
        if product.category not in known:
            raise InvalidInput(f"product {product.sku}: no category {product.category!r}", field="category")


async def _analyse_anew(repository: CatalogRepository, category: CategoryInput, key: str) -> None:
    after: UUID | None = None
    while rows := await repository.products_of_category(category.code, after, _BATCH):
        await _write(repository, [_product_input(row) for row in rows], {category.code: category}, key)
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
    await _change_vocabulary(repository, replaced, [row["words"] for row in rows])
    return len(products) - len(replaced), written


def _rows(
    products: Sequence[ProductInput], categories: Mapping[str, CategoryInput], key: str
) -> list[dict[str, Any]]:
    return [_row(product, categories[product.category], key) for product in products]


def _row(product: ProductInput, category: CategoryInput, key: str) -> dict[str, Any]:
    entry = index_product(product, category, key)
    availability = product.availability
    if product.quantity == 0 and availability is Availability.IN_STOCK:
        availability = Availability.OUT_OF_STOCK
    attributes = {
        name: value.model_dump(exclude_none=True) if isinstance(value, LocalizedText) else value
        for name, value in product.attributes.items()
    }
    return {
        "id": new_id(),
        "city_id": product.city_id,
        "price_minor": product.price.minor,
        "old_price_minor": product.old_price.minor if product.old_price else None,
        "quantity": product.quantity,
        "active": product.active,
        "currency": product.price.currency,
        "availability": availability.value,
        "category": product.category,
        "sku": product.sku,
        "sku_key": sku_key(product.sku),
        "external_ref": product.external_ref,
        "barcodes": list(dict.fromkeys(product.barcodes)),
        "colours": [colour.value for colour in entry.colours],
        "images": list(product.images),
        "name": product.name.model_dump(exclude_none=True),
        "description": product.description.model_dump(exclude_none=True) if product.description else None,
        "attributes": attributes,
        "words": sorted(entry.words),
        "document": entry.document,
    }


async def _change_vocabulary(
    repository: CatalogRepository, before: Iterable[Sequence[str]], after: Iterable[Sequence[str]]
) -> None:
    change: Counter[str] = Counter()
    for words in after:
        change.update(words)
    for words in before:
        change.subtract(words)
    gained = [vocabulary_word(word, number) for word, number in sorted(change.items()) if number > 0]
    lost = [(word, -number) for word, number in sorted(change.items()) if number < 0]
    await repository.change_words(gained, lost)


def _category_input(row: Category) -> CategoryInput:
    name = LocalizedText.model_validate(row.name)
    return CategoryInput(code=row.code, name=name, synonyms=tuple(row.synonyms), position=row.position)


def _product_input(row: Product) -> ProductInput:
    view = product_view(row)
    return ProductInput.model_validate(view.model_dump(include=set(ProductInput.model_fields)))
