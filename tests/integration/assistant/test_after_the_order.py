"""What a shopper is told after ordering, and one person on two messengers: over the messengers' own HTTP."""

from __future__ import annotations

import json

from infra.local.simulator.whatsapp.numbers import WhatsAppNumber
from shared.channels.contract import Platform
from tests.integration.assistant.administration import administrator, brings_order
from tests.integration.assistant.shopping import begins_checkout, fills_cart, orders, places_order
from tests.integration.conversation import Shopper, Stage


async def test_each_status_that_the_staff_sets_is_told_to_the_shopper(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul, marat = stage.shopper(shop, platform), stage.shopper(shop, platform, "Марат")
    await marat.says("здравствуйте")
    await marat.listens()
    await places_order(aigul)
    manager = administrator(stage, shop)

    for status, told in (
        ("confirmed", "подтверждён"),
        ("paid", "Оплата"),
        ("shipped", "отправлен"),
        ("done", "Спасибо"),
    ):
        await brings_order(manager, status)
        assert told in await aigul.hears("№1"), status
    await marat.hears_nothing()


async def test_an_order_that_the_staff_cancels_is_told_and_shown_so(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await places_order(aigul)

    await brings_order(administrator(stage, shop), "cancelled")

    await aigul.hears("№1", "отменён")
    await aigul.says("мои заказы")
    await aigul.hears("отменён")


async def test_outside_whatsapps_window_a_status_goes_as_a_template(stage: Stage) -> None:
    shop = await stage.open_shop(order_template="order_update")
    aigul = stage.shopper(shop, Platform.WHATSAPP)
    await places_order(aigul)
    await stage.sql(shop, "UPDATE dialogs SET last_inbound_at = now() - interval '25 hours'")

    await brings_order(administrator(stage, shop), "confirmed")
    await stage.work()

    assert json.loads(stage.calls("messages")[-1]["body"])["template"]["name"] == "order_update"


async def test_a_person_on_two_messengers_has_one_cart_and_one_history(stage: Stage) -> None:
    shop = await stage.open_shop()
    on_telegram = stage.shopper(shop, Platform.TELEGRAM)
    phone = on_telegram.person.person.phone
    number = shop.simulated[Platform.WHATSAPP]
    assert isinstance(number, WhatsAppNumber)
    on_whatsapp = Shopper(stage, shop, stage.simulator.whatsapp.user("Айгуль Ким", bot=number, phone=phone))
    await places_order(on_whatsapp)
    await on_whatsapp.says("добавьте ALM-1 в корзину")
    await on_whatsapp.hears("Добавили в корзину")

    await fills_cart(on_telegram)
    await on_telegram.says("мои заказы")
    await on_telegram.hears("Заказов пока нет")
    await begins_checkout(on_telegram)

    await on_telegram.says("корзина")
    await on_telegram.hears("Диван «Алма»", "Диван «Номад»", "Итого: 260 000 ₸")
    await on_telegram.says("где мой заказ?")
    await on_telegram.hears("Заказ №1")
    assert await stage.sql(shop, "SELECT phone FROM customers") == [{"phone": f"+{phone.lstrip('+')}"}]


async def test_a_viber_contact_proves_nothing_and_joins_nobody(stage: Stage) -> None:
    shop = await stage.open_shop()
    on_whatsapp = stage.shopper(shop, Platform.WHATSAPP)
    await places_order(on_whatsapp)
    [order] = await orders(stage, shop)
    stranger = stage.shopper(shop, Platform.VIBER, "Чужой")
    await fills_cart(stranger)
    await stranger.presses("Оформить заказ")
    await stranger.hears("Как к вам обращаться?")
    await stranger.says("Айгуль Ким")
    await stranger.hears("По какому телефону")

    await stranger.person.send_contact(order["phone"], "Айгуль Ким")
    await stranger.hears("Как вам удобнее")

    await stranger.says("мои заказы")
    await stranger.hears("Заказов пока нет")
    await stranger.says("отмените заказ 1")
    await stranger.hears("Заказа №1 у вас не нашлось")
