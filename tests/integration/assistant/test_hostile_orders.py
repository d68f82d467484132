"""Shoppers who press everything twice, in the wrong order and from old messages, and say what nobody expects."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.channels.contract import Platform
from tests.integration.assistant.administration import administrator, brings_order
from tests.integration.assistant.shopping import begins_checkout, fills_cart, orders, places_order, reaches_summary
from tests.integration.conversation import Shop, Shopper, Stage, open_stage


@pytest.fixture
async def stage(settings_env: dict[str, str]) -> AsyncIterator[Stage]:
    """Shoppers here write as fast as tests do."""
    async with open_stage(settings_env, messages_per_minute=600) as opened:
        yield opened


async def reaches_delivery_summary(shopper: Shopper, address: str) -> None:
    await begins_checkout(shopper)
    await shopper.presses("Доставка")
    await shopper.hears("Куда доставить?")
    await shopper.says(address)
    await shopper.hears("Есть пожелания")
    await shopper.presses("Без комментария")
    await shopper.hears("Проверьте, пожалуйста, заказ", address)


async def pieces(stage: Stage, shop: Shop) -> list[tuple[str, int]]:
    rows = await stage.sql(shop, "SELECT sku, quantity FROM cart_lines ORDER BY sku")
    return [(row["sku"], row["quantity"]) for row in rows]


async def test_two_different_buttons_pressed_at_once_both_count(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await aigul.says("диван")
    await aigul.listens()
    await aigul.says("NOM-1")
    await aigul.hears("Номад")
    await aigul.presses("В корзину")
    await aigul.presses("🔔 Следить за ценой")
    heard = await aigul.listens()

    assert "Добавили в корзину" in heard
    assert "Договорились" in heard


async def test_a_double_tap_is_one_piece(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await aigul.says("NOM-1")
    await aigul.hears("Номад")
    await aigul.presses("В корзину")
    await aigul.presses("В корзину")
    await aigul.listens()

    assert await pieces(stage, shop) == [("NOM-1", 1)]


async def test_words_before_a_button_are_not_lost(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await fills_cart(aigul)
    await aigul.says("ALM-1")
    await aigul.hears("Алма")
    await aigul.says("добавь ALM-2 в корзину")
    await aigul.presses("Похожие")
    await aigul.listens()

    assert await pieces(stage, shop) == [("ALM-2", 1), ("NOM-1", 1)]


async def test_an_old_summary_does_not_order_to_another_address(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await reaches_delivery_summary(aigul, "Алматы, Абая 10")
    [cart] = await stage.sql(shop, "SELECT id, version FROM carts")
    await aigul.presses("Исправить")
    await aigul.hears("Что исправить?")
    await aigul.presses("Адрес")
    await aigul.hears("Куда доставить?")
    await aigul.says("Астана, Кенесары 5")
    await aigul.hears("Проверьте, пожалуйста, заказ", "Кенесары 5")

    [later] = await stage.sql(shop, "SELECT id, version FROM carts")
    assert (later["id"], later["version"]) == (cart["id"], cart["version"] + 1)


async def test_a_summary_seen_before_the_other_messenger_changed_the_address_orders_nothing(stage: Stage) -> None:
    shop = await stage.open_shop()
    here, there = stage.shopper(shop, Platform.TELEGRAM), stage.shopper(shop, Platform.WHATSAPP)
    await fills_cart(here)
    await reaches_delivery_summary(here, "Алматы, Абая 10")
    await stage.sql(shop, "UPDATE carts SET address = 'Астана, Кенесары 5', version = version + 1")

    await here.presses("Подтвердить заказ")

    await here.hears("Проверьте, пожалуйста, заказ", "Кенесары 5")
    assert await orders(stage, shop) == []
    await there.hears_nothing()


async def test_buttons_of_a_finished_checkout_leave_no_trace(stage: Stage, platform: Platform) -> None:
    """Pressed from an old message, «Без комментария» is no answer to the next order's question."""
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await begins_checkout(aigul)
    await aigul.presses("Самовывоз")
    await aigul.hears("Есть пожелания")
    await aigul.presses("Без комментария")
    await aigul.hears("Проверьте")
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1")

    for title in ("Самовывоз", "Без комментария") if platform is Platform.TELEGRAM else ("Самовывоз",):
        await aigul.presses(title)
        await aigul.hears("пусто")
    await fills_cart(aigul)
    await aigul.presses("Оформить заказ")
    await aigul.hears("Есть пожелания")


