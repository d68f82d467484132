"""A shop in the test database, seen as the app's own role sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from infra.local.demo.products import demo_categories, demo_products
from shared.catalog.imports import upsert_categories, upsert_products
from shared.catalog.schemas import CategoryInput, LocalizedText, ProductInput, SearchPage, SearchQuery
from shared.catalog.service import CatalogService
from shared.kernel.ids import new_id
from shared.kernel.money import Money


class HasSuperuser(Protocol):
    """What these tests need of the stack beside its settings."""

    @property
    def superuser_url(self) -> str: ...


@dataclass
class Shop:
    """A company, its cities by slug, and short ways to do what the tests do most."""

    id: UUID
    cities: dict[str, UUID]
    engine: AsyncEngine
    service: CatalogService = field(default_factory=CatalogService)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A committed transaction as the app role with this company set."""
        async with AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session, session.begin():
            await session.execute(text(f"SET LOCAL app.company_id = '{self.id}'"))
            yield session

    async def add(self, *products: ProductInput) -> None:
        async with self.session() as session:
            await upsert_products(session, products)

    async def search(self, query: SearchQuery | str) -> SearchPage:
        wanted = SearchQuery(text=query) if isinstance(query, str) else query
        async with self.session() as session:
            return await self.service.search(session, wanted)

    async def skus(self, query: SearchQuery | str) -> list[str]:
        return [product.sku for product in (await self.search(query)).items]


OpenShop = Callable[[str], Awaitable[Shop]]


@pytest.fixture(scope="session")
async def app_engine(settings_env: dict[str, str]) -> AsyncIterator[AsyncEngine]:
    """Connections as zeta_app, none kept."""
    url = make_url(settings_env["DATABASE_URL"]).set(drivername="postgresql+psycopg")
    engine = create_async_engine(url, poolclass=NullPool)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def superuser_url(worker_stack: HasSuperuser) -> str:
    """The test database past row level security: to arrange companies."""
    return worker_stack.superuser_url


@pytest.fixture
def open_shop(app_engine: AsyncEngine, superuser_url: str) -> OpenShop:
    """Make a company with two cities and two categories."""

    async def opened(slug: str) -> Shop:
        shop = Shop(id=new_id(), cities={"almaty": new_id(), "astana": new_id()}, engine=app_engine)
        async with await psycopg.AsyncConnection.connect(superuser_url, autocommit=True) as connection:
            await connection.execute(
                "INSERT INTO companies (id, slug, name, language, currency, timezone)"
                " VALUES (%s, %s, 'Shop', 'ru', 'KZT', 'Asia/Almaty')",
                (shop.id, slug),
            )
            for city, city_id in shop.cities.items():
                await connection.execute(
                    "INSERT INTO cities (company_id, id, slug, name, timezone, currency, language)"
                    " VALUES (%s, %s, %s, %s, 'Asia/Almaty', 'KZT', 'ru')",
                    (shop.id, city_id, city, city.title()),
                )
        async with shop.session() as session:
            await upsert_categories(
                session,
                [
                    CategoryInput(code="sofas", name=LocalizedText(ru="Диваны", kk="Дивандар", en="Sofas")),
                    CategoryInput(code="chairs", name=LocalizedText(ru="Стулья", kk="Орындықтар", en="Chairs")),
                ],
            )
        return shop

    return opened


@pytest.fixture
async def shop(open_shop: OpenShop) -> Shop:
    """An empty shop."""
    return await open_shop("shop")


@pytest.fixture
async def demo_shop(shop: Shop) -> Shop:
    """The demo company's whole catalogue."""
    async with shop.session() as session:
        await upsert_categories(session, demo_categories())
        await upsert_products(session, demo_products(shop.cities))
    return shop


def tenge(amount: int) -> Money:
    return Money(minor=amount * 100, currency="KZT")


def product(sku: str, name: str, **changes: object) -> ProductInput:
    """A sofa for 100 000 ₸ unless ``changes`` say otherwise."""
    values = {"sku": sku, "name": LocalizedText(ru=name), "category": "sofas", "price": tenge(100_000)} | changes
    return ProductInput.model_validate(values)
