"""What the demo shop's search finds: query → stock numbers, as a shopper would expect them.

Each table holds for the whole demo catalogue of 300 products; ``Expected`` says how a line is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from shared.catalog.schemas import Relaxation, SearchQuery
from tests.integration.catalog.conftest import Shop


@dataclass(frozen=True)
class Expected:
    """What the first page (of ten) must say."""

    category: str = ""
    """All results are of this category (the prefix of their stock numbers)."""
    skus: tuple[str, ...] = ()
    """Exactly these, in any order."""
    first: str = ""
    """The first result."""
    colour: str = ""
    meant: str = ""
    """The correction of the mistyped word."""


def exactly(*skus: str) -> Expected:
    return Expected(skus=skus)


RUSSIAN = {
    "диван": Expected("SOFA"),
    "диваны": Expected("SOFA"),
    "покажите диваны пожалуйста": Expected("SOFA"),
    "хочу купить диван": Expected("SOFA"),
    "кресла": Expected("ARM"),
    "кресел": Expected("ARM"),
    "кроватей": Expected("BED"),
    "двуспальная кровать": Expected("BED"),
    "двуспальную кровать белую": exactly("BED-001", "BED-026"),
    "стулья": Expected("CHR"),
    "стульев": Expected("CHR"),
    "барный стул": exactly("CHR-012", "CHR-013", "CHR-014", "CHR-015"),
    "шкаф-купе": Expected("WRD"),
    "комод": Expected("DRS"),
    "тумба под телевизор": exactly("DRS-009", "DRS-010", "DRS-011", "DRS-012"),
    "полки": Expected("SHF"),
    "ковры": Expected("RUG"),
    "ковёр": Expected("RUG"),
    "ковер с орнаментом": exactly("RUG-001", "RUG-002", "RUG-003", "RUG-004"),
    "люстра": Expected("LMP"),
    "настольная лампа": Expected("LMP"),
    "диван Осло": exactly("SOFA-001", "SOFA-002", "SOFA-003", "SOFA-004", "SOFA-005"),
    "диван осло красный": exactly("SOFA-001"),
    "красный диван": exactly("SOFA-001", "SOFA-011", "SOFA-033"),
    "синее кресло": Expected("ARM", colour="blue"),
    "белого шкафа": Expected("WRD", colour="white"),
    "письменный стол": Expected("TAB"),
    "дубовый обеденный стол": exactly("TAB-001", "TAB-002", "TAB-003", "TAB-004"),
    "матрас 160х200": Expected("MAT"),
    "кожаный диван": Expected("SOFA"),
    "софа": Expected("SOFA"),
    "зеркало": Expected("MIR"),
}

KAZAKH = {
    "диван": Expected("SOFA"),
    "дивандар": Expected("SOFA"),
    "диванды көрсетіңізші": Expected("SOFA"),
    "қызыл диван керек": exactly("SOFA-001", "SOFA-011", "SOFA-033"),
    "кызыл диван": exactly("SOFA-001", "SOFA-011", "SOFA-033"),
    "креслолар": Expected("ARM"),
    "ас үстелі": Expected("TAB"),
    "үстелдер": Expected("TAB"),
    "устел": Expected("TAB"),
    "орындықтар": Expected("CHR"),
    "орындығы": Expected("CHR"),
    "төсек": Expected("BED"),
    "ақ төсек": Expected(first="BED-001", colour="white"),
    "екі адамдық төсек": Expected("BED"),
    "кілем": Expected("RUG"),
    "кілемдер": Expected("RUG"),
    "оюлы кілем": exactly("RUG-001", "RUG-002", "RUG-003", "RUG-004"),
    "шамдар": Expected("LMP"),
    "аспашам": exactly("LMP-001", "LMP-002", "LMP-003", "LMP-004"),
    "кітап шкафы": Expected("WRD"),
    "дөңгелек айна": Expected("MIR"),
    "былғары диван": Expected("SOFA"),
    "көк диван": Expected("SOFA", colour="blue"),
    "жасыл кресло": Expected("ARM", colour="green"),
    "қызғылт сары кресло": Expected("ARM", colour="orange"),
    "тербелмелі кресло": exactly("ARM-007", "ARM-008", "ARM-009", "ARM-010"),
}

ENGLISH = {
    "sofas": Expected("SOFA"),
    "red sofa": exactly("SOFA-001", "SOFA-011", "SOFA-033"),
    "white writing desk": exactly("TAB-005"),
    "a white desk please": Expected(first="TAB-005", colour="white"),
    "rocking chair": exactly("ARM-007", "ARM-008", "ARM-009", "ARM-010"),
    "beds": Expected("BED"),
    "wardrobe": Expected("WRD"),
    "Oslo": exactly("SOFA-001", "SOFA-002", "SOFA-003", "SOFA-004", "SOFA-005"),
    "light blue chair": exactly("CHR-019", "ARM-027"),
    "floor lamp": exactly("LMP-005", "LMP-006", "LMP-007", "LMP-008"),
}

MISTYPED = {
    "девани": Expected("SOFA", meant="диван"),
    "диваан": Expected("SOFA", meant="диван"),
    "угловой дивна": Expected("SOFA", meant="диван"),
    "кросло": Expected("ARM", meant="кресло"),
    "краватъ": Expected("BED"),
    "стелаж": Expected("SHF", meant="стеллаж"),
    "матрац": Expected("MAT"),
    "матрасс": Expected("MAT"),
    "lbdfy": Expected("SOFA", meant="диван"),
    "divan": Expected("SOFA", meant="диван"),
    "kreslo": Expected("ARM", meant="кресло"),
    "шымбулаг": Expected("SOFA"),
    "wardrob": Expected("WRD"),
    "орндық": Expected("CHR"),
}

STOCK_NUMBERS = {
    "SOFA-001": exactly("SOFA-001"),
    "sofa001": exactly("SOFA-001"),
    "sofa 001": exactly("SOFA-001"),
    "SОFА-001": exactly("SOFA-001"),
    "есть ARM-012?": exactly("ARM-012"),
    "MIR-00": exactly(*(f"MIR-00{number}" for number in range(1, 10))),
}


async def shortcomings(shop: Shop, table: dict[str, Expected]) -> list[str]:
    found: list[str] = []
    for text, expected in table.items():
        page = await shop.search(SearchQuery(text=text, limit=12))
        skus = [product.sku for product in page.items]
        if not skus:
            found.append(f"{text!r}: nothing")
        if expected.category and any(not sku.startswith(expected.category) for sku in skus):
            found.append(f"{text!r}: {skus}, not only {expected.category}")
        if expected.first and skus[:1] != [expected.first]:
            found.append(f"{text!r}: {skus}, expected {expected.first} first")
        if expected.skus and sorted(skus) != sorted(expected.skus):
            found.append(f"{text!r}: {skus}, expected {expected.skus}")
        if expected.colour and any(expected.colour not in product.colours for product in page.items):
            found.append(f"{text!r}: not only {expected.colour}: {skus}")
        if expected.meant and [correction.meant for correction in page.corrections] != [expected.meant]:
            found.append(f"{text!r}: read as {page.corrections}, not {expected.meant}")
        if page.relaxed:
            found.append(f"{text!r}: gave up {page.relaxed}")
    return found


@pytest.mark.parametrize(
    "table",
    [RUSSIAN, KAZAKH, ENGLISH, MISTYPED, STOCK_NUMBERS],
    ids=["russian", "kazakh", "english", "mistyped", "stock numbers"],
)
async def test_the_demo_shop_finds_what_a_shopper_means(demo_shop: Shop, table: dict[str, Expected]) -> None:
    found = await shortcomings(demo_shop, table)
    assert not found, "\n".join(found)


async def test_conditions_hold_whatever_words_they_are_given_in(demo_shop: Shop) -> None:
    queries = [
        SearchQuery(text="диван", colour="красный", price_max=20_000_000),
        SearchQuery(text="", category="диваны", colour="red", price_max=20_000_000),
        SearchQuery(category="sofas", colour="қызыл", price_max=20_000_000),
        SearchQuery(text="sofa", colour="red", price_max=20_000_000),
    ]
    for query in queries:
        assert sorted(await demo_shop.skus(query)) == ["SOFA-011", "SOFA-033"], query


async def test_price_bounds_are_inclusive(demo_shop: Shop) -> None:
    page = await demo_shop.search(SearchQuery(text="кресло", price_min=7_999_000, price_max=8_999_000, limit=50))
    assert {product.price.minor for product in page.items} == {7_999_000, 8_999_000}


async def test_a_city_sees_its_own_products_and_those_of_all_cities(demo_shop: Shop) -> None:
    everywhere = await demo_shop.search(SearchQuery(text="Шымбулак", limit=50))
    almaty = await demo_shop.search(SearchQuery(text="Шымбулак", city_id=demo_shop.cities["almaty"], limit=50))
    astana = await demo_shop.search(SearchQuery(text="диван", city_id=demo_shop.cities["astana"], limit=50))
    assert len(almaty.items) == len(everywhere.items) == 5
    assert {product.city_id for product in astana.items} == {None, demo_shop.cities["astana"]}


async def test_what_is_sold_out_comes_last_or_not_at_all(demo_shop: Shop) -> None:
    every = await demo_shop.search(SearchQuery(text="диван Осло"))
    available = await demo_shop.search(SearchQuery(text="диван Осло", only_available=True))
    assert [product.sku for product in every.items][-1] == "SOFA-004"
    assert "SOFA-004" not in [product.sku for product in available.items]
    assert available.total == every.total - 1


async def test_descriptions_answer_only_what_names_and_properties_do_not(demo_shop: Shop) -> None:
    assert all(sku.startswith("SOFA") for sku in await demo_shop.skus("Осло"))
    assert sorted(await demo_shop.skus("кресло с подставкой для ног")) == [
        "ARM-007",
        "ARM-008",
        "ARM-009",
        "ARM-010",
    ]


async def test_when_nothing_meets_all_conditions_the_page_says_what_was_given_up(demo_shop: Shop) -> None:
    words = await demo_shop.search("диван Осло фиолетовый")
    assert words.items
    assert words.relaxed == (Relaxation.SOME_WORDS,)

    colour = await demo_shop.search(SearchQuery(category="mattresses", colour="red", relax_filters=True))
    assert colour.items
    assert colour.relaxed == (Relaxation.COLOUR,)

    price = await demo_shop.search(SearchQuery(text="диван", price_max=100_000, relax_filters=True))
    assert price.items
    assert price.relaxed == (Relaxation.PRICE,)


async def test_filters_hold_unless_the_caller_lets_them_go(demo_shop: Shop) -> None:
    for query in (
        SearchQuery(text="диван", price_max=100_000),
        SearchQuery(category="mattresses", colour="red"),
        SearchQuery(text="диван осло фиолетовый", price_max=100_000),
        SearchQuery(text="диван осло фиолетовый", relax=False),
    ):
        assert not (await demo_shop.search(query)).items, query


async def test_words_of_no_product_are_named_and_left_out(demo_shop: Shop) -> None:
    page = await demo_shop.search("диван криптовалюта")
    assert page.ignored_words == ("криптовалюта",)
    assert all(product.sku.startswith("SOFA") for product in page.items)

    nothing = await demo_shop.search("криптовалюта")
    assert nothing.items == ()
    assert nothing.ignored_words == ("криптовалюта",)
