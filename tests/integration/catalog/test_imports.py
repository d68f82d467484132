"""Writing the catalogue keeps index and vocabulary true."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from shared.catalog.colours import Colour
from shared.catalog.imports import UpsertResult, remove_products, upsert_categories, upsert_products
from shared.catalog.schemas import Availability, CategoryInput, LocalizedText, ProductInput
from shared.kernel.errors import InvalidInput
from tests.integration.catalog.conftest import Shop, product, tenge


async def vocabulary(shop: Shop) -> dict[str, int]:
    async with shop.session() as session:
        rows = await session.execute(text("SELECT word, frequency FROM catalog_words"))
        return {row.word: row.frequency for row in rows}


async def version(shop: Shop) -> int:
    async with shop.session() as session:
        return int((await session.execute(text("SELECT vocabulary_version FROM catalog_state"))).scalar_one())


async def upsert(shop: Shop, *products: ProductInput) -> UpsertResult:
    async with shop.session() as session:
        return await upsert_products(session, products)


async def test_an_import_says_what_it_created_changed_and_left(shop: Shop) -> None:
    first, second = product("A-1", "Диван Осло"), product("A-2", "Диван Берген")
    assert await upsert(shop, first, second) == UpsertResult(created=2, changed=0, unchanged=0)
    assert await upsert(shop, first, second) == UpsertResult(created=0, changed=0, unchanged=2)
    dearer = product("A-2", "Диван Берген", price=tenge(120_000))
    assert await upsert(shop, first, dearer) == UpsertResult(created=0, changed=1, unchanged=1)


async def test_a_product_comes_back_as_it_was_given(shop: Shop) -> None:
    given = ProductInput(
        sku="A-1",
        city_id=shop.cities["astana"],
        name=LocalizedText(ru="Диван", kk="Диван", en="Sofa"),
        description=LocalizedText(ru="Мягкий"),
        category="sofas",
        price=tenge(99_990),
        old_price=tenge(120_000),
        attributes={"colour": LocalizedText(ru="тёмно-синий", kk="қою көк"), "size": "200×90 см"},
        images=("https://example.com/a.png",),
        availability=Availability.ON_ORDER,
        quantity=0,
        external_ref="1c-77",
    )
    await shop.add(given)
    async with shop.session() as session:
        stored = await shop.service.get_product(session, "a1", city_id=shop.cities["astana"])
    assert ProductInput.model_validate(
        stored.model_dump(include=set(ProductInput.model_fields))
    ) == given.model_copy(update={"colours": (Colour.BLUE,)})


async def test_no_quantity_means_sold_out(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван", quantity=0))
    (found,) = (await shop.search("диван")).items
    assert found.availability is Availability.OUT_OF_STOCK


async def test_the_vocabulary_counts_the_products_that_have_a_word(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван Осло"), product("A-2", "Диван Берген"))
    words = await vocabulary(shop)
    assert (words["диван"], words["осло"], words["берген"]) == (2, 1, 1)

    await shop.add(product("A-2", "Диван Осло"))
    words = await vocabulary(shop)
    assert (words["диван"], words["осло"]) == (2, 2)
    assert "берген" not in words

    await shop.add(product("A-2", "Диван Осло", active=False))
    assert (await vocabulary(shop))["осло"] == 1

    async with shop.session() as session:
        assert await remove_products(session, ["A-1", "A-2"]) == 2
    assert await vocabulary(shop) == {}


async def test_the_vocabulary_gets_a_new_version_only_when_words_come_or_go(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван Осло"))
    before = await version(shop)
    await shop.add(product("A-1", "Диван Осло", price=tenge(1)), product("A-2", "Диван Осло"))
    assert await version(shop) == before
    await shop.add(product("A-2", "Диван Берген"))
    assert await version(shop) == before + 1


async def test_a_worker_corrects_by_new_words_at_once(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван Осло"))
    assert not (await shop.search("берьген")).items
    await shop.add(product("A-2", "Диван Берген"))
    page = await shop.search("берьген")
    assert [found.sku for found in page.items] == ["A-2"]
    assert page.corrections[0].meant == "берген"


async def test_a_renamed_product_is_found_by_its_new_name_alone(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван Осло"), product("A-2", "Диван Берген"))
    await shop.add(product("A-1", "Диван Милан"))
    assert await shop.skus("милан") == ["A-1"]
    assert await shop.skus("осло") == []


async def test_an_inactive_product_is_found_by_nobody(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван Осло", active=False), product("A-2", "Диван Берген"))
    assert await shop.skus("диван") == ["A-2"]
    assert await shop.skus("A-1") == []


async def test_a_categorys_new_synonym_finds_its_products(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван Осло"))
    assert await shop.skus("тахта") == []
    async with shop.session() as session:
        await upsert_categories(
            session, [CategoryInput(code="sofas", name=LocalizedText(ru="Диваны"), synonyms=("тахта",))]
        )
    assert await shop.skus("тахта") == ["A-1"]


async def test_of_two_lines_for_one_product_the_last_counts(shop: Shop) -> None:
    result = await upsert(shop, product("A-1", "Диван Осло"), product("A-1", "Диван Берген"))
    assert result == UpsertResult(created=1, changed=0, unchanged=0)
    assert await shop.skus("берген") == ["A-1"]


async def test_an_unknown_category_is_refused_before_anything_is_written(shop: Shop) -> None:
    with pytest.raises(InvalidInput) as refused:
        await shop.add(product("A-1", "Диван"), product("A-2", "Лодка", category="boats"))
    assert refused.value.field == "category"
    assert await shop.skus("диван") == []


async def test_imports_at_the_same_time_keep_the_counts_right(shop: Shop) -> None:
    await asyncio.gather(
        *(shop.add(*(product(f"{part}-{n}", "Диван Осло") for n in range(20))) for part in ("A", "B", "C", "D"))
    )
    assert (await vocabulary(shop))["осло"] == 80
    assert (await shop.search("осло")).total == 80


async def test_a_large_import_goes_in_batches(shop: Shop) -> None:
    result = await upsert(shop, *(product(f"A-{number}", f"Диван {number}") for number in range(1200)))
    assert result.created == 1200
    assert (await shop.search("диван")).total == 1200
