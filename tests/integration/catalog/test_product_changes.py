"""A change of price or stock leaves a row for price alerts, through whatever door it came."""

from __future__ import annotations

import psycopg
from sqlalchemy import text

from shared.catalog.imports import remove_products
from tests.integration.catalog.conftest import OpenShop, Shop, product, tenge

Change = tuple[int, int, bool, bool]


async def changes(shop: Shop) -> list[Change]:
    async with shop.session() as session:
        rows = await session.execute(
            text(
                "SELECT price_before / 100, price_after / 100, available_before, available_after"
                " FROM product_changes ORDER BY id"
            )
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]


async def test_a_new_product_is_no_change(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван"))
    assert await changes(shop) == []


async def test_an_import_that_lowers_a_price_leaves_one_row(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван"), product("A-2", "Диван"))
    await shop.add(product("A-1", "Диван", price=tenge(90_000)), product("A-2", "Диван Осло"))
    assert await changes(shop) == [(100_000, 90_000, True, True)]


async def test_selling_out_and_coming_back_are_two_changes(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван"))
    await shop.add(product("A-1", "Диван", quantity=0))
    await shop.add(product("A-1", "Диван", quantity=5))
    assert await changes(shop) == [(100_000, 100_000, True, False), (100_000, 100_000, False, True)]


async def test_taking_a_product_off_sale_and_deleting_it_end_its_availability(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван"), product("A-2", "Диван"))
    await shop.add(product("A-1", "Диван", active=False))
    async with shop.session() as session:
        await remove_products(session, ["A-2"])
    assert await changes(shop) == [(100_000, 100_000, True, False)] * 2


async def test_plain_sql_is_a_door_too(shop: Shop, superuser_url: str) -> None:
    await shop.add(product("A-1", "Диван"))
    async with shop.session() as session:
        await session.execute(text("UPDATE products SET price_minor = 7000000"))
    with psycopg.connect(superuser_url) as connection:
        connection.execute("UPDATE products SET availability = 'out_of_stock'")
    assert await changes(shop) == [(100_000, 70_000, True, True), (70_000, 70_000, True, False)]


async def test_changes_that_were_rolled_back_leave_nothing(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван"))
    async with shop.session() as session:
        await session.execute(text("UPDATE products SET price_minor = 1"))
        await session.rollback()
    assert await changes(shop) == []


async def test_a_company_sees_and_deletes_its_own_changes_alone(shop: Shop, open_shop: OpenShop) -> None:
    other = await open_shop("other")
    for each in (shop, other):
        await each.add(product("A-1", "Диван"))
        await each.add(product("A-1", "Диван", price=tenge(90_000)))
    async with other.session() as session:
        deleted = await session.execute(text("DELETE FROM product_changes RETURNING 1"))
        assert len(deleted.all()) == 1
    assert len(await changes(shop)) == 1


async def test_every_update_raises_the_version(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван"))
    await shop.add(product("A-1", "Диван"))
    await shop.add(product("A-1", "Диван", quantity=5))
    async with shop.session() as session:
        await session.execute(text("UPDATE products SET quantity = 4"))
        assert (await session.execute(text("SELECT version FROM products"))).scalar_one() == 3


async def test_importing_a_deleted_product_brings_it_back(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван Осло"))
    async with shop.session() as session:
        assert await remove_products(session, ["A-1"]) == 1
        assert await remove_products(session, ["A-1"]) == 0
    assert await shop.skus("осло") == []
    await shop.add(product("A-1", "Диван Осло"))
    assert await shop.skus("осло") == ["A-1"]
