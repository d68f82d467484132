"""From a wish to an order, told as conversations over the messengers' own HTTP, without a model."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from tests.integration.assistant.shopping import begins_checkout, fills_cart, orders, places_order, reaches_summary
from tests.integration.conversation import Shop, Stage


async def count(stage: Stage, shop: Shop, sku: str, quantity: int) -> None:
    await stage.sql(shop, "UPDATE products SET quantity = :quantity WHERE sku = :sku", sku=sku, quantity=quantity)


async def test_a_sofa_is_ordered(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await begins_checkout(aigul)
    await aigul.presses("Доставка")
    await aigul.hears("Куда доставить?")
    await aigul.says("Алматы, Абая 10, кв. 5")
    await aigul.hears("Есть пожелания к заказу?")
    await aigul.says("Позвоните мне за час")
    await aigul.hears("120 000 ₸", "Айгуль Ким, +7", "Доставка: Алматы, Абая 10", "Позвоните мне за час")
    assert await orders(stage, shop) == []

    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1 на 120 000 ₸ принят!")
    [order] = await orders(stage, shop)
    assert (order["total_minor"], order["address"]) == (12_000_000, "Алматы, Абая 10, кв. 5")
    assert order["phone"].startswith("+7")

    await aigul.says("корзина")
    await aigul.hears("В корзине пока пусто")
    await aigul.says("где мой заказ?")
    await aigul.hears("Заказ №1", "новый", "Диван «Номад»", "Доставка: Алматы, Абая 10, кв. 5")


async def test_a_summary_is_confirmed_by_words_and_twice_is_once(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await reaches_summary(aigul)
    await aigul.says("да, подтверждаю" if platform is Platform.VIBER else "подтверждаю")
    await aigul.hears("Заказ №1 на 120 000 ₸ принят!")
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1 на 120 000 ₸ принят!")
    assert len(await orders(stage, shop)) == 1


TALKS = {
    "ru": [
        ("красный диван", "Диван «Алма» угловой"),
        ("добавь ALM-2 в корзину", "Добавили в корзину: Диван «Алма» угловой"),
        ("ещё один", "580 000 ₸"),
        ("сделай три штуки", "870 000 ₸"),
        ("покажи корзину", "Итого: 870 000 ₸"),
        ("убери из корзины", "больше ничего нет"),
        ("корзина", "В корзине пока пусто"),
    ],
    "kk": [
        ("қызыл диван керек", "Диван «Алма» угловой"),
        ("ALM-2 себетке қосыңыз", "Себетке қосылды: Диван «Алма» угловой"),
        ("тағы біреу", "580 000 ₸"),
        ("саны үш болсын", "870 000 ₸"),
        ("себетті көрсет", "Барлығы: 870 000 ₸"),
        ("мұны себеттен алып тастаңыз", "басқа ештеңе қалмады"),
        ("себетім", "Себетіңіз әзірге бос"),
    ],
    "en": [
        ("red sofa please", "Диван «Алма» угловой"),
        ("add ALM-2 to my cart", "Added to your cart: Диван «Алма» угловой"),
        ("one more", "580,000 ₸"),
        ("make it three", "870,000 ₸"),
        ("show my cart", "Total: 870,000 ₸"),
        ("remove it from my cart", "nothing else in your cart"),
        ("my cart", "Your cart is empty"),
    ],
}


@pytest.mark.parametrize("language", list(TALKS))
async def test_a_cart_is_led_by_words_in_three_languages(stage: Stage, language: str) -> None:
    shopper = stage.shopper(await stage.open_shop(), language=language)
    for said, heard in TALKS[language]:
        await shopper.says(said)
        await shopper.hears(heard)


async def test_buttons_change_the_cart_like_words(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await aigul.presses("➕ Ещё один")
    await aigul.hears("теперь 2 шт.", "240 000 ₸")
    await aigul.presses("Корзина")
    await aigul.hears("1. Диван «Номад» — 2 × 120 000 ₸ = 240 000 ₸", "Итого: 240 000 ₸")
    await aigul.presses("Изменить")
    await aigul.hears("2 шт. на 240 000 ₸")
    await aigul.presses("➖ Убрать один")
    await aigul.hears("Диван «Номад» — 1 шт.")
    await aigul.presses("➖ Убрать один")
    await aigul.hears("больше ничего нет")


async def test_a_named_product_goes_straight_into_the_cart(stage: Stage) -> None:
    aigul = stage.shopper(await stage.open_shop())
    await aigul.says("добавьте в корзину диван Номад")
    await aigul.hears("Добавили в корзину: Диван «Номад»")
    await aigul.says("добавь в корзину красный диван")
    await aigul.hears("Какой положить в корзину?", "«Алма» угловой")
    await aigul.says("первый в корзину")
    await aigul.hears("Добавили в корзину: Диван «Алма»")
    await aigul.says("убери номад из корзины")
    await aigul.hears("Убрали из корзины. Остальное на")
    await aigul.says("очистить корзину")
    await aigul.hears("Корзина пуста")


async def test_a_removal_takes_out_only_what_it_names(stage: Stage) -> None:
    aigul = stage.shopper(await stage.open_shop())
    for said in ("удали переписку", "delete my account"):
        await aigul.says(said)
        assert "корзин" not in (await aigul.hears()).lower()
    await fills_cart(aigul)
    for said in ("уберите красные", "исключите кожаные", "убрать уведомления"):
        await aigul.says(said)
        assert "корзин" not in (await aigul.hears()).lower()
    await aigul.says("корзина")
    await aigul.hears("Диван «Номад» — 120 000 ₸")
    await aigul.says("уберите номад")
    await aigul.hears("больше ничего нет")


async def test_a_word_beside_the_place_has_to_be_of_what_stands_there(stage: Stage) -> None:
    aigul = stage.shopper(await stage.open_shop())
    await aigul.says("красный диван")
    await aigul.hears("Диван «Алма» угловой")
    for said in (
        "возьму второй завтра",
        "куплю второй потом",
        "беру второй синий",
        "I'll take the second tomorrow",
    ):
        await aigul.says(said)
        await aigul.hears("Диван «Алма»")
        assert "В корзину" in aigul.buttons
    await aigul.says("корзина")
    await aigul.hears("В корзине пока пусто")
    await aigul.says("беру второй красный")
    await aigul.hears("Добавили в корзину: Диван «Алма»")
    await aigul.says("беру первый диван")
    await aigul.hears("Добавили в корзину: Диван «Алма»")


async def test_no_more_than_there_is_goes_into_the_cart(stage: Stage) -> None:
    shop = await stage.open_shop()
    await count(stage, shop, "NOM-1", 2)
    aigul = stage.shopper(shop)
    await aigul.says("синий диван")
    await aigul.hears("В наличии: 2 шт.")
    await aigul.says("есть в наличии?")
    await aigul.hears("Да, Диван «Номад» есть в наличии: 2 штуки")
    await aigul.says("беру три")
    await aigul.hears("Есть только 2 штуки", "— 2 шт.")
    await count(stage, shop, "NOM-1", 0)
    await aigul.says("в наличии?")
    await aigul.hears("сейчас нет в наличии")


async def test_a_price_that_changed_during_the_checkout_is_told_before_anything_is_ordered(
    stage: Stage, platform: Platform
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await reaches_summary(aigul)
    await stage.sql(shop, "UPDATE products SET price_minor = 13000000 WHERE sku = 'NOM-1'")
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("кое-что изменилось", "цена теперь 130 000 ₸ вместо 120 000 ₸", "Итого: 130 000 ₸")
    assert await orders(stage, shop) == []
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1 на 130 000 ₸ принят!")


async def test_what_sold_out_during_the_checkout_leaves_the_order(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await reaches_summary(aigul)
    await count(stage, shop, "NOM-1", 0)
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("закончился, убрали из заказа", "В корзине пока пусто")
    assert await orders(stage, shop) == []


async def test_another_wish_is_answered_and_the_checkout_goes_on(stage: Stage, platform: Platform) -> None:
    aigul = stage.shopper(await stage.open_shop(), platform)
    await fills_cart(aigul)
    await aigul.presses("Оформить заказ")
    await aigul.hears("Как к вам обращаться?")
    await aigul.says("красный диван")
    await aigul.hears("Диван «Алма»")
    await aigul.says("моя корзина")
    await aigul.hears("Диван «Номад»")
    await aigul.says("Айгуль")
    if platform is not Platform.WHATSAPP:
        await aigul.hears("По какому телефону")
        await aigul.says("12")
        await aigul.hears("в номере ошибка")
        await aigul.says("8 701 123 45 67")
    await aigul.hears("Как вам удобнее")
    await aigul.says("а доставка есть?")
    await aigul.hears("менеджер")
    await aigul.says("самовывоз")
    await aigul.hears("Есть пожелания")
    await aigul.says("нет")
    await aigul.hears("Айгуль, +7 70", "Самовывоз")


async def test_a_shopper_steps_back_edits_and_leaves(stage: Stage, platform: Platform) -> None:
    aigul = stage.shopper(await stage.open_shop(), platform)
    await fills_cart(aigul)
    await reaches_summary(aigul)
    await aigul.presses("Исправить")
    await aigul.hears("Что исправить?")
    await aigul.presses("Способ получения")
    await aigul.hears("Как вам удобнее")
    await aigul.presses("Доставка")
    await aigul.hears("Куда доставить?")
    await aigul.says("назад")
    await aigul.hears("Как вам удобнее")
    await aigul.presses("Доставка")
    await aigul.hears("Куда доставить?")
    await aigul.person.send_location(43.23891, 76.88971)
    await aigul.hears("Доставка: ", "43.23891, 76.88971")
    await aigul.says("отмена")
    await aigul.hears("оформление отменено", "Корзину сохранили")
    await aigul.says("да")
    assert "принят" not in await aigul.listens()


async def test_whoever_ordered_before_is_not_asked_again(stage: Stage, platform: Platform) -> None:
    aigul = stage.shopper(await stage.open_shop(), platform)
    await places_order(aigul)
    await fills_cart(aigul)
    await aigul.presses("Оформить заказ")
    await aigul.hears("Есть пожелания к заказу?")
    await aigul.presses("Без комментария")
    await aigul.hears("Айгуль Ким", "Самовывоз")
    await aigul.says("да")
    await aigul.hears("Заказ №2")
    await aigul.says("мои заказы")
    await aigul.hears("№2: новый", "№1: новый") if platform is not Platform.WHATSAPP else await aigul.hears(
        "заказы"
    )
    await aigul.says("заказ №1")
    await aigul.hears("Заказ №1 от")


async def test_an_own_telegram_contact_proves_the_phone_and_a_viber_one_does_not(
    stage: Stage, platform: Platform
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await reaches_summary(aigul)
    [customer] = await stage.sql(shop, "SELECT phone FROM customers")
    assert (customer["phone"] is None) == (platform is Platform.VIBER)
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1")
    [order] = await orders(stage, shop)
    assert order["phone"].startswith("+7")


async def test_somebody_elses_contact_is_a_phone_to_call_and_no_proof(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await fills_cart(aigul)
    await aigul.presses("Оформить заказ")
    await aigul.hears("Как к вам обращаться?")
    await aigul.presses("Айгуль Ким")
    await aigul.hears("По какому телефону")
    await aigul.person.send_contact("+77019998877", "Сестра")
    await aigul.hears("Как вам удобнее")
    assert await stage.sql(shop, "SELECT phone FROM customers") == [{"phone": None}]


async def test_an_order_is_cancelled_by_its_shopper_alone(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul, marat = stage.shopper(shop, platform), stage.shopper(shop, platform, "Марат")
    await places_order(aigul)
    await marat.says("отмените заказ 1")
    await marat.hears("Заказа №1 у вас не нашлось")
    await aigul.says("отмените мой заказ")
    await aigul.hears("Отменить заказ №1 на 120 000 ₸?")
    await aigul.presses("Да, отменить")
    await aigul.hears("Заказ №1 отменён")
    assert [order["status"] for order in await orders(stage, shop)] == ["cancelled"]


async def test_an_order_on_its_way_is_for_a_person(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await places_order(aigul)
    await stage.sql(shop, "UPDATE orders SET status = 'shipped'")
    await aigul.says("отменить заказ")
    await aigul.hears("Заказ №1", "отправлен")
    assert "Отменить заказ" not in aigul.buttons
    await aigul.says("отменить заказ 1")
    await aigul.hears("отменить его может только менеджер")


async def test_similar_products_are_a_press_away(stage: Stage, platform: Platform) -> None:
    aigul = stage.shopper(await stage.open_shop(), platform)
    await aigul.says("синий диван")
    await aigul.hears("Номад")
    await aigul.presses("Похожие")
    similar = await aigul.hears("Вот похожее", "«Алма»")
    assert "Номад" not in similar


async def test_orders_of_nobody_are_none(stage: Stage) -> None:
    aigul = stage.shopper(await stage.open_shop())
    await aigul.says("мои заказы")
    await aigul.hears("Заказов пока нет")
    await aigul.says("оформить заказ")
    await aigul.hears("В корзине пока пусто")
