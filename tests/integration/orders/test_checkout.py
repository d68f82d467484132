"""From a cart to an order: once, at the price and from the stock of the moment, or not at all."""

from __future__ import annotations

import asyncio
from contextvars import Context

from shared.catalog.schemas import Availability
from shared.orders.schemas import (
    CheckoutChanged,
    CheckoutDraft,
    CheckoutField,
    CheckoutIncomplete,
    DeliveryMethod,
    FewerLeft,
    Gone,
    OrderPlaced,
    OrderStatus,
    PriceChanged,
)
from tests.host import PATIENCE
from tests.integration.orders.counter import PICKUP, Counter


async def test_a_confirmed_cart_is_an_order(counter: Counter) -> None:
    sofa, table = await counter.stocks("ALM-1"), await counter.stocks("TBL-1", price=50_000, quantity=5)
    aigul = await counter.buyer()
    await aigul.adds(sofa)
    await aigul.adds(table, 2, city_id=counter.shop.city_id)
    await aigul.says(
        CheckoutDraft(
            name="Айгуль",
            phone="8 701 123 45 67",
            method=DeliveryMethod.DELIVERY,
            address="Абая 10, кв. 5",
            comment="после шести",
        )
    )

    placed = await aigul.confirms()

    assert isinstance(placed, OrderPlaced)
    order = placed.order
    assert (order.number, order.status, order.total.minor) == (1, OrderStatus.NEW, 240_000_00)
    assert [(line.sku, line.quantity, line.price.minor) for line in order.lines] == [
        ("ALM-1", 1, 140_000_00),
        ("TBL-1", 2, 50_000_00),
    ]
    assert (order.name, order.phone, order.address, order.comment) == (
        "Айгуль",
        "+77011234567",
        "Абая 10, кв. 5",
        "после шести",
    )
    assert (order.city_id, order.dialog_id, order.customer_id) == (
        counter.shop.city_id,
        aigul.dialog_id,
        aigul.customer_id,
    )
    assert (await aigul.cart()).lines == ()
    assert await counter.reserved(table) == 2


async def test_fifty_confirmations_of_one_cart_at_once_are_one_order(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=50)
    aigul = await counter.buyer()
    await aigul.adds(sofa)
    seen = await aigul.says()

    answers = await asyncio.gather(*(aigul.confirms(seen) for _ in range(50)))

    placed = [answer for answer in answers if isinstance(answer, OrderPlaced)]
    assert len(placed) == 50
    assert len({answer.order.id for answer in placed}) == 1
    assert sum(not answer.repeated for answer in placed) == 1
    assert await counter.sql("SELECT number FROM orders") == [{"number": 1}]
    assert await counter.reserved(sofa) == 1


async def test_a_turn_that_is_run_again_after_a_crash_gets_the_same_order(counter: Counter) -> None:
    """The worker died between the order and the answer; by then the shopper may have begun another cart."""
    sofa = await counter.stocks()
    aigul = await counter.buyer()
    await aigul.adds(sofa)
    seen = await aigul.says()
    first = await aigul.confirms(seen)
    await aigul.adds(sofa, 3)

    again = await aigul.confirms(seen)

    assert isinstance(first, OrderPlaced)
    assert isinstance(again, OrderPlaced)
    assert again.repeated
    assert again.order == first.order
    assert await counter.counted("order_placed") == [str(first.order.id)]
    assert len((await aigul.cart()).lines) == 1


async def test_a_hundred_buyers_of_the_last_ten_pieces_get_ten(counter: Counter) -> None:
    sofa, table = await counter.stocks("ALM-1", quantity=10), await counter.stocks("TBL-1", quantity=1000)
    buyers = [await counter.buyer(f"Покупатель {number}") for number in range(100)]
    for number, buyer in enumerate(buyers):
        for product in (sofa, table) if number % 2 else (table, sofa):
            await buyer.adds(product)
        await buyer.says()

    answers = await asyncio.gather(*(buyer.confirms() for buyer in buyers))

    placed = [answer.order for answer in answers if isinstance(answer, OrderPlaced)]
    refused = [answer for answer in answers if isinstance(answer, CheckoutChanged)]
    assert (len(placed), len(refused)) == (10, 90)
    assert {type(change) for answer in refused for change in answer.changes} == {Gone}
    assert sorted(order.number for order in placed) == list(range(1, 11))
    assert await counter.reserved(sofa) == 10
    assert await counter.reserved(table) == 10


async def test_who_takes_the_last_piece_is_waited_for(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=1)
    aigul, berik = await counter.buyer(), await counter.buyer("Берик")
    for buyer in (aigul, berik):
        await buyer.adds(sofa)
        await buyer.says()
    seen = await aigul.cart()
    assert seen.id is not None
    assert seen.total is not None

    async with counter.database.session_scope(counter.shop.company_id) as session:
        first = await counter.checkout.confirm(
            session,
            aigul.customer_id,
            seen.id,
            version=seen.version,
            total_minor=seen.total.minor,
            dialog_id=aigul.dialog_id,
        )
        second = asyncio.create_task(berik.confirms(), context=Context())
        await asyncio.sleep(0.2)
        assert not second.done()
    answer = await asyncio.wait_for(second, PATIENCE)

    assert isinstance(first, OrderPlaced)
    assert isinstance(answer, CheckoutChanged)
    assert [type(change) for change in answer.changes] == [Gone]
    assert await counter.reserved(sofa) == 1


