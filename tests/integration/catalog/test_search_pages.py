"""Pages, orders, offers of several cities, look-ups and facets."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text

from shared.catalog.colours import Colour
from shared.catalog.schemas import Availability, LocalizedText, SearchQuery, SortOrder
from shared.catalog.service import CatalogService
from shared.kernel.errors import NotFound
from tests.integration.catalog.conftest import Shop, product, tenge


async def test_pages_join_without_gap_or_repetition(shop: Shop) -> None:
    await shop.add(*(product(f"A-{number:02d}", "Диван") for number in range(25)))
    pages = [await shop.search(SearchQuery(text="диван", offset=offset, limit=10)) for offset in (0, 10, 20)]
    assert [len(page.items) for page in pages] == [10, 10, 5]
    assert [page.has_more for page in pages] == [True, True, False]
    assert {page.total for page in pages} == {25}
    assert len({found.sku for page in pages for found in page.items}) == 25
    again = await shop.search(SearchQuery(text="диван", offset=10, limit=10))
    assert again.items == pages[1].items


async def test_a_page_past_the_end_is_empty(shop: Shop) -> None:
    await shop.add(product("A-1", "Диван"))
    assert (await shop.search(SearchQuery(text="диван", offset=50))).items == ()


@pytest.mark.parametrize(
    ("sort", "expected"),
    [(SortOrder.PRICE_ASC, ["B", "C", "A", "D"]), (SortOrder.PRICE_DESC, ["A", "C", "B", "D"])],
)
async def test_prices_order_what_is_available_before_what_is_sold_out(
    shop: Shop, sort: SortOrder, expected: list[str]
) -> None:
    await shop.add(
        product("A", "Диван", price=tenge(300)),
        product("B", "Диван", price=tenge(100)),
        product("C", "Диван", price=tenge(200)),
        product("D", "Диван", price=tenge(50), quantity=0),
    )
    assert await shop.skus(SearchQuery(text="диван", sort=sort)) == expected


async def test_more_matches_than_are_ranked_are_still_ordered_by_price(shop: Shop) -> None:
    await shop.add(*(product(f"A-{number}", "Диван", price=tenge(3000 - number)) for number in range(2100)))
    cheapest = await shop.search(SearchQuery(text="диван", sort=SortOrder.PRICE_ASC, limit=3))
    assert [found.price for found in cheapest.items] == [tenge(901), tenge(902), tenge(903)]
    assert cheapest.has_more
    assert cheapest.total_is_minimum
    dearest = await shop.search(SearchQuery(text="диван", sort=SortOrder.PRICE_DESC, offset=3, limit=2))
    assert [found.price for found in dearest.items] == [tenge(2997), tenge(2996)]


async def test_the_few_available_among_many_sold_out_come_first(shop: Shop) -> None:
    sold_out = [product(f"A-{number}", "Диван", quantity=0) for number in range(2100)]
    await shop.add(*sold_out)
    await shop.add(product("B-1", "Диван"), product("B-2", "Диван"))
    page = await shop.search(SearchQuery(text="диван", limit=3))
    assert {found.sku for found in page.items[:2]} == {"B-1", "B-2"}
    assert page.items[2].availability is Availability.OUT_OF_STOCK
    assert page.total_is_minimum


async def test_words_that_nearly_all_products_have_are_answered_with_the_newest(shop: Shop) -> None:
    for number in range(5):
        await shop.add(product(f"A-{number}", "Диван Осло" if number == 1 else "Диван", quantity=number))
    service = CatalogService(too_common=4)
    async with shop.session() as session:
        common = await service.search(session, SearchQuery(text="диван", limit=2))
        rarer = await service.search(session, SearchQuery(text="диван осло"))
    assert [found.sku for found in common.items] == ["A-4", "A-3"]
    assert common.has_more
    assert common.total_is_minimum
    assert [found.sku for found in rarer.items] == ["A-1"]


async def test_without_words_the_newest_available_products_are_shown(shop: Shop) -> None:
    for sku in ("A", "B", "C"):
        await shop.add(product(sku, "Диван", quantity=0 if sku == "B" else 1))
    assert await shop.skus(SearchQuery()) == ["C", "A"]
    assert await shop.skus(SearchQuery(price_max=1, relax=False)) == []


async def test_a_citys_own_offer_replaces_the_one_for_all_cities(shop: Shop) -> None:
    astana = shop.cities["astana"]
    await shop.add(
        product("A-1", "Диван Осло", price=tenge(100)),
        product("A-1", "Диван Осло", price=tenge(120), city_id=astana),
        product("A-2", "Диван Осло", city_id=shop.cities["almaty"]),
    )
    for query in (
        SearchQuery(text="осло", city_id=astana),
        SearchQuery(city_id=astana),
        SearchQuery(text="A-1", city_id=astana),
    ):
        (found,) = (await shop.search(query)).items
        assert found.price == tenge(120), query
    async with shop.session() as session:
        assert (await shop.service.get_product(session, "A-1", city_id=astana)).price == tenge(120)
        assert (await shop.service.get_product(session, "A-1", city_id=shop.cities["almaty"])).price == tenge(100)
        with pytest.raises(NotFound):
            await shop.service.get_product(session, "A-2", city_id=astana)


async def test_stock_numbers_are_found_exactly_then_by_their_beginning(shop: Shop) -> None:
    await shop.add(product("AB-10", "Диван"), product("AB-101", "Диван"), product("AB-2", "Диван"))
    assert await shop.skus("ab 10") == ["AB-10"]
    assert await shop.skus("AB-1") == ["AB-10", "AB-101"]
    assert await shop.skus(SearchQuery(text="AB-1", limit=1)) == ["AB-10"]
    assert await shop.skus(SearchQuery(text="AB-1", limit=1, offset=1)) == ["AB-101"]


async def test_a_product_is_looked_up_by_number_or_id_unless_it_is_off_sale(shop: Shop) -> None:
    await shop.add(product("AB-10", "Диван"), product("СОФА", "Диван"), product("OFF-1", "Диван", active=False))
    async with shop.session() as session:
        by_number = await shop.service.get_product(session, "ab10")
        assert (await shop.service.get_product(session, by_number.id)).sku == "AB-10"
        assert (await shop.service.get_product(session, "СОФА")).sku == "СОФА"
        assert [found.sku for found in await shop.service.products_by_ids(session, [by_number.id])] == ["AB-10"]
        with pytest.raises(NotFound):
            await shop.service.get_product(session, "OFF-1")


async def test_categories_and_colours_count_active_products(shop: Shop) -> None:
    await shop.add(
        product("A-1", "Диван", colours=("red",)),
        product("A-2", "Диван", colours=("red", "white")),
        product("A-3", "Диван", colours=("blue",), active=False),
        product("A-4", "Стул красный", category="chairs"),
    )
    async with shop.session() as session:
        categories = {view.code: view.products for view in await shop.service.categories(session)}
        colours = {view.colour: view.products for view in await shop.service.colours(session)}
    assert categories == {"sofas": 2, "chairs": 1}
    assert colours == {Colour.RED: 3, Colour.WHITE: 1}


async def test_prices_in_another_currency_are_not_compared(shop: Shop) -> None:
    await shop.add(product("KZ", "Диван"), product("US", "Диван", price={"minor": 100_00, "currency": "USD"}))
    assert await shop.skus(SearchQuery(text="диван", price_max=200_00, currency="KZT", relax=False)) == []
    assert await shop.skus(SearchQuery(text="диван", price_max=200_00, currency="USD")) == ["US"]


INDEXES = {
    "words": (SearchQuery(text="диван осло"), {"ix_products_document"}),
    "words, a typo": (SearchQuery(text="дивн осло"), {"ix_products_document", "ix_products_sku_key"}),
    "category and colour": (SearchQuery(category="sofas", colour="red"), {"ix_products_document"}),
    "words and price": (SearchQuery(text="диван", price_max=10_000_000), {"ix_products_document"}),
    "cheapest": (SearchQuery(sort=SortOrder.PRICE_ASC), {"ix_products_price"}),
    "stock number": (SearchQuery(text="AB-17"), {"ix_products_sku_key"}),
    "stock number without a digit": (SearchQuery(text="odd-usd"), {"ix_products_sku_key"}),
    "beginning of a stock number": (SearchQuery(text="AB-9"), {"ix_products_sku_key"}),
}


@pytest.mark.parametrize("case", INDEXES)
async def test_every_hot_search_is_answered_by_its_index(shop: Shop, superuser_url: str, case: str) -> None:
    """Counted by Postgres itself, since a plan inside a function cannot be explained from outside."""
    await shop.add(
        *(
            product(f"AB-{n}", f"Диван {'Осло' if n % 50 == 0 else 'Берген'}", price=tenge(n), colours=("red",))
            for n in range(2000, 3500)
        ),
        product("AB-17", "Стул", category="chairs"),
        product("ODD-USD", "Стул", category="chairs"),
        product("AB-91", "Стул", category="chairs", availability=Availability.ON_ORDER),
    )
    async with await psycopg.AsyncConnection.connect(superuser_url, autocommit=True) as connection:
        await connection.execute("ANALYZE products")
    query, expected = INDEXES[case]
    async with shop.session() as session:
        await session.execute(text("SELECT pg_stat_force_next_flush()"))
    await shop.search(query)  # the vocabulary is loaded
    before = await index_scans(shop)
    async with shop.session() as session:
        page = await shop.service.search(session, query)
        tables = await session.execute(
            text("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'products'")
        )
        assert tables.scalar_one() == 0
        await session.execute(text("SELECT pg_stat_force_next_flush()"))
    assert page.items
    after = await index_scans(shop)
    used = {index for index in after if after[index] > before[index]}
    assert expected <= used <= expected | {"pk_products", "ix_products_price"}


async def index_scans(shop: Shop) -> dict[str, int]:
    async with shop.session() as session:
        rows = await session.execute(
            text("SELECT indexrelname, idx_scan FROM pg_stat_user_indexes WHERE relname = 'products'")
        )
        return {row.indexrelname: row.idx_scan for row in rows}


async def test_models_take_turns_where_variety_is_asked_for(shop: Shop) -> None:
    await shop.add(
        *(product(f"O-{colour}", f"Диван «Осло», {colour}") for colour in ("красный", "синий", "серый")),
        product("B-1", "Диван «Берген», серый"),
        product("B-2", "Диван «Берген», белый", quantity=0),
        product("M-1", "Тахта «Милан», серая", description=LocalizedText(ru="Раскладной диван")),
    )
    everything = SearchQuery(text="диван", varied=True, limit=2)

    pages = [await shop.search(everything.model_copy(update={"offset": offset})) for offset in (0, 2, 4)]

    shown = [[found.sku for found in page.items] for page in pages]
    assert {sku[0] for sku in shown[0]} == {"O", "B"}
    assert {sku[0] for sku in shown[1]} == {"O"}
    assert shown[2] == ["M-1", "B-2"], "a name without the word, and what is sold out, stay behind"
    assert [page.has_more for page in pages] == [True, True, False]
