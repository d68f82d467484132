"""Reserved goods: held by orders, told apart from what lies in the warehouse, given back exactly once."""

from __future__ import annotations

import asyncio
from contextvars import Context

import psycopg
import pytest

from shared.catalog.service import CatalogService
from shared.composition import Worker
from shared.orders import stock
from shared.orders.errors import OutOfStock
from shared.orders.schemas import CartLimit, CheckoutChanged, OrderPlaced, OrderStatus
from tests.host import PATIENCE
from tests.integration.orders.counter import Counter
from tests.stack import WorkerStack

REFUSES = """
CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$
"""
DUE = "UPDATE stock_reservations SET expires_at = now() - interval '1 second'"


async def test_a_sync_that_sets_the_quantity_knows_nothing_of_reservations(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=5)
    await (await counter.buyer()).orders(sofa, 3)
    await counter.stocks(quantity=4)

    update = await (await counter.buyer("Берик")).adds(sofa, 4)

    assert (update.now, update.limit) == (1, CartLimit.STOCK)


async def test_a_reservation_that_ran_out_frees_the_goods_at_once(counter: Counter, worker: Worker) -> None:
    sofa = await counter.stocks(quantity=1)
    await (await counter.buyer()).orders(sofa)
    await counter.sql(DUE)

    order = await (await counter.buyer("Берик")).orders(sofa)

    assert order.number == 2
    await worker.reservation_runner.run()
    assert await counter.sql("SELECT order_id FROM stock_reservations") == [{"order_id": order.id}]


async def test_the_timer_tidies_every_company_and_nothing_too_early(
    counter: Counter, rival: Counter, worker: Worker
) -> None:
    ours, theirs = await counter.stocks(quantity=5), await rival.stocks(quantity=5)
    await (await counter.buyer()).orders(ours)
    await (await rival.buyer()).orders(theirs)
    await rival.sql(DUE)
    berik = await rival.buyer("Берик")
    await berik.orders(theirs, 2)

    await asyncio.gather(*(asyncio.create_task(worker.reservation_runner.run()) for _ in range(2)))

    assert (await counter.reserved(ours), await rival.reserved(theirs)) == (1, 2)


async def test_the_timer_only_rings_and_only_where_a_reservation_ran_out(counter: Counter, worker: Worker) -> None:
    sofa = await counter.stocks(quantity=5)
    await (await counter.buyer()).orders(sofa)
    assert await worker.reservation_watch.run() == 0
    await counter.sql(DUE)

    assert await worker.reservation_watch.run() == 1
    assert await counter.sql("SELECT count(*) AS n FROM stock_reservations") == [{"n": 1}]
    assert await worker.reservation_runner.run() == 1
    assert await worker.reservation_watch.run() == 0


async def test_one_company_s_failure_stops_no_other_s_tidying(
    counter: Counter, rival: Counter, worker: Worker, worker_stack: WorkerStack
) -> None:
    ours, theirs = await counter.stocks(quantity=5), await rival.stocks(quantity=5)
    await (await counter.buyer()).orders(ours)
    await (await rival.buyer()).orders(theirs)
    await counter.sql(DUE)
    await rival.sql(DUE)

    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as rows:
        rows.execute(REFUSES)
        try:
            rows.execute(
                "CREATE TRIGGER refuses BEFORE DELETE ON stock_reservations FOR EACH ROW"
                f" WHEN (OLD.company_id = '{rival.shop.company_id}') EXECUTE FUNCTION refuses()"
            )
            assert await worker.reservation_runner.run() == 1
        finally:
            rows.execute("DROP FUNCTION refuses CASCADE")

    assert await rival.sql("SELECT count(*) AS n FROM stock_reservations") == [{"n": 1}]
    assert await worker.reservation_runner.run() == 1


async def test_a_worker_that_stops_leaves_the_rest_to_the_next(counter: Counter, worker: Worker) -> None:
    await (await counter.buyer()).orders(await counter.stocks(quantity=5))
    await counter.sql(DUE)
    stopping = Worker(worker.settings)
    try:
        stopping.stop()
        assert await stopping.reservation_runner.run() == 0
    finally:
        await stopping.aclose()

    assert await worker.reservation_runner.run() == 1


async def test_a_reservation_that_is_being_confirmed_is_passed_over(counter: Counter, worker: Worker) -> None:
    sofa = await counter.stocks(quantity=5)
    buyer = await counter.buyer()
    held, gone = await buyer.orders(sofa), await buyer.orders(sofa)
    await counter.sql(DUE)

    async with counter.database.session_scope(counter.shop.company_id) as session:
        await stock.confirm(session, held.id)
        run = asyncio.create_task(worker.reservation_runner.run(), context=Context())
        assert await asyncio.wait_for(run, timeout=PATIENCE) == 1

    assert await counter.sql("SELECT order_id FROM stock_reservations") == [{"order_id": held.id}]
    assert gone.number == 2


async def test_a_confirmed_order_holds_its_goods_until_it_ends(counter: Counter, worker: Worker) -> None:
    sofa = await counter.stocks(quantity=2)
    order = await (await counter.buyer()).orders(sofa)

    await counter.becomes(order, OrderStatus.CONFIRMED)

    assert await counter.sql("SELECT expires_at FROM stock_reservations") == [{"expires_at": None}]


