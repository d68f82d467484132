"""What becomes of an order: only along its ways, written down, and told to the shopper in their language."""

from __future__ import annotations

import asyncio
import json

import pytest

from shared.channels.contract import Platform
from shared.kernel.errors import NotFound
from shared.orders.errors import OrderChanged, StatusRefused
from shared.orders.schemas import OrderFilter, OrderStatus
from shared.orders.statuses import WAYS
from tests.integration.conversation import Stage
from tests.integration.orders.counter import Buyer, Counter
from tests.integration.people import open_dialog
from tests.integration.shops import Shop

SAID = "SELECT dialog_id, text FROM messages WHERE role = 'bot' ORDER BY dialog_id, seq"


async def test_each_change_is_told_where_the_order_was_made(counter: Counter) -> None:
    aigul = await counter.buyer()
    order = await aigul.orders(await counter.stocks())

    for status in (OrderStatus.CONFIRMED, OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.DONE):
        await counter.becomes(order, status)

    said = await counter.sql(SAID)
    assert [row["dialog_id"] for row in said] == [aigul.dialog_id] * 4
    for row, words in zip(said, ("подтверждён", "Оплата", "отправлен", "выполнен"), strict=True):
        assert words in row["text"]
        assert "№1" in row["text"]
    waiting = await counter.sql("SELECT count(*) AS calls FROM outbox WHERE status = 'waiting'")
    assert waiting == [{"calls": 4}]


async def test_it_is_told_in_the_shopper_s_language(counter: Counter) -> None:
    aigul = await counter.buyer()
    order = await aigul.orders(await counter.stocks())
    await counter.sql("UPDATE dialogs SET language = 'kk'")

    await counter.becomes(order, OrderStatus.CONFIRMED)

    [row] = await counter.sql(SAID)
    assert "расталды" in row["text"]


async def test_a_shopper_who_blocked_that_chat_is_told_in_another(counter: Counter) -> None:
    aigul = await counter.buyer(phone="+77011234567")
    order = await aigul.orders(await counter.stocks())
    other = await open_dialog(counter.database, counter.shop, phone="+77011234567")
    async with counter.database.session_scope(counter.shop.company_id) as session:
        await counter.customers.ensure(session, other)
    await counter.sql("UPDATE dialogs SET blocked = true WHERE id = :id", id=aigul.dialog_id)

    await counter.becomes(order, OrderStatus.CONFIRMED)

    assert [row["dialog_id"] for row in await counter.sql(SAID)] == [other]


async def test_the_history_tells_who_and_when(counter: Counter) -> None:
    order = await (await counter.buyer()).orders(await counter.stocks())

    await counter.becomes(order, OrderStatus.CONFIRMED, by="manager-1", comment="позвонили")

    async with counter.database.session_scope(counter.shop.company_id) as session:
        detail = await counter.orders.get(session, order.id)
    assert [(change.status, change.by, change.comment) for change in detail.history] == [
        (OrderStatus.NEW, "shopper", ""),
        (OrderStatus.CONFIRMED, "manager-1", "позвонили"),
    ]
    assert detail.version == 2


@pytest.mark.parametrize("status", list(OrderStatus))
@pytest.mark.parametrize("before", list(OrderStatus))
async def test_there_are_these_ways_and_no_others(
    counter: Counter, before: OrderStatus, status: OrderStatus
) -> None:
    order = await (await counter.buyer()).orders(await counter.stocks())
    await counter.sql("UPDATE orders SET status = :status", status=before.value)

    if status is before:
        assert (await counter.becomes(order, status)).version == 1
    elif status in WAYS[before]:
        assert (await counter.becomes(order, status)).status is status
    else:
        with pytest.raises(StatusRefused):
            await counter.becomes(order, status)


async def test_of_two_managers_at_once_the_second_is_told_of_the_first(counter: Counter) -> None:
    order = await (await counter.buyer()).orders(await counter.stocks())

    answers = await asyncio.gather(
        counter.becomes(order, OrderStatus.CONFIRMED, version=1),
        counter.becomes(order, OrderStatus.CANCELLED, version=1),
        return_exceptions=True,
    )

    assert sum(isinstance(answer, OrderChanged) for answer in answers) == 1
    assert len(await counter.sql(SAID)) == 1


async def test_a_shopper_cancels_an_order_that_is_not_paid_once(counter: Counter) -> None:
    aigul, berik = await counter.buyer(), await counter.buyer("Берик")
    order = await aigul.orders(await counter.stocks())

    async with counter.database.session_scope(counter.shop.company_id) as session:
        with pytest.raises(NotFound):
            await counter.orders.cancel(session, berik.customer_id, order.number)
        await counter.orders.cancel(session, aigul.customer_id, order.number)
        cancelled = await counter.orders.cancel(session, aigul.customer_id, order.number)

    assert (cancelled.status, cancelled.version) == (OrderStatus.CANCELLED, 2)
    assert await counter.sql(SAID) == []


async def test_a_shopper_does_not_cancel_what_is_paid(counter: Counter) -> None:
    aigul = await counter.buyer()
    order = await aigul.orders(await counter.stocks())
    await counter.becomes(order, OrderStatus.PAID)

    with pytest.raises(StatusRefused):
        async with counter.database.session_scope(counter.shop.company_id) as session:
            await counter.orders.cancel(session, aigul.customer_id, order.number)


async def test_orders_are_listed_by_what_is_asked(counter: Counter, rival: Counter) -> None:
    sofa, table = await counter.stocks("ALM-1", price=140_000), await counter.stocks("TBL-1", price=50_000)
    aigul, berik = await counter.buyer(), await counter.buyer("Берик")
    orders = [await aigul.orders(sofa), await berik.orders(table), await aigul.orders(table, 2)]
    await counter.becomes(orders[1], OrderStatus.CONFIRMED)
    await (await rival.buyer()).orders(await rival.stocks())

    async def listed(**conditions: object) -> list[int]:
        async with counter.database.session_scope(counter.shop.company_id) as session:
            page = await counter.orders.page(session, OrderFilter.model_validate(conditions))
            return [order.number for order in page.items]

    assert await listed() == [3, 2, 1]
    assert await listed(sort="number") == [1, 2, 3]
    assert await listed(sort="-total") == [1, 3, 2]
    assert await listed(status=[OrderStatus.CONFIRMED]) == [2]
    assert await listed(customer_id=aigul.customer_id) == [3, 1]
    assert await listed(number=2) == [2]


async def test_outside_the_window_the_bot_s_template_tells_number_and_status(stage: Stage) -> None:
    opened = await stage.open_shop(order_template="order_update")
    aigul = stage.shopper(opened, Platform.WHATSAPP)
    await aigul.says("здравствуйте")
    await aigul.listens()
    worker = stage.worker
    shop = Shop(opened.company_id, opened.city_id, opened.bots[Platform.WHATSAPP])
    counter = Counter(worker, shop)
    [row] = await counter.sql("SELECT id FROM dialogs")
    async with worker.database.session_scope(shop.company_id) as session:
        customer = await worker.services.customers.ensure(session, row["id"])
    order = await Buyer(counter, row["id"], customer.id).orders(await counter.stocks())
    await counter.sql("UPDATE dialogs SET last_inbound_at = now() - interval '25 hours'")

    await counter.becomes(order, OrderStatus.CONFIRMED)
    await stage.work()

    sent = json.loads(stage.calls("messages")[-1]["body"])["template"]
    assert sent["name"] == "order_update"
    [body] = sent["components"]
    assert [parameter["text"] for parameter in body["parameters"]] == [str(order.number), "подтверждён"]