async def test_leaving_the_checkout_after_the_order_says_that_it_stands(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await fills_cart(aigul)
    await reaches_summary(aigul)
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1")

    await aigul.presses("Отменить оформление")
    heard = await aigul.hears("Заказ №1 уже оформлен")
    assert "отменено" not in heard
    await aigul.presses("Мой заказ")
    await aigul.hears("Заказ №1", "новый")
    assert "Отменить заказ" in aigul.buttons


async def test_leaving_a_checkout_tells_of_no_order_of_another_day(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await places_order(aigul)
    await stage.sql(shop, "UPDATE orders SET created_at = created_at - interval '200 days'")
    await fills_cart(aigul)
    await aigul.presses("Оформить заказ")
    await aigul.hears("Есть пожелания")
    await stage.sql(shop, "DELETE FROM cart_lines")

    await aigul.presses("Отменить оформление")

    assert "Заказ №1" not in await aigul.hears("оформление отменено")


async def test_confirming_again_what_was_cancelled_does_not_say_that_it_is_accepted(
    stage: Stage, platform: Platform
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await reaches_summary(aigul)
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1")
    await brings_order(administrator(stage, shop), "cancelled")
    await aigul.hears("№1")

    await aigul.presses("Подтвердить заказ")

    assert "принят" not in await aigul.hears("Заказ №1", "отмен")
    assert len(await orders(stage, shop)) == 1


@pytest.mark.parametrize("said", ["добавь 500 штук", "беру 999"])
async def test_more_than_one_order_takes_is_told(stage: Stage, said: str) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await aigul.says("NOM-1")
    await aigul.hears("Номад")
    await aigul.says(said)

    await aigul.hears("Больше положить нельзя")
    assert await pieces(stage, shop) == [("NOM-1", 99)]


async def test_a_name_of_emoji_is_neither_offered_nor_taken(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, name="🔥🔥")
    await fills_cart(aigul)
    await aigul.presses("Оформить заказ")
    await aigul.hears("Как к вам обращаться?")
    assert "🔥🔥" not in aigul.buttons
    await aigul.says("🔥🔥")
    await aigul.hears("Не получилось прочитать имя")


async def test_a_comment_without_end_is_told_and_the_checkout_goes_on(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await begins_checkout(aigul)
    await aigul.presses("Самовывоз")
    await aigul.hears("Есть пожелания")
    await aigul.says("позвоните за час, " * 200)
    await aigul.hears("не длиннее 1000 знаков")
    await aigul.says("позвоните за час")
    await aigul.hears("Проверьте", "позвоните за час")


PHONES = {
    "+1 (415) 555-2671": "+14155552671",
    "00 49 30 1234567": "+49301234567",
    "8 701 123 45 67": "+77011234567",
    "87011234567 это мой": "+77011234567",
}


@pytest.mark.parametrize("typed", list(PHONES))
async def test_phones_of_other_countries_are_taken(stage: Stage, typed: str) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await fills_cart(aigul)
    await aigul.presses("Оформить заказ")
    await aigul.hears("Как к вам обращаться?")
    await aigul.says("Айгуль")
    await aigul.hears("По какому телефону")
    await aigul.says(typed)
    await aigul.hears("Как вам удобнее")
    assert [row["phone"] for row in await stage.sql(shop, "SELECT phone FROM carts")] == [PHONES[typed]]


@pytest.mark.parametrize("typed", ["0555 123 456", "12345", "+0 555 123 456 78"])
async def test_a_number_without_its_country_is_asked_again(stage: Stage, typed: str) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await fills_cart(aigul)
    await aigul.presses("Оформить заказ")
    await aigul.hears("Как к вам обращаться?")
    await aigul.says("Айгуль")
    await aigul.hears("По какому телефону")
    await aigul.says(typed)
    await aigul.hears("в номере ошибка")


async def test_what_is_gone_from_the_shop_is_told_in_the_cart(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await fills_cart(aigul)
    await stage.sql(shop, "UPDATE products SET active = false WHERE sku = 'NOM-1'")
    await aigul.presses("➕ Ещё один")
    await aigul.hears("больше нет")
    await aigul.presses("Оформить заказ")
    await aigul.hears("Номад", "убрали из заказа")
    assert await pieces(stage, shop) == []


async def test_nobody_reaches_another_s_order(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul, marat = stage.shopper(shop, platform), stage.shopper(shop, platform, "Марат")
    await fills_cart(aigul)
    await reaches_summary(aigul)
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1")

    for words in ("заказ №1", "отмени заказ 1", "заказ №999999999", "заказ №99999999999999999999"):
        await marat.says(words)
        heard = await marat.listens()
        assert heard
        assert "Номад" not in heard
    assert [order["status"] for order in await orders(stage, shop)] == ["new"]
