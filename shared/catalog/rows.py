"""What every writer of the catalogue does alike: queue up, make a product's row, keep the vocabulary's counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from shared.catalog.indexing import index_product
from shared.catalog.models import Category, Product
from shared.catalog.repository import CatalogRepository
from shared.catalog.schemas import Availability, CategoryInput, LocalizedText, ProductInput
from shared.catalog.service import product_view
from shared.catalog.tokens import sku_key
from shared.catalog.vocabulary import vocabulary_word
from shared.kernel.errors import Forbidden
from shared.kernel.ids import new_id

__all__ = ["category_input", "change_vocabulary", "locked_company", "product_input", "row_of"]


async def locked_company(repository: CatalogRepository) -> UUID:
    """Wait until no other writer of the company's catalogue is at work; returns the company.

    Raises:
        Forbidden: the transaction has no company.
    """
    company_id, _ = await repository.company_and_version()
    if company_id is None:
        raise Forbidden("the transaction has no company")
    return await repository.lock()


def row_of(product: ProductInput, category: CategoryInput, key: str) -> dict[str, Any]:
    """The columns of a product, its index entry among them; ``key`` is the company's, see ``company_key``."""
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


async def change_vocabulary(
    repository: CatalogRepository, before: Iterable[Sequence[str]], after: Iterable[Sequence[str]]
) -> None:
    """Count the words of products that came or changed, and no longer those of their former state."""
    change: Counter[str] = Counter()
    for words in after:
        change.update(words)
    for words in before:
        change.subtract(words)
    gained = [vocabulary_word(word, number) for word, number in sorted(change.items()) if number > 0]
    lost = [(word, -number) for word, number in sorted(change.items()) if number < 0]
    await repository.change_words(gained, lost)


def category_input(row: Category) -> CategoryInput:
    """A category's row as it was given."""
    name = LocalizedText.model_validate(row.name)
    return CategoryInput(code=row.code, name=name, synonyms=tuple(row.synonyms), position=row.position)


def product_input(row: Product) -> ProductInput:
    """A product's row as it was given, its colours written out."""
    view = product_view(row)
    return ProductInput.model_validate(view.model_dump(include=set(ProductInput.model_fields)))
