"""A small catalogue in memory that really searches: for tests of the assistant that need no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.products import FoundCity, FoundPage, FoundProduct, ProductQuery
from shared.kernel.languages import Language
from shared.kernel.money import Money

__all__ = ["FURNITURE", "MemoryCatalogue", "MemoryCities", "product"]


def product(
    sku: str,
    name: str,
    price: int,
    *,
    category: str = "Диваны",
    colour: str | None = None,
    description: str = "",
    old_price: int | None = None,
    available: bool = True,
    quantity: int | None = None,
) -> FoundProduct:
    """A product in tenge; prices in whole tenge."""
    return FoundProduct(
        id=uuid5(NAMESPACE_URL, sku),
        sku=sku,
        name=name,
        price=Money(minor=price * 100, currency="KZT"),
        old_price=None if old_price is None else Money(minor=old_price * 100, currency="KZT"),
        description=description,
        category=category,
        colour=colour,
        available=available,
        quantity=quantity,
        images=(f"https://shop.example/{sku}.jpg",),
    )


FURNITURE: tuple[FoundProduct, ...] = (
    product("SOFA-001", "Диван «Осло»", 149_990, colour="red", quantity=5, description="Мягкий диван, 220 см"),
    product("SOFA-002", "Диван «Берген»", 189_990, colour="blue", old_price=219_990),
    product("SOFA-003", "Диван «Тромсё»", 99_990, colour="grey"),
    product("SOFA-004", "Диван угловой «Фьорд»", 329_990, colour="grey"),
    product("SOFA-005", "Диван «Лофт»", 119_990, colour="red", available=False),
    product("SOFA-006", "Диван «Нарвик»", 259_990, colour="beige"),
    product("SOFA-007", "Диван «Молде»", 139_990, colour="green"),
    product("CHAIR-001", "Кресло «Рига»", 79_990, category="Кресла", colour="grey"),
    product("CHAIR-002", "Кресло «Вильнюс»", 54_990, category="Кресла", colour="red"),
    product("DESK-001", "Стол письменный «Бюро»", 64_990, category="Столы", colour="white"),
)


@dataclass
class MemoryCatalogue:
    """Finds by word beginnings, colour, category and price, in the order of the list (or by price)."""

    products: Sequence[FoundProduct] = FURNITURE
    queries: list[ProductQuery] = field(default_factory=list)
    barcodes: Mapping[str, str] = field(default_factory=dict)
    """Article numbers by barcode."""

    async def find(self, session: AsyncSession, query: ProductQuery) -> FoundPage:
        """All conditions hold together."""
        self.queries.append(query)
        found = [product for product in self.products if self._fits(product, query)]
        if query.cheapest_first:
            found.sort(key=lambda product: product.price.minor)
        end = query.offset + query.limit
        return FoundPage(tuple(found[query.offset : end]), has_more=len(found) > end)

    async def get(
        self, session: AsyncSession, sku: str, *, language: Language, city_id: UUID | None
    ) -> FoundProduct | None:
        """By article number, in any case."""
        return next((product for product in self.products if product.sku.casefold() == sku.casefold()), None)

    async def with_codes(
        self, session: AsyncSession, codes: Sequence[str], *, language: Language, city_id: UUID | None
    ) -> Sequence[FoundProduct]:
        """By barcode."""
        skus = {self.barcodes[code] for code in codes if code in self.barcodes}
        return [product for product in self.products if product.sku in skus]

    async def categories(self, session: AsyncSession, *, language: Language) -> Sequence[str]:
        """In the order of first appearance."""
        return list(dict.fromkeys(product.category for product in self.products))

    @staticmethod
    def _fits(product: FoundProduct, query: ProductQuery) -> bool:
        words = f"{product.name} {product.category}".casefold().replace("«", "").split()
        wanted = [word.casefold()[:4] for word in query.text.split()]
        hits = [any(word.startswith(stem) for word in words) for stem in wanted]
        return (
            (any(hits) if query.some_words and hits else all(hits))
            and (query.category is None or query.category.casefold()[:4] == product.category.casefold()[:4])
            and (query.colour is None or query.colour == product.colour)
            and (query.price_min is None or product.price.minor >= query.price_min)
            and (query.price_max is None or product.price.minor <= query.price_max)
        )


@dataclass
class MemoryCities:
    """Cities by name."""

    cities: Sequence[FoundCity] = ()

    async def find(self, session: AsyncSession, name: str) -> FoundCity | None:
        """In any case."""
        return next((city for city in self.cities if city.name.casefold() == name.strip().casefold()), None)
