"""Two customers who prove to be one person: their carts and orders are one person's too."""

from __future__ import annotations

import asyncio
from contextvars import Context

from shared.customers.schemas import Customer
from shared.orders.schemas import QUANTITY_LIMIT, CheckoutChanged, CheckoutDraft, OrderPlaced
from tests.host import PATIENCE
from tests.integration.orders.counter import Buyer, Counter

PHONE = "+77011234567"


async def prove(buyer: Buyer, phone: str = PHONE) -> Customer:
    async with buyer.counter.database.session_scope(buyer.counter.shop.company_id) as session:
        return await buyer.counter.customers.prove_phone(session, buyer.dialog_id, phone)


async def test_orders_of_both_are_one_person_s(counter: Counter) -> None:
    sofa = await counter.stocks()
    whatsapp, telegram = await counter.buyer(phone=PHONE), await counter.buyer()
    orders = [await whatsapp.orders(sofa), await telegram.orders(sofa)]

    joined = await prove(telegram)

    async with counter.database.session_scope(counter.shop.company_id) as session:
        found = await counter.orders.of_customer(session, joined.id)
    assert [order.number for order in found] == [orders[1].number, orders[0].number]


async def test_two_carts_become_one(counter: Counter) -> None:
    sofa, table = await counter.stocks("ALM-1"), await counter.stocks("TBL-1")
    whatsapp, telegram = await counter.buyer(phone=PHONE), await counter.buyer()
    await whatsapp.adds(sofa, 60)
    await whatsapp.says(CheckoutDraft(name="Айгуль"))
    await telegram.adds(sofa, 60)
    await telegram.adds(table, 2)
    await telegram.says(CheckoutDraft(name="A.", comment="подарок"))

    await prove(telegram)

    cart = await whatsapp.cart()
    assert {line.sku: line.quantity for line in cart.lines} == {"ALM-1": QUANTITY_LIMIT, "TBL-1": 2}
    assert (cart.checkout.name, cart.checkout.comment) == ("Айгуль", "подарок")
    assert len(await counter.sql("SELECT id FROM carts")) == 1


async def test_a_cart_moves_to_a_customer_who_has_none(counter: Counter) -> None:
    whatsapp, telegram = await counter.buyer(phone=PHONE), await counter.buyer()
    await telegram.adds(await counter.stocks(), 2)

    await prove(telegram)

    assert [line.quantity for line in (await whatsapp.cart()).lines] == [2]


async def test_a_cart_that_was_merged_is_shown_anew_before_it_is_ordered(counter: Counter) -> None:
    sofa = await counter.stocks()
    whatsapp, telegram = await counter.buyer(phone=PHONE), await counter.buyer()
    await whatsapp.adds(sofa)
    seen_there = await whatsapp.says()
    await telegram.adds(sofa)
    seen_here = await telegram.says()

    joined = await prove(telegram)

    telegram.customer_id = joined.id
    for buyer, seen in ((whatsapp, seen_there), (telegram, seen_here)):
        answer = await buyer.confirms(seen)
        assert isinstance(answer, CheckoutChanged)
        assert [line.quantity for line in answer.cart.lines] == [2]


async def test_a_join_while_a_cart_is_being_confirmed_waits_for_the_order(counter: Counter) -> None:
    sofa = await counter.stocks()
    whatsapp, telegram = await counter.buyer(phone=PHONE), await counter.buyer()
    await telegram.adds(sofa)
    seen = await telegram.says()
    assert seen.id is not None
    assert seen.total is not None

    async with counter.database.session_scope(counter.shop.company_id) as session:
        placed = await counter.checkout.confirm(
            session,
            telegram.customer_id,
            seen.id,
            version=seen.version,
            total_minor=seen.total.minor,
            dialog_id=telegram.dialog_id,
        )
        joining = asyncio.create_task(prove(telegram), context=Context())
        await asyncio.sleep(0.2)
        assert not joining.done()
    joined = await asyncio.wait_for(joining, PATIENCE)

    assert isinstance(placed, OrderPlaced)
    assert joined.id == whatsapp.customer_id
    assert await counter.sql("SELECT number, customer_id FROM orders") == [{"number": 1, "customer_id": joined.id}]
    telegram.customer_id = joined.id
    again = await telegram.confirms(seen)
    assert isinstance(again, OrderPlaced)
    assert again.repeated
