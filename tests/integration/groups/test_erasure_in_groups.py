"""Issue 7, number 1: erasure and export belong to the person, wherever they spoke; an open order is not emptied."""

from __future__ import annotations

import json

from shared.channels.contract import Platform
from shared.orders.schemas import OrderStatus
from tests.integration.conversation import Shopper
from tests.integration.customers.archive import Archive
from tests.integration.groups.party import Member, Party

SECRET = "подарок для тайной сестры"
FORGET = "Да, удалить всё"


async def order(shopper: Shopper) -> None:
    """Order a sofa to an address."""
    await shopper.says("добавь ALM-1 в корзину")
    await shopper.hears("Добавили")
    await shopper.says("оформить заказ")
    await shopper.hears()
    for words in ("Айгуль Ким", "+7 701 555 44 33", "доставка", "улица Тайная, дом 5", "нет"):
        await shopper.says(words)
        await shopper.hears()
    await shopper.presses("Подтвердить заказ")
    await shopper.hears("принят")


async def test_who_is_forgotten_is_forgotten_in_groups_too(
    party: Party, aigul: Member, marat: Member, archive: Archive
) -> None:
    await aigul.asks(f"диван, {SECRET}")
    await aigul.hears()
    await marat.asks("синий диван для бабушки")
    await aigul.hears()
    await aigul.asks("забудь меня")
    await aigul.hears()
    await aigul.follows("Открыть личный чат")
    await aigul.private.hears("Удалить всё")
    await aigul.private.presses(FORGET)
    await aigul.private.hears("всё о вас забыл")

    # what is searched for is counted, without whoever searched
    assert archive.places_with([SECRET, "тайной"]) == {"analytics_events"}
    assert archive.places_with(["Айгуль"]) == set()
    left = await party.stage.sql(party.shop, "SELECT text FROM messages WHERE text LIKE '%бабушки%'")
    assert len(left) == 1


async def test_an_export_tells_what_was_said_in_groups(party: Party, aigul: Member, marat: Member) -> None:
    await aigul.asks(f"диван, {SECRET}")
    await aigul.hears()
    await marat.asks("красный диван")
    await aigul.hears()
    await aigul.private.says("добавь ALM-1 в корзину")
    await aigul.private.hears()
    stage = party.stage
    [row] = await stage.sql(party.shop, "SELECT id FROM customers")
    async with stage.worker.database.session_scope(party.shop.company_id) as session:
        told = json.dumps(await stage.worker.services.customers.export(session, row["id"]), ensure_ascii=False)
    assert SECRET in told
    assert "красный диван" not in told


async def test_an_open_order_keeps_what_it_takes_to_deliver_it(party: Party, archive: Archive) -> None:
    stage, shop = party.stage, party.shop
    aigul = stage.shopper(shop, Platform.TELEGRAM, "Айгуль Ким")
    await order(aigul)
    await aigul.says("забудь меня")
    await aigul.hears("Заказ №1 ещё не выполнен", "сохранит")
    await aigul.presses(FORGET)
    await aigul.hears("всё о вас забыл", "остались только в заказе №1")

    [row] = await stage.sql(shop, "SELECT id, name, phone, address, customer_id, dialog_id FROM orders")
    assert (row["name"], row["phone"]) == ("Айгуль Ким", "+77015554433")
    assert "Тайная" in row["address"]
    assert (row["customer_id"], row["dialog_id"]) == (None, None)
    await aigul.says("мои заказы")
    assert "№1" not in await aigul.hears()

    for status in (OrderStatus.CONFIRMED, OrderStatus.SHIPPED, OrderStatus.DONE):
        async with stage.worker.database.session_scope(shop.company_id) as session:
            await stage.worker.services.orders.change_status(
                session, row["id"], status, by="boss", comment="Тайная 5"
            )
    [row] = await stage.sql(shop, "SELECT name, phone, address, comment, status FROM orders")
    assert row == {"name": "", "phone": "", "address": "", "comment": "", "status": "done"}
    assert archive.places_with(["Тайная", "77015554433"]) == set()


async def test_a_cancelled_order_is_emptied_too(party: Party) -> None:
    stage, shop = party.stage, party.shop
    aigul = stage.shopper(shop, Platform.TELEGRAM, "Айгуль Ким")
    await order(aigul)
    await aigul.says("забудь меня")
    await aigul.hears()
    await aigul.presses(FORGET)
    await aigul.hears()
    [row] = await stage.sql(shop, "SELECT id FROM orders")
    async with stage.worker.database.session_scope(shop.company_id) as session:
        await stage.worker.services.orders.change_status(session, row["id"], OrderStatus.CANCELLED, by="boss")
    [row] = await stage.sql(shop, "SELECT name, phone, address FROM orders")
    assert row == {"name": "", "phone": "", "address": ""}