async def test_staff_that_confirms_late_reserves_anew(counter: Counter, worker: Worker) -> None:
    sofa = await counter.stocks(quantity=1)
    order = await (await counter.buyer()).orders(sofa)
    await counter.sql(DUE)
    await worker.reservation_runner.run()

    await counter.becomes(order, OrderStatus.CONFIRMED)

    assert await counter.reserved(sofa) == 1


async def test_staff_that_confirms_too_late_is_told_what_is_gone(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=1)
    order = await (await counter.buyer()).orders(sofa)
    await counter.sql(DUE)
    await (await counter.buyer("Берик")).orders(sofa)

    with pytest.raises(OutOfStock) as refused:
        await counter.becomes(order, OrderStatus.CONFIRMED)

    assert refused.value.skus == ("ALM-1",)
    assert (await counter.sql("SELECT status FROM orders WHERE number = 1")) == [{"status": "new"}]


async def test_shipped_goods_leave_the_warehouse_once(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=5)
    order = await (await counter.buyer()).orders(sofa, 2)
    await counter.becomes(order, OrderStatus.CONFIRMED)
    assert await counter.warehouse(sofa) == 5

    await counter.becomes(order, OrderStatus.SHIPPED)
    await counter.becomes(order, OrderStatus.DONE)

    assert (await counter.warehouse(sofa), await counter.reserved(sofa)) == (3, 0)


async def test_the_last_piece_that_left_is_sold_out(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=1)
    order = await (await counter.buyer()).orders(sofa)
    await counter.becomes(order, OrderStatus.CONFIRMED)
    await counter.becomes(order, OrderStatus.DONE)

    assert (await (await counter.buyer("Берик")).adds(sofa)).limit is CartLimit.SOLD_OUT
    assert await counter.sql("SELECT availability FROM products") == [{"availability": "out_of_stock"}]


async def test_a_cancelled_order_gives_back_what_it_held_exactly_once(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=3)
    aigul = await counter.buyer()
    order = await aigul.orders(sofa, 2)

    async def cancel() -> None:
        await counter.becomes(order, OrderStatus.CANCELLED)

    await asyncio.gather(*(cancel() for _ in range(5)))

    assert (await counter.warehouse(sofa), await counter.reserved(sofa)) == (3, 0)
    assert await counter.counted("order_cancelled") == [str(order.id)]


async def test_an_order_cancelled_on_its_way_puts_its_goods_back_exactly_once(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=3)
    order = await (await counter.buyer()).orders(sofa, 2)
    await counter.becomes(order, OrderStatus.CONFIRMED)
    await counter.becomes(order, OrderStatus.SHIPPED)
    assert await counter.warehouse(sofa) == 1

    await asyncio.gather(*(counter.becomes(order, OrderStatus.CANCELLED) for _ in range(3)))

    assert (await counter.warehouse(sofa), await counter.reserved(sofa)) == (3, 0)


async def test_many_carts_of_many_products_in_any_order_never_block_each_other(counter: Counter) -> None:
    """Ten products, ten of each; every buyer wants four in an order of their own, while a sync rewrites all."""
    products = [await counter.stocks(f"P-{number}", quantity=10) for number in range(10)]
    buyers = [await counter.buyer(f"Покупатель {number}") for number in range(30)]
    for number, buyer in enumerate(buyers):
        for step in range(4):
            await buyer.adds(products[(number * 7 + step * 3 * (1 if number % 2 else -1)) % 10])
        await buyer.says()

    async def sync() -> None:
        for number in range(10):
            await counter.stocks(f"P-{number}", quantity=10, price=140_000)

    *answers, _ = await asyncio.gather(*(buyer.confirms() for buyer in buyers), sync())

    assert all(isinstance(answer, OrderPlaced | CheckoutChanged) for answer in answers)
    for product in products:
        assert await counter.reserved(product) <= 10
    placed = sum(isinstance(answer, OrderPlaced) for answer in answers)
    assert placed * 4 == sum([await counter.reserved(product) for product in products])
    assert placed >= 15


async def test_goods_do_not_leave_between_two_looks_of_whoever_reserves(counter: Counter) -> None:
    """The warehouse and what is held of it are two reads: shipped between them, a piece would be free."""
    sofa = await counter.stocks(quantity=1)
    order = await (await counter.buyer()).orders(sofa)
    await counter.becomes(order, OrderStatus.CONFIRMED)

    async with counter.database.session_scope(counter.shop.company_id) as session:
        await stock.queue_up(session, [sofa])
        [product] = await CatalogService().products_by_ids(session, [sofa])
        shipping = asyncio.create_task(counter.becomes(order, OrderStatus.SHIPPED), context=Context())
        await asyncio.wait([shipping], timeout=0.5)
        others = await stock.held_by_others(session, [sofa])
        assert stock.free_pieces(product, others) == 0
    await shipping

    assert (await counter.warehouse(sofa), await counter.reserved(sofa)) == (0, 0)