async def test_a_price_that_changed_during_the_checkout_is_told_and_confirmed_anew(counter: Counter) -> None:
    sofa = await counter.stocks(price=140_000)
    aigul = await counter.buyer()
    await aigul.adds(sofa)
    seen = await aigul.says()
    await counter.stocks(price=160_000)

    changed = await aigul.confirms(seen)

    assert isinstance(changed, CheckoutChanged)
    [change] = changed.changes
    assert isinstance(change, PriceChanged)
    assert (change.was.minor, change.now.minor) == (140_000_00, 160_000_00)
    assert changed.cart.total is not None
    assert changed.cart.total.minor == 160_000_00
    assert await counter.sql("SELECT id FROM orders") == []
    placed = await aigul.confirms(changed.cart)
    assert isinstance(placed, OrderPlaced)
    assert placed.order.total.minor == 160_000_00


async def test_fewer_pieces_than_wanted_are_told_and_the_cart_has_those(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=5)
    aigul = await counter.buyer()
    await aigul.adds(sofa, 5)
    seen = await aigul.says()
    await (await counter.buyer("Берик")).orders(sofa, 2)

    changed = await aigul.confirms(seen)

    assert isinstance(changed, CheckoutChanged)
    [change] = changed.changes
    assert isinstance(change, FewerLeft)
    assert (change.wanted, change.left) == (5, 3)
    assert [line.quantity for line in changed.cart.lines] == [3]
    assert isinstance(await aigul.confirms(changed.cart), OrderPlaced)


async def test_what_is_no_longer_sold_leaves_the_cart(counter: Counter) -> None:
    sofa, table = await counter.stocks("ALM-1"), await counter.stocks("TBL-1")
    aigul = await counter.buyer()
    await aigul.adds(sofa)
    await aigul.adds(table)
    seen = await aigul.says()
    await counter.stocks("ALM-1", active=False)

    changed = await aigul.confirms(seen)

    assert isinstance(changed, CheckoutChanged)
    assert [(type(change), change.product_id) for change in changed.changes] == [(Gone, sofa)]
    assert [line.sku for line in changed.cart.lines] == ["TBL-1"]


async def test_an_old_button_does_not_order_what_was_added_since(counter: Counter) -> None:
    sofa = await counter.stocks()
    aigul = await counter.buyer()
    await aigul.adds(sofa)
    seen = await aigul.says()
    await aigul.adds(sofa)

    answer = await aigul.confirms(seen)

    assert isinstance(answer, CheckoutChanged)
    assert (answer.changes, [line.quantity for line in answer.cart.lines]) == ((), [2])


async def test_a_cleared_cart_cannot_be_confirmed(counter: Counter) -> None:
    sofa = await counter.stocks()
    aigul = await counter.buyer()
    await aigul.adds(sofa)
    seen = await aigul.says()
    await aigul.clears()

    answer = await aigul.confirms(seen)

    assert isinstance(answer, CheckoutChanged)
    assert answer.cart.lines == ()


async def test_nothing_is_ordered_before_all_is_known(counter: Counter) -> None:
    sofa = await counter.stocks()
    aigul = await counter.buyer()
    await aigul.adds(sofa)

    answer = await aigul.confirms()
    assert isinstance(answer, CheckoutIncomplete)
    assert answer.missing == (CheckoutField.NAME, CheckoutField.PHONE, CheckoutField.METHOD)

    await aigul.says(CheckoutDraft(name="Айгуль", phone="87011234567", method=DeliveryMethod.DELIVERY))
    answer = await aigul.confirms()
    assert isinstance(answer, CheckoutIncomplete)
    assert answer.missing == (CheckoutField.ADDRESS,)


async def test_the_next_checkout_begins_with_the_answers_of_the_last(counter: Counter) -> None:
    sofa = await counter.stocks()
    aigul = await counter.buyer()
    await aigul.adds(sofa)
    await aigul.says(PICKUP.model_copy(update={"comment": "подарок"}))
    await aigul.confirms()
    await aigul.adds(sofa)

    async with counter.database.session_scope(counter.shop.company_id) as session:
        cart = await counter.checkout.begin(session, aigul.customer_id, name="Aigul", phone=None)

    assert cart.checkout == PICKUP
    assert cart.checkout.missing == ()


async def test_made_on_order_there_is_always_enough(counter: Counter) -> None:
    sofa = await counter.stocks(quantity=0, availability=Availability.ON_ORDER)
    aigul = await counter.buyer()

    order = await aigul.orders(sofa, 7)

    assert order.lines[0].quantity == 7
    assert await counter.reserved(sofa) == 0


async def test_each_company_counts_its_own_orders(counter: Counter, rival: Counter) -> None:
    ours = [await (await counter.buyer()).orders(await counter.stocks()) for _ in range(2)]
    theirs = await (await rival.buyer()).orders(await rival.stocks())

    assert ([order.number for order in ours], theirs.number) == ([1, 2], 1)
