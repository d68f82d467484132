"""Fits the real catalogue and the company's cities to what the assistant needs of them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.products import FoundCity, FoundPage, FoundProduct, ProductQuery
from shared.catalog.schemas import Availability, LocalizedText, ProductView, SearchQuery, SortOrder
from shared.catalog.service import CatalogService
from shared.companies import service as companies
from shared.kernel.errors import NotFound
from shared.kernel.languages import Language

__all__ = ["CatalogueFinder", "CompanyCities", "found_product"]


class CatalogueFinder:
    """A ``ProductFinder`` over ``shared.catalog``."""

    def __init__(self, catalogue: CatalogService) -> None:
        self._catalogue = catalogue

    async def find(self, session: AsyncSession, query: ProductQuery) -> FoundPage:
        """Products that satisfy every given condition, best first."""
        page = await self._catalogue.search(
            session,
            SearchQuery(
                text=_printable(query.text)[:2000],
                category=query.category[:200] if query.category else None,
                colour=query.colour,
                price_min=query.price_min,
                price_max=query.price_max,
                city_id=query.city_id,
                sort=SortOrder.PRICE_ASC if query.cheapest_first else SortOrder.RELEVANCE,
                offset=query.offset,
                limit=query.limit,
                relax=query.some_words,
                varied=True,
            ),
        )
        return FoundPage(
            items=tuple(found_product(view, query.language) for view in page.items), has_more=page.has_more
        )

    async def get(
        self, session: AsyncSession, sku: str, *, language: Language, city_id: UUID | None
    ) -> FoundProduct | None:
        """The product of that article number, as sold in that city."""
        if not sku.isprintable():
            # a forged button or a model's invention; Postgres takes neither NUL nor half a character
            return None
        try:
            return found_product(await self._catalogue.get_product(session, sku, city_id=city_id), language)
        except NotFound:
            return None

    async def with_codes(
        self, session: AsyncSession, codes: Sequence[str], *, language: Language, city_id: UUID | None
    ) -> Sequence[FoundProduct]:
        """The products that bear one of these barcodes, as sold in that city."""
        read = [_printable(code) for code in codes]
        found = await self._catalogue.products_by_barcodes(session, read, city_id=city_id)
        return [found_product(view, language) for view in found]

    async def categories(self, session: AsyncSession, *, language: Language) -> Sequence[str]:
        """Names of the categories that have products, the fullest first."""
        found = sorted(await self._catalogue.categories(session), key=lambda category: -category.products)
        return [category.name.get(language) for category in found]


class CompanyCities:
    """A ``CityFinder`` over ``shared.companies``."""

    async def find(self, session: AsyncSession, name: str) -> FoundCity | None:
        """The active city of that name or slug, in any case."""
        wanted = name.strip().casefold()
        for city in await companies.list_cities(session):
            if city.active and wanted in (city.name.casefold(), city.slug.casefold()):
                return FoundCity(id=city.id, name=city.name)
        return None


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def found_product(view: ProductView, language: Language) -> FoundProduct:
    """A product as the assistant speaks of it, in one language."""
    return FoundProduct(
        id=view.id,
        sku=view.sku,
        name=view.name.get(language),
        price=view.price,
        old_price=view.old_price,
        description=view.description.get(language) if view.description else "",
        category=view.category,
        colour=view.colours[0].value if view.colours else None,
        attributes={name: _text(value, language) for name, value in view.attributes.items()},
        images=view.images,
        available=view.availability is not Availability.OUT_OF_STOCK,
        quantity=view.quantity,
    )


def _text(value: LocalizedText | str, language: Language) -> str:
    return value.get(language) if isinstance(value, LocalizedText) else value
