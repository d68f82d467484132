"""One company's catalogue is out of another's reach, at the SQL level and through the service."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.catalog.imports import remove_products, upsert_products
from shared.catalog.indexing import company_key
from shared.catalog.schemas import SearchQuery
from shared.catalog.service import CatalogService
from shared.kernel.errors import Forbidden, NotFound
from tests.integration.catalog.conftest import OpenShop, Shop, product

TABLES = ["catalog_state", "product_categories", "products", "catalog_words"]
SEARCH = (
    "SELECT product_id FROM search_products(CAST(:words AS tsquery), NULL, NULL, NULL, NULL, NULL, NULL, false,"
    " 'relevance', 2000, 0, 100)"
)
WALK = "SELECT product_id FROM walk_products(NULL, NULL, NULL, NULL, NULL, 'price_asc', 0, 100)"


@pytest.fixture
async def rival(open_shop: OpenShop) -> Shop:
    """Another company with a sofa of its own."""
    other = await open_shop("rival")
    await other.add(product("RIVAL-1", "Диван секретный"))
    return other


@pytest.mark.parametrize("table", TABLES)
async def test_a_session_without_a_company_sees_no_row(rival: Shop, app_engine: AsyncEngine, table: str) -> None:
    async with rival.session() as session:
        assert (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() > 0
    async with AsyncSession(app_engine) as session:
        assert (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0


async def test_the_search_functions_give_a_session_without_a_company_nothing(
    rival: Shop, app_engine: AsyncEngine
) -> None:
    words = f"'{company_key(rival.id)}:диван'"
    async with rival.session() as session:
        assert (await session.execute(text(SEARCH), {"words": words})).scalars().all()
        assert (await session.execute(text(WALK))).scalars().all()
    async with AsyncSession(app_engine) as session:
        assert not (await session.execute(text(SEARCH), {"words": words})).scalars().all()
        assert not (await session.execute(text(WALK))).scalars().all()
        for unset in ("", " "):
            await session.execute(
                text("SELECT set_config('app.company_id', :unset, true)"), {"unset": unset.strip()}
            )
            assert not (await session.execute(text(SEARCH), {"words": words})).scalars().all()


async def test_a_crafted_query_for_a_rivals_lexemes_finds_nothing(shop: Shop, rival: Shop) -> None:
    await shop.add(product("OWN-1", "Диван"))
    words = f"'{company_key(rival.id)}:диван' | '{company_key(rival.id)}:@sofas' | !'nothing'"
    async with shop.session() as session:
        found = (await session.execute(text(SEARCH), {"words": words})).scalars().all()
        own = (await session.execute(text("SELECT id FROM products"))).scalars().all()
    assert found == own
    assert len(own) == 1


@pytest.mark.parametrize(
    "words", ["секретный", "RIVAL-1", "диван' | 'x", "'; SELECT * FROM products; --", "диван & !ы"]
)
async def test_no_words_reach_a_rivals_products(shop: Shop, rival: Shop, words: str) -> None:
    await shop.add(product("OWN-1", "Диван"))
    page = await shop.search(SearchQuery(text=words, limit=50))
    assert {found.sku for found in page.items} <= {"OWN-1"}
    with pytest.raises(NotFound):
        async with shop.session() as session:
            await shop.service.get_product(session, "RIVAL-1")


async def test_a_rivals_product_cannot_be_read_changed_or_removed_by_its_id(shop: Shop, rival: Shop) -> None:
    async with rival.session() as session:
        foreign = await rival.service.get_product(session, "RIVAL-1")
    async with shop.session() as session:
        with pytest.raises(NotFound):
            await shop.service.get_product(session, foreign.id)
        assert await remove_products(session, ["RIVAL-1"]) == 0
        changed = await session.execute(
            text("UPDATE products SET price_minor = 0 WHERE sku = 'RIVAL-1' RETURNING id")
        )
        assert not changed.all()
    assert await rival.skus("диван") == ["RIVAL-1"]


async def test_a_row_cannot_be_written_for_another_company(shop: Shop, rival: Shop) -> None:
    insert = text(
        "INSERT INTO catalog_words (company_id, word, lexemes, frequency) VALUES (:company, 'x', '{x}', 1)"
    )
    with pytest.raises(DBAPIError, match="row-level security"):
        async with shop.session() as session:
            await session.execute(insert, {"company": rival.id})


async def test_a_product_cannot_point_to_a_rivals_city(shop: Shop, rival: Shop) -> None:
    with pytest.raises(DBAPIError, match="foreign key"):
        await shop.add(product("OWN-1", "Диван", city_id=rival.cities["almaty"]))


async def test_the_service_without_a_company_finds_nothing_and_writes_nothing(
    rival: Shop, app_engine: AsyncEngine
) -> None:
    async with AsyncSession(app_engine) as session:
        page = await CatalogService().search(session, SearchQuery(text="диван"))
        assert page.items == ()
        with pytest.raises(Forbidden):
            await upsert_products(session, [product("X-1", "Диван")])


async def test_a_rivals_words_do_not_correct_ours(shop: Shop, rival: Shop) -> None:
    await shop.add(product("OWN-1", "Диван"))
    page = await shop.search("сикретный")
    assert page.corrections == ()
    assert page.ignored_words == ("сикретный",)


async def test_only_the_app_role_may_call_the_search_functions(
    superuser_url: str, settings_env: dict[str, str]
) -> None:
    async with await psycopg.AsyncConnection.connect(settings_env["SYSTEM_DATABASE_URL"]) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(WALK)
    async with await psycopg.AsyncConnection.connect(superuser_url) as connection:
        rows = await connection.execute(
            "SELECT p.proname, r.rolname, p.prosecdef, r.rolcanlogin OR r.rolsuper OR r.rolbypassrls,"
            " 'search_path=pg_catalog, public, pg_temp' = ANY (p.proconfig)"
            " FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
            " WHERE p.proname IN ('search_products', 'walk_products') ORDER BY 1"
        )
        assert await rows.fetchall() == [
            ("search_products", "zeta_definer", True, False, True),
            ("walk_products", "zeta_definer", True, False, True),
        ]
