"""The cart: one per customer, at the prices of the moment, never more than can be had."""

from __future__ import annotations

import asyncio

import pytest

from shared.kernel.errors import InvalidInput, NotFound
from shared.orders.schemas import LINES_LIMIT, QUANTITY_LIMIT, CartLimit
from tests.integration.orders.counter import Counter


async def test_a_cart_sums_what_was_put_into_it(counter: Counter) -> None:
    sofa, table = await counter.stocks("ALM-1", price=140_000), await counter.stocks("TBL-1", price=50_000)
    aigul = await counter.buyer()
    await aigul.adds(sofa)
    await aigul.adds(table)

    update = await aigul.adds(sofa, 2)

    assert (update.before, update.now, update.limit) == (1, 3, None)
    assert [(line.sku, line.quantity) for line in update.cart.lines] == [("ALM-1", 3), ("TBL-1", 1)]
    assert update.cart.total is not None
    assert update.cart.total.minor == 470_000_00
    [fact] = update.facts
    assert (fact.kind, fact.properties["sku"], fact.properties["quantity"]) == ("cart_added", "ALM-1", 2)


async def test_a_request_that_is_answered_again_adds_nothing(counter: Counter) -> None:
    sofa = await counter.stocks()
    aigul = await counter.buyer()
    await aigul.adds(sofa, request="update-1")

    again = await aigul.adds(sofa, request="update-1")
    other = await aigul.adds(sofa, request="update-2")

    assert (again.now, again.facts, other.now) == (1, (), 2)


async def test_an_order_of_many_products_that_is_taken_again_adds_nothing(counter: Counter) -> None:
    many = {await counter.stocks(f"ALM-{number}"): 2 for number in range(25)}
    aigul = await counter.buyer()
    first = await aigul.adds_all(many, request="update-1")

    again = await aigul.adds_all(many, request="update-1")

    assert ([update.now for update in first], list(again)) == ([2] * 25, [])
    assert {line.quantity for line in (await aigul.cart()).lines} == {2}


async def test_taps_at_once_are_all_counted(counter: Counter) -> None:
    sofa = await counter.stocks()
    aigul = await counter.buyer()

    await asyncio.gather(*(aigul.adds(sofa) for _ in range(10)))

    assert [line.quantity for line in (await aigul.cart()).lines] == [10]


async def test_quantities_are_changed_and_products_removed(counter: Counter) -> None:
    sofa, table = await counter.stocks("ALM-1"), await counter.stocks("TBL-1")
    aigul = await counter.buyer()
    await aigul.adds(sofa, 3)
    await aigul.adds(table)

    assert (await aigul.changes(sofa, 2)).now == 2
    assert (await aigul.removes(table)).now == 0
    assert (await aigul.removes(table)).cart.version == (await aigul.cart()).version
    assert [(line.sku, line.quantity) for line in (await aigul.cart()).lines] == [("ALM-1", 2)]
    with pytest.raises(NotFound):
        await aigul.changes(table, 1)
    with pytest.raises(InvalidInput):
        await aigul.adds(sofa, 0)


async def test_no_more_goes_in_than_is_free(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=3)
    aigul = await counter.buyer()
    await (await counter.buyer("Берик")).orders(sofa, 1)

    update = await aigul.adds(sofa, 5)

    assert (update.now, update.limit, update.left) == (2, CartLimit.STOCK, 2)


async def test_what_is_sold_out_does_not_go_in(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=0)

    update = await (await counter.buyer()).adds(sofa)

    assert (update.now, update.limit) == (0, CartLimit.SOLD_OUT)
    assert update.cart.lines == ()


async def test_quantities_lines_and_currencies_have_limits(counter: Counter) -> None:
    sofa, dollars = await counter.stocks("ALM-1"), await counter.stocks("USD-1", currency="USD")
    aigul = await counter.buyer()

    assert (await aigul.adds(sofa, QUANTITY_LIMIT + 1)).now == QUANTITY_LIMIT
    assert (await aigul.adds(dollars)).limit is CartLimit.CURRENCY
    for number in range(LINES_LIMIT - 1):
        assert (await aigul.adds(await counter.stocks(f"P-{number}"))).limit is None
    assert (await aigul.adds(await counter.stocks("P-LAST"))).limit is CartLimit.LINES


async def test_another_city_s_goods_do_not_go_in(counter: Counter) -> None:
    elsewhere = await counter.stocks("ALM-1", city_id=counter.shop.city_id)
    aigul = await counter.buyer()
    [city] = await counter.sql(
        "INSERT INTO cities SELECT company_id, :id, 'astana', 'Астана', timezone, currency, language, true, now()"
        " FROM cities RETURNING id",
        id=aigul.customer_id,
    )

    with pytest.raises(NotFound):
        await aigul.adds(elsewhere, city_id=city["id"])


async def test_another_company_s_goods_and_customers_do_not_exist(counter: Counter, rival: Counter) -> None:
    foreign = await rival.stocks()
    aigul, berik = await counter.buyer(), await rival.buyer("Берик")
    await berik.adds(foreign)

    with pytest.raises(NotFound):
        await aigul.adds(foreign)
    aigul.customer_id = berik.customer_id
    assert (await aigul.cart()).lines == ()
    with pytest.raises(NotFound):
        await aigul.adds(await counter.stocks())
