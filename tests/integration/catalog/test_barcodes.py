"""Products found by their barcodes: in any of a number's forms, in their own city and company alone."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.catalog.barcodes import barcode_key
from shared.catalog.schemas import Availability, ProductInput
from tests.integration.catalog.conftest import OpenShop, Shop, product

EAN = "4870001234560"


def sofa(sku: str, *barcodes: str, **facts: object) -> ProductInput:
    return product(sku, "Диван", barcodes=barcodes, **facts)


async def found(shop: Shop, *codes: str, city: UUID | None = None) -> list[str]:
    async with shop.session() as session:
        views = await shop.service.products_by_barcodes(session, codes, city_id=city)
    return [view.sku for view in views]


async def test_a_number_is_found_in_each_of_its_forms(shop: Shop) -> None:
    await shop.add(sofa("A-1", "4 870001 234560"), sofa("B-1", "036000291452"), sofa("C-1", "box-77"))

    assert await found(shop, EAN) == ["A-1"]
    assert await found(shop, "0" + EAN) == ["A-1"]
    assert await found(shop, "0036000291452") == ["B-1"]
    assert await found(shop, "BOX-77") == ["C-1"]
    assert await found(shop, "", "4870001234561") == []


async def test_another_company_s_products_do_not_exist(open_shop: OpenShop, app_engine: AsyncEngine) -> None:
    shop, other = await open_shop("shop"), await open_shop("other")
    await shop.add(sofa("A-1", EAN))
    await other.add(sofa("Z-9", EAN))

    assert await found(shop, EAN) == ["A-1"]
    assert await found(other, EAN) == ["Z-9"]
    async with AsyncSession(app_engine) as session:
        without_company = "SELECT * FROM products_by_barcode(ARRAY[:code], NULL)"
        assert (await session.execute(text(without_company), {"code": EAN})).all() == []


async def test_available_ones_come_first_and_inactive_ones_not_at_all(shop: Shop) -> None:
    sold_out = sofa("A-1", EAN, availability=Availability.OUT_OF_STOCK)
    await shop.add(sold_out, sofa("B-1", EAN), sofa("C-1", EAN, active=False))

    assert await found(shop, EAN) == ["B-1", "A-1"]


async def test_a_city_has_its_own_offer_and_none_of_another_s(shop: Shop) -> None:
    almaty, astana = shop.cities["almaty"], shop.cities["astana"]
    await shop.add(sofa("A-1", EAN), sofa("A-1", EAN, city_id=almaty), sofa("B-1", EAN, city_id=astana))

    assert await found(shop, EAN, city=almaty) == ["A-1"]
    assert await found(shop, EAN, city=astana) == ["B-1", "A-1"]


async def test_an_import_replaces_the_barcodes(shop: Shop) -> None:
    await shop.add(sofa("A-1", EAN))
    await shop.add(sofa("A-1", "96385074"))

    assert await found(shop, EAN) == []
    assert await found(shop, "96385074") == ["A-1"]


async def test_the_look_up_reads_its_index(shop: Shop, superuser_url: str) -> None:
    await shop.add(*(sofa(f"A-{number}", f"{number:08d}") for number in range(1500)))
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("ANALYZE products")
        connection.execute("SELECT set_config('app.company_id', %s, false)", (str(shop.id),))
        body = connection.execute("SELECT prosrc FROM pg_proc WHERE proname = 'products_by_barcode'").fetchone()
        assert body is not None
        shape = body[0].replace("wanted", "ARRAY['00000007']").replace("in_city", "NULL::uuid")
        plan = connection.execute("EXPLAIN " + shape).fetchall()

    assert "ix_products_barcodes" in str(plan)


def test_a_barcode_has_something_in_it() -> None:
    assert barcode_key(" 4870-0012 34560 ") == EAN
    with pytest.raises(ValidationError):
        sofa("A-1", " - ")
