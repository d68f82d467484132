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
from shared.orders import stock

__all__ = ["CatalogueFinder", "CompanyCities", "found_products"]


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
        return FoundPage(items=await found_products(session, page.items, query.language), has_more=page.has_more)

    async def get(
        self, session: AsyncSession, sku: str, *, language: Language, city_id: UUID | None
    ) -> FoundProduct | None:
        """The product of that article number, as sold in that city."""
        if not sku.isprintable():
            # a forged button or a model's invention; Postgres takes neither NUL nor half a character
            return None
        try:
            view = await self._catalogue.get_product(session, sku, city_id=city_id)
        except NotFound:
            return None
        return (await found_products(session, [view], language))[0]

    async def with_codes(
        self, session: AsyncSession, codes: Sequence[str], *, language: Language, city_id: UUID | None
    ) -> Sequence[FoundProduct]:
        """The products that bear one of these barcodes, as sold in that city."""
        read = [_printable(code) for code in codes]
        found = await self._catalogue.products_by_barcodes(session, read, city_id=city_id)
        return await found_products(session, found, language)

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


async def found_products(
    session: AsyncSession, views: Sequence[ProductView], language: Language
) -> tuple[FoundProduct, ...]:
    """Products with the pieces that no order holds: one question for all of them, none where nothing is counted."""
    counted = [view.id for view in views if stock.is_counted(view)]
    held = await stock.held_by_others(session, counted) if counted else {}
    return tuple(_found_product(view, language, held=held.get(view.id, 0)) for view in views)


def _found_product(view: ProductView, language: Language, *, held: int = 0) -> FoundProduct:
    """A product as the assistant speaks of it, in one language; ``held``: pieces of it that orders hold."""
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
        quantity=max(0, view.quantity - held) if view.quantity is not None and stock.is_counted(view) else None,
    )


def _text(value: LocalizedText | str, language: Language) -> str:
    return value.get(language) if isinstance(value, LocalizedText) else value
