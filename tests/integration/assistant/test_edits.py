"""Issue 7, number 5: an edit of what was carried out shows what is now, and changes nothing by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from shared.channels.contract import Platform
from tests.doubles.openai_server import OpenAIServer, Step, calls, says
from tests.integration.assistant.shopping import begins_checkout, fills_cart, orders, places_order, reaches_summary
from tests.integration.conversation import Shop, Shopper, Stage, open_stage
from tests.stack import WorkerStack

EDITS_ON = pytest.mark.parametrize("edits_on", [Platform.TELEGRAM, Platform.WHATSAPP], ids=lambda one: one.value)
"""Viber tells bots of no edits."""
EDITED = "Вижу, вы исправили сообщение"


async def everything(stage: Stage, shop: Shop) -> dict[str, Any]:
    """All that acts of shoppers change."""
    queries = {
        "cart": "SELECT p.sku, l.quantity FROM cart_lines l JOIN products p ON p.id = l.product_id ORDER BY p.sku",
        "draft": "SELECT name, phone, method, address, comment FROM carts ORDER BY created_at",
        "orders": "SELECT number, status FROM orders ORDER BY number",
        "alerts": "SELECT condition, state, limit_minor FROM price_alerts ORDER BY id",
        "escalations": "SELECT status FROM escalations ORDER BY id",
        "tastes": "SELECT properties FROM analytics_events WHERE kind = 'preference' ORDER BY id",
        "dialogs": "SELECT language, language_chosen, memory_from FROM dialogs ORDER BY id",
        "people": "SELECT name, phone FROM customers ORDER BY id",
    }
    return {name: await stage.sql(shop, query) for name, query in queries.items()}


async def nothing(shopper: Shopper) -> None:
    pass


async def fills_cart_twice(shopper: Shopper) -> None:
    await fills_cart(shopper)
    await shopper.presses("➕ Ещё один")
    await shopper.hears()


async def is_asked_to_confirm(shopper: Shopper) -> None:
    await fills_cart(shopper)
    await reaches_summary(shopper)


async def is_asked_whether_to_cancel(shopper: Shopper) -> None:
    await places_order(shopper)
    await shopper.says("отмените заказ 1")
    await shopper.hears()


@dataclass(frozen=True)
class Act:
    """Words that change something, the same words edited, and what the answer to the edit shows."""

    said: str
    edited: str
    shows: str
    before: Callable[[Shopper], Awaitable[None]] = nothing


ACTS = [
    Act("добавь NOM-1 в корзину", "добавь NOM-1 в корзину!", "Итого: 120 000"),
    Act("добавь NOM-1", "добавь ALM-1", "Итого: 120 000"),
    Act("ещё один", "ещё два", "Итого: 240 000", before=fills_cart),
    Act("сделай три", "сделай пять", "Итого: 360 000", before=fills_cart),
    Act("убери один номад из корзины", "убери номад из корзины!", "пусто", before=fills_cart),
    Act("очисти корзину", "очисти корзину!", "пусто", before=fills_cart_twice),
    Act("оформить заказ", "оформи заказ", "Как к вам обращаться?", before=fills_cart),
    Act("сообщи, когда номад подешевеет", "сообщи, когда номад подешевеет до 100000", "Вот за чем я слежу"),
    Act("люблю синие диваны", "люблю красные диваны", "Вот что я о вас знаю"),
    Act("позовите менеджера", "позовите менеджера!", ""),
    Act("/language ru", "/language en", "На каком языке"),
    Act("/reset", "/reset!", ""),
    Act("/start", "/reset", "/reset новым сообщением"),
    Act("да", "подтверждаю", "", before=is_asked_to_confirm),
    Act("да", "да, отменить", "", before=is_asked_whether_to_cancel),
    Act("забудь мои вкусы", "забудьте мои вкусы", ""),
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.said)
@EDITS_ON
async def test_an_edit_of_an_act_shows_what_is_now_and_changes_nothing(
    stage: Stage, edits_on: Platform, act: Act
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)
    await act.before(aigul)
    await aigul.says(act.said)
    await aigul.hears()
    done = await everything(stage, shop)

    await aigul.corrects(act.edited)

    heard = await aigul.listens()
    assert act.shows in heard
    assert "Добавили" not in heard
    assert await everything(stage, shop) == done


@EDITS_ON
async def test_an_edit_of_an_edit_changes_nothing_either(stage: Stage, edits_on: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)
    await aigul.says("добавь NOM-1 в корзину")
    await aigul.hears("Добавили в корзину")
    for words in ("добавь NOM-1 в корзину!", "добавь NOM-1 в корзину!!", "корзина", "добавь NOM-1"):
        await aigul.corrects(words)
        await aigul.hears("Итого: 120 000")

    assert (await everything(stage, shop))["cart"] == [{"sku": "NOM-1", "quantity": 1}]


@EDITS_ON
async def test_a_slip_that_was_not_carried_out_is_carried_out_once_mended(stage: Stage, edits_on: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)
    await aigul.says("добавь NOM-9 в корзину")
    await aigul.hears()
    await aigul.corrects("добавь NOM-1 в корзину")
    await aigul.hears("Добавили в корзину: Диван «Номад»")
    await aigul.corrects("добавь NOM-1 в корзину, пожалуйста")
    await aigul.hears(EDITED, "Итого: 120 000")

    assert (await everything(stage, shop))["cart"] == [{"sku": "NOM-1", "quantity": 1}]


@EDITS_ON
async def test_an_edit_of_a_search_is_a_new_search(stage: Stage, edits_on: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)
    await aigul.says("красный диван")
    await aigul.hears("«Алма»")
    await aigul.corrects("синий диван")
    assert EDITED not in await aigul.hears("Диван «Номад»")


@EDITS_ON
async def test_an_act_edited_to_a_search_is_searched_for(stage: Stage, edits_on: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)
    await aigul.says("добавь NOM-1 в корзину")
    await aigul.hears()
    await aigul.corrects("красный диван до 150000")
    assert EDITED not in await aigul.hears("Диван «Алма»")


@EDITS_ON
async def test_what_nobody_knows_was_answered_is_not_carried_out_by_an_edit(
    stage: Stage, worker_stack: WorkerStack, edits_on: Platform
) -> None:
    """Rows of an earlier version do not say whether their answers changed anything."""
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)
    await aigul.says("добавь NOM-1 в корзину")
    await aigul.hears()
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        connection.execute("UPDATE messages SET content = content - 'changed'")
    await aigul.corrects("добавь NOM-1 в корзину!")
    await aigul.hears(EDITED)
    assert (await everything(stage, shop))["cart"] == [{"sku": "NOM-1", "quantity": 1}]


# ---- answers to the checkout ------------------------------------------------------------------------------


@EDITS_ON
async def test_the_last_answer_of_a_checkout_is_replaced_by_its_edit(stage: Stage, edits_on: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)
    await fills_cart(aigul)
    await begins_checkout(aigul)
    await aigul.presses("Доставка")
    await aigul.hears("адрес")
    await aigul.says("Абая 10, кв 5")
    await aigul.hears("Есть пожелания к заказу?")

    await aigul.corrects("Абая 12, кв 5")

    await aigul.hears("Есть пожелания к заказу?")
    assert [draft["address"] for draft in (await everything(stage, shop))["draft"]] == ["Абая 12, кв 5"]
    await aigul.says("позвоните заранее")
    await aigul.hears("Абая 12, кв 5", "позвоните заранее")
    await aigul.corrects("не звоните")
    heard = await aigul.hears("Проверьте, пожалуйста, заказ", "не звоните")
    assert "заранее" not in heard


@EDITS_ON
async def test_an_edit_of_an_earlier_answer_tells_where_the_checkout_stands(
    stage: Stage, edits_on: Platform
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)
    await fills_cart(aigul)
    await begins_checkout(aigul)
    named = next(one for one in aigul.person.chat.messages if one.text == "Айгуль Ким")
    await aigul.presses("Доставка")
    await aigul.hears("адрес")
    await aigul.says("Абая 10, кв 5")
    await aigul.hears("Есть пожелания к заказу?")
    before = await everything(stage, shop)

    assert await aigul.person.edit("Айгуль Ахметова", message_id=named.id) == 200

    await aigul.hears(EDITED, "Есть пожелания к заказу?")
    assert await everything(stage, shop) == before


@EDITS_ON
async def test_an_answer_edited_after_the_order_changes_no_order(stage: Stage, edits_on: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)
    await fills_cart(aigul)
    await begins_checkout(aigul)
    await aigul.presses("Самовывоз")
    await aigul.hears("Есть пожелания к заказу?")
    await aigul.says("позвоните заранее")
    await aigul.hears("Проверьте, пожалуйста, заказ")
    commented = next(one for one in aigul.person.chat.messages if one.text == "позвоните заранее")
    await aigul.presses("Подтвердить заказ")
    await aigul.hears("Заказ №1")

    assert await aigul.person.edit("не звоните", message_id=commented.id) == 200

    await aigul.hears(EDITED, "№1")
    [order] = await orders(stage, shop)
    assert order["comment"] == "позвоните заранее"


@EDITS_ON
async def test_an_answer_that_was_not_understood_is_taken_once_mended(stage: Stage, edits_on: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, edits_on)
    await fills_cart(aigul)
    await begins_checkout(aigul)
    await aigul.presses("Доставка")
    await aigul.hears("адрес")
    await aigul.says("10")
    await aigul.hears("адрес")
    await aigul.corrects("Абая 10, кв 5")
    await aigul.hears("Есть пожелания к заказу?")
    assert [draft["address"] for draft in (await everything(stage, shop))["draft"]] == ["Абая 10, кв 5"]


# ---- with a model -----------------------------------------------------------------------------------------


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer([says("…")]) as server:
        yield server


@dataclass(frozen=True)
class Call:
    """What the model calls for the words and for their edit."""

    name: str
    arguments: dict[str, Any]
    shows: str
    before: Callable[[Shopper], Awaitable[None]] = nothing


CALLS = [
    Call("add_to_cart", {"sku": "NOM-1", "quantity": 1}, "Итого: 120 000"),
    Call("change_cart", {"sku": "NOM-1", "quantity": 3}, "Итого: 360 000", before=fills_cart),
    Call("start_checkout", {}, "Как к вам обращаться?", before=fills_cart),
    Call("create_price_alert", {"sku": "NOM-1", "when": "cheaper"}, "Вот за чем я слежу"),
    Call("remember_preference", {"colour": "blue"}, "Вот что я о вас знаю"),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
@EDITS_ON
async def test_a_model_carries_out_no_edit_and_claims_nothing(
    settings_env: dict[str, str], model: OpenAIServer, edits_on: Platform, call: Call
) -> None:
    script: Sequence[Step] = (calls((call.name, call.arguments)), says("Готово, сделано!"))
    async with open_stage(
        settings_env, openai_base_url=model.base_url, openai_api_key=SecretStr("sk-test")
    ) as stage:
        shop = await stage.open_shop()
        aigul = stage.shopper(shop, edits_on)
        model.play([says("Посмотрите.")] * 4)
        if call.before is fills_cart:
            await aigul.says("добавь NOM-1")
            model.play([calls(("add_to_cart", {"sku": "NOM-1", "quantity": 1})), says("Есть.")])
            await aigul.hears()
        model.play(script)
        await aigul.says("сделайте, пожалуйста, как я прошу")
        await aigul.hears("Готово, сделано!")
        done = await everything(stage, shop)

        model.play(script)
        await aigul.corrects("сделайте, пожалуйста, как я прошу!")

        heard = await aigul.hears(EDITED, call.shows)
        assert "Готово" not in heard
        assert await everything(stage, shop) == done
