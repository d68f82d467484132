"""A checkout that is talked away from and come back to, on every messenger, with and without a model."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from shared.channels.contract import Platform
from tests.doubles.openai_server import OpenAIServer, calls, says
from tests.integration.assistant.shopping import begins_checkout, fills_cart, orders, reaches_summary
from tests.integration.conversation import Stage, open_stage

BACK = "Продолжить заказ"


async def test_after_a_detour_a_button_leads_back_to_the_question(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await begins_checkout(aigul)
    assert BACK not in aigul.buttons

    await aigul.says("какие у вас есть красные диваны?")
    await aigul.hears("Диван «Алма»")
    assert BACK in aigul.buttons
    await aigul.says("спасибо")
    await aigul.hears()
    assert BACK in aigul.buttons

    await aigul.presses(BACK)
    await aigul.hears("Как вам удобнее получить заказ?")
    assert BACK not in aigul.buttons
    await aigul.presses("Самовывоз")
    await aigul.hears("Есть пожелания к заказу?")
    begun = "SELECT count(*) AS times FROM analytics_events WHERE kind = 'checkout_started'"
    assert await stage.sql(shop, begun) == [{"times": 1}]


async def test_nothing_leads_back_where_nothing_waits(stage: Stage) -> None:
    aigul = stage.shopper(await stage.open_shop())
    await fills_cart(aigul)
    await begins_checkout(aigul)
    await aigul.says("корзина")
    await aigul.hears("Итого: 120 000 ₸")
    assert BACK not in aigul.buttons, "«Оформить заказ» under the cart does the same"
    await aigul.says("отмена")
    await aigul.hears("оформление отменено")
    await aigul.says("красный диван")
    await aigul.hears("Алма")
    assert BACK not in aigul.buttons


async def test_whoever_waits_for_a_person_is_not_called_back_to_the_checkout(stage: Stage) -> None:
    aigul = stage.shopper(await stage.open_shop())
    await fills_cart(aigul)
    await begins_checkout(aigul)
    await aigul.says("позовите менеджера")
    await aigul.hears("менеджера")
    assert BACK not in aigul.buttons


@pytest.mark.parametrize(
    ("language", "words", "title"),
    [("kk", "қызыл диван бар ма?", "Рәсімдеуге оралу"), ("en", "do you have a red sofa?", "Continue checkout")],
)
async def test_the_way_back_is_offered_in_the_shoppers_language(
    stage: Stage, language: str, words: str, title: str
) -> None:
    aigul = stage.shopper(await stage.open_shop(), language=language)
    await aigul.says({"kk": "NOM-1 себетке қосыңыз", "en": "please add NOM-1 to my cart"}[language])
    await aigul.hears("Номад")
    await aigul.presses({"kk": "Тапсырыс беру", "en": "Check out"}[language])
    await aigul.hears()

    await aigul.says(words)

    await aigul.hears("Алма")
    assert title in aigul.buttons


async def test_a_detour_through_the_model_leads_back_too(settings_env: dict[str, str], platform: Platform) -> None:
    async with (
        OpenAIServer([says("…")]) as model,
        open_stage(
            settings_env,
            openai_base_url=model.base_url,
            openai_api_key=SecretStr("test"),
        ) as stage,
    ):
        shop = await stage.open_shop()
        aigul = stage.shopper(shop, platform)
        model.play([calls(("add_to_cart", {"sku": "NOM-1"}), ("start_checkout", {})), says("Оформляем.")])
        await aigul.says("беру Номад, оформляйте заказ на меня")
        await aigul.hears("Как к вам обращаться?")
        assert BACK not in aigul.buttons
        model.play([says("Ткань можно чистить пылесосом.")])
        await aigul.says("а как его чистить?")
        await aigul.hears("пылесосом")

        await aigul.presses(BACK)

        await aigul.hears("Как к вам обращаться?")


async def test_a_confirmation_that_the_messenger_delivers_twice_is_one_order(
    stage: Stage, platform: Platform
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    await fills_cart(aigul)
    await reaches_summary(aigul)
    await aigul.presses("Подтвердить заказ")
    pressed = stage.simulator.traffic.list(direction="webhook")[-1]
    await aigul.hears("Заказ №1")

    async with httpx.AsyncClient() as messenger:
        again = await messenger.post(
            pressed.url, content=pressed.request_body.encode(), headers=pressed.request_headers
        )

    assert again.status_code == 200
    await aigul.hears_nothing()
    assert len(await orders(stage, shop)) == 1


async def test_a_card_tells_what_orders_have_left(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    await stage.sql(shop, "UPDATE products SET quantity = 2 WHERE sku = 'NOM-1'")
    aigul, marat = stage.shopper(shop, platform), stage.shopper(shop, platform, "Марат")
    for number, left in ((1, "В наличии: 1 шт."), (2, "Сейчас нет в наличии")):
        await fills_cart(aigul)
        if number == 1:
            await reaches_summary(aigul)
        else:
            await aigul.presses("Оформить заказ")
            await aigul.hears("пожелания")
            await aigul.presses("Без комментария")
            await aigul.hears("Проверьте")
        await aigul.presses("Подтвердить заказ")
        await aigul.hears(f"Заказ №{number}")
        await marat.says("NOM-1")
        await marat.hears("Диван «Номад»", left)
    assert "В корзину" not in marat.buttons


async def test_a_long_list_is_paged_by_button_and_by_words(stage: Stage, platform: Platform) -> None:
    wares = [(f"SOF-{n}", f"Диван «Модель {n}»", "серый", 100_000 + 1000 * n) for n in range(1, 13)]
    aigul = stage.shopper(await stage.open_shop(wares=wares), platform)
    await aigul.says("серый диван")
    first = await aigul.hears("Диван «Модель")
    await aigul.presses("Показать ещё")
    second = await aigul.hears("Диван «Модель")
    await aigul.says("ещё")
    third = await aigul.hears("Диван «Модель")

    shown = [{name for _, name, _, _ in wares if name in page} for page in (first, second, third)]
    assert [len(page) for page in shown] == [5, 5, 2]
    assert len(set.union(*shown)) == 12
    await aigul.says("ещё")
    assert "Диван «Модель" not in await aigul.hears()


async def test_goods_to_be_taken_out_are_no_address(stage: Stage) -> None:
    aigul = stage.shopper(await stage.open_shop())
    await fills_cart(aigul)
    await begins_checkout(aigul)
    await aigul.presses("Доставка")
    await aigul.hears("Куда доставить?")
    await aigul.says("уберите диван")
    await aigul.hears("Убрали")
