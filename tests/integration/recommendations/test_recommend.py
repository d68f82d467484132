"""What is recommended to whom, why, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.analytics import service as analytics
from shared.catalog.schemas import Availability
from shared.catalog.service import CatalogService
from shared.companies import service as companies
from shared.companies.schemas import NewCity
from shared.orders.schemas import OrderStatus
from shared.recommendations.schemas import Reason, Recommendation, Wanted
from shared.recommendations.service import RecommendationService
from tests.integration.orders.counter import Buyer, Counter


async def advice(buyer: Buyer, *, near: tuple[UUID, ...] = (), city_id: UUID | None = None) -> list[Recommendation]:
    counter = buyer.counter
    wanted = Wanted(
        dialog_ids=[buyer.dialog_id],
        customer_id=buyer.customer_id,
        city_id=city_id or counter.shop.city_id,
        near=near,
    )
    async with counter.database.session_scope(counter.shop.company_id) as session:
        return await RecommendationService(CatalogService()).recommend(session, wanted, now=datetime.now(UTC))


async def looks_at(buyer: Buyer, sku: str, **properties: Any) -> None:
    counter = buyer.counter
    async with counter.database.session_scope(counter.shop.company_id) as session:
        seen = {"sku": sku, "category": "sofas", **properties}
        await analytics.record(session, "card_viewed", seen, dialog_id=buyer.dialog_id)


async def buys(buyer: Buyer, *product_ids: UUID) -> Any:
    *first, last = product_ids
    for product_id in first:
        await buyer.adds(product_id)
    return await buyer.orders(last)


def skus(found: list[Recommendation]) -> list[str]:
    return [one.product.sku for one in found]


async def test_who_is_new_is_shown_what_sells(counter: Counter) -> None:
    product = await counter.stocks("HIT")
    await buys(await counter.buyer(), product)

    [found] = await advice(await counter.buyer("Новый"))

    assert (found.product.sku, found.reason, found.about) == ("HIT", Reason.POPULAR, None)


async def test_what_others_bought_with_it_comes_first(counter: Counter) -> None:
    sofa, table, lamp = [await counter.stocks(sku) for sku in ("SOFA", "TABLE", "LAMP")]
    for others in ((sofa, table), (sofa, table), (sofa, lamp)):
        await buys(await counter.buyer(), *others)

    found = await advice(await counter.buyer("Новый"), near=(sofa,))

    assert (found[0].product.sku, found[0].reason) == ("TABLE", Reason.BOUGHT_TOGETHER)
    assert found[0].about is not None
    assert found[0].about.ru == "Диван SOFA"
    assert "SOFA" not in skus(found)


async def test_a_cancelled_order_tells_nothing(counter: Counter) -> None:
    sofa, table = [await counter.stocks(sku) for sku in ("SOFA", "TABLE")]
    order = await buys(await counter.buyer(), sofa, table)
    await counter.becomes(order, OrderStatus.CANCELLED)

    found = await advice(await counter.buyer("Новый"), near=(sofa,))
    assert [one.reason for one in found] == [Reason.SIMILAR]


async def test_what_was_looked_at_leads_to_what_is_like_it(counter: Counter) -> None:
    await counter.stocks("SEEN", price=100_000)
    await counter.stocks("LIKE", price=110_000)
    buyer = await counter.buyer()
    await looks_at(buyer, "SEEN", price_minor=100_000_00)

    [found] = await advice(buyer)

    assert (found.product.sku, found.reason) == ("LIKE", Reason.SIMILAR)


async def test_the_liked_colour_and_price_come_first(counter: Counter) -> None:
    await counter.stocks("BLUE", price=200_000, attributes={"colour": "синий"})
    await counter.stocks("RED", price=200_000, attributes={"colour": "красный"})
    buyer = await counter.buyer()
    for price in (190_000_00, 200_000_00, 210_000_00):
        await looks_at(buyer, "GONE", colour="blue", price_minor=price)

    found = await advice(buyer)

    assert (found[0].product.sku, found[0].reason) == ("BLUE", Reason.LIKED)


async def test_what_is_sold_out_or_held_by_others_is_never_recommended(counter: Counter) -> None:
    await counter.stocks("OUT", availability=Availability.OUT_OF_STOCK)
    await counter.stocks("NONE", quantity=0)
    last = await counter.stocks("LAST", quantity=1)
    await buys(await counter.buyer(), last)
    buyer = await counter.buyer("Новый")
    await looks_at(buyer, "GONE")

    assert await advice(buyer) == []


async def test_another_city_s_goods_are_never_recommended(counter: Counter) -> None:
    async with counter.database.session_scope(counter.shop.company_id) as session:
        astana = await companies.create_city(
            session, counter.shop.company_id, NewCity(slug="astana", name="Астана")
        )
    there = await counter.stocks("ASTANA", city_id=astana.id)
    await counter.stocks("HERE", city_id=counter.shop.city_id)
    await buys(await counter.buyer(), there)
    buyer = await counter.buyer("Новый")
    await looks_at(buyer, "GONE")

    assert skus(await advice(buyer)) == ["HERE"]
    assert "ASTANA" in skus(await advice(buyer, city_id=astana.id))


async def test_what_was_bought_lately_is_not_recommended_again(counter: Counter) -> None:
    product = await counter.stocks("HAVE")
    buyer = await counter.buyer()
    await buys(buyer, product)

    assert await advice(buyer) == []


async def test_another_company_s_sales_tell_nothing(counter: Counter) -> None:
    sofa = await counter.stocks("SOFA")
    await buys(await counter.buyer(), sofa)
    buyer = await counter.buyer("Новый")
    stranger = Wanted(dialog_ids=[buyer.dialog_id], customer_id=buyer.customer_id, near=(sofa,))

    async with counter.database.session_scope(UUID(int=7)) as session:
        found = await RecommendationService(CatalogService()).recommend(session, stranger, now=datetime.now(UTC))

    assert found == []
