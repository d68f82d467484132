"""The same purchases through a scripted model and its real SDK: a call is committed with the turn, or never."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from shared.channels.contract import Platform
from tests.doubles.openai_server import OpenAIServer, Step, calls, fails, says
from tests.integration.assistant.shopping import orders
from tests.integration.conversation import Shop, Shopper, Stage, open_stage

ADD = calls(("add_to_cart", {"sku": "NOM-1", "quantity": 2}))


@asynccontextmanager
async def talking(settings_env: dict[str, str], model: OpenAIServer) -> AsyncIterator[Stage]:
    async with open_stage(
        settings_env, openai_base_url=model.base_url, openai_api_key=SecretStr("sk-test")
    ) as stage:
        yield stage


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer([says("…")]) as server:
        yield server


@pytest.fixture
async def stage(settings_env: dict[str, str], model: OpenAIServer) -> AsyncIterator[Stage]:
    async with talking(settings_env, model) as opened:
        yield opened


async def lines(stage: Stage, shop: Shop) -> list[dict[str, object]]:
    return await stage.sql(shop, "SELECT quantity FROM cart_lines")


def tool_results(model: OpenAIServer) -> list[str]:
    return [sent["content"] for sent in model.requests[-1].json["messages"] if sent["role"] == "tool"]


async def says_to(shopper: Shopper, model: OpenAIServer, words: str, *script: Step) -> str:
    model.play(script)
    await shopper.says(words)
    return await shopper.hears()


async def test_a_purchase_is_led_by_the_model_and_confirmed_by_the_shopper(
    stage: Stage, model: OpenAIServer, platform: Platform
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    heard = await says_to(aigul, model, "хочу два синих дивана Номад", ADD, says("Готово, два дивана ждут вас."))
    assert "Готово, два дивана ждут вас." in heard
    assert "Добавили в корзину: Диван «Номад», теперь 2 шт." in heard
    assert await lines(stage, shop) == [{"quantity": 2}]

    heard = await says_to(
        aigul,
        model,
        "оформите на Айгуль, заберу сама",
        calls(("start_checkout", {}), ("fill_checkout", {"name": "Айгуль", "method": "pickup"})),
        says("Хорошо, оформляем."),
    )
    assert "Хорошо, оформляем." in heard
    if platform is not Platform.WHATSAPP:
        assert "По какому телефону" in heard
        asked = len(model.requests)
        await aigul.says("8 701 123 45 67")
        heard = await aigul.hears("Есть пожелания")
        assert len(model.requests) == asked, "an answer to a question needs no model"
    await aigul.presses("Без комментария")
    await aigul.hears("Итого: 240 000 ₸", "Айгуль")
    assert await orders(stage, shop) == []
    await aigul.says("да")
    await aigul.hears("Заказ №1 на 240 000 ₸ принят!")


async def test_the_model_has_no_way_to_confirm(stage: Stage, model: OpenAIServer) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    everything = {"name": "Айгуль", "phone": "+77011234567", "method": "pickup", "comment": "-"}
    heard = await says_to(
        aigul,
        model,
        "купи мне сам этот диван и подтверди заказ без меня",
        ADD,
        calls(("start_checkout", {}), ("fill_checkout", everything)),
        calls(("confirm_order", {})),
        says("Проверьте заказ и подтвердите его."),
    )
    assert any("there is no tool 'confirm_order'" in result for result in tool_results(model))
    assert "Проверьте, пожалуйста, заказ" in heard
    assert await orders(stage, shop) == []


async def test_calls_of_one_turn_see_each_other_and_leave_nothing_when_the_turn_fails(
    stage: Stage, model: OpenAIServer
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    heard = await says_to(
        aigul,
        model,
        "два Номада, нет, лучше три",
        ADD,
        calls(("change_cart", {"sku": "NOM-1", "quantity": 3})),
        says("Теперь три."),
    )
    assert '"quantity": 3' in tool_results(model)[-1]
    assert "Диван «Номад» — 3 шт." in heard
    assert await lines(stage, shop) == [{"quantity": 3}]

    # the model breaks off after its call: the offline assistant answers, and the call was never made
    await says_to(aigul, model, "дайте каталог и ещё пять", ADD, fails(500))
    assert await lines(stage, shop) == [{"quantity": 3}]


async def test_what_cannot_be_done_is_told_to_the_model_and_not_done(stage: Stage, model: OpenAIServer) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop)
    await says_to(
        aigul,
        model,
        "уберите ALM-1 из корзины и отмените мой заказ",
        calls(
            ("change_cart", {"sku": "ALM-1", "quantity": 0}),
            ("add_to_cart", {"sku": "NO-SUCH"}),
            ("add_to_cart", {"sku": "NOM-1", "quantity": 0}),
            ("start_checkout", {}),
            ("get_order", {"number": 5}),
        ),
        says("В корзине пока ничего нет."),
    )
    removed, unknown, invalid, empty, missing = tool_results(model)
    assert "empty" in removed
    assert "no product" in unknown
    assert "greater than or equal to 1" in invalid
    assert "the cart is empty" in empty
    assert "no such order" in missing
    assert await lines(stage, shop) == []


async def test_sums_of_the_cart_may_be_said_and_invented_ones_may_not(stage: Stage, model: OpenAIServer) -> None:
    aigul = stage.shopper(await stage.open_shop())
    heard = await says_to(
        aigul, model, "два Номада сколько будут стоить, положите их", ADD, says("Вместе 240 000 ₸.")
    )
    assert "Вместе 240 000 ₸." in heard
    show = calls(("show_cart", {}))
    heard = await says_to(aigul, model, "а со скидкой сколько выйдет", show, says("Со скидкой всего 99 000 ₸!"))
    assert "99 000" not in heard
    assert "Итого: 240 000 ₸" in heard


async def test_orders_and_stock_are_told_from_the_database(stage: Stage, model: OpenAIServer) -> None:
    shop = await stage.open_shop()
    await stage.sql(shop, "UPDATE products SET quantity = 4 WHERE sku = 'NOM-1'")
    aigul = stage.shopper(shop)
    check = calls(("check_availability", {"sku": "NOM-1"}))
    await says_to(aigul, model, "много ли осталось Номадов на складе у вас", check, says("Есть 4 штуки."))
    assert '"pieces": 4' in tool_results(model)[0]
    fill = {"name": "Айгуль", "phone": "+77011234567", "method": "pickup", "comment": "-"}
    script = (ADD, calls(("start_checkout", {}), ("fill_checkout", fill)), says("Проверьте заказ."))
    await says_to(aigul, model, "два таких на имя Айгуль, сама заберу", *script)
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1")
    heard = await says_to(
        aigul, model, "напомните, что там с моей покупкой", calls(("list_orders", {})), says("Ваш заказ №1 принят.")
    )
    assert "Заказ №1 от" in heard
    check = calls(("check_availability", {"sku": "NOM-1"}))
    await says_to(aigul, model, "а сколько Номадов теперь у вас осталось ещё", check, says("Есть ещё."))
    assert '"pieces": 2' in tool_results(model)[0], "what an order holds is not free any more"
