"""Alerts in conversation, on every messenger, with and without a model: asked for, shown, come true, ended."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from shared.channels.contract import Platform
from tests.doubles.openai_server import OpenAIServer, calls, says
from tests.integration.alerts.waiting import run, sells
from tests.integration.conversation import Shop, Shopper, Stage, open_stage


@pytest.fixture
async def shop(stage: Stage) -> Shop:
    return await stage.open_shop()


async def states(stage: Stage, shop: Shop) -> list[tuple[str, str, int]]:
    rows = await stage.sql(shop, "SELECT condition, state, times_told FROM price_alerts ORDER BY id")
    return [(row["condition"], row["state"], row["times_told"]) for row in rows]


async def test_a_shopper_asks_is_told_and_ends_it(stage: Stage, shop: Shop, platform: Platform) -> None:
    aigul = stage.shopper(shop, platform)

    await aigul.says("NOM-1")
    await aigul.hears("Номад")
    await aigul.says("уведоми меня, когда подешевеет")
    await aigul.hears("Договорились", "Диван «Номад»", "дешевле 120 000 ₸")

    await sells(stage, shop, "NOM-1", tenge=99_000)
    await run(stage)
    await aigul.hears("Диван «Номад»", "Было 120 000 ₸", "стало 99 000 ₸")

    await aigul.presses("Не следить")
    await aigul.hears("Больше не слежу", "Номад")
    await sells(stage, shop, "NOM-1", tenge=80_000)
    await run(stage)
    await aigul.hears_nothing()
    assert await states(stage, shop) == [("drop", "cancelled", 1)]


async def test_the_bell_on_a_card_does_the_same(stage: Stage, shop: Shop, platform: Platform) -> None:
    aigul = stage.shopper(shop, platform)
    await aigul.says("NOM-1")
    await aigul.hears("Номад")

    await aigul.presses("🔔 Следить за ценой")
    await aigul.hears("Договорились", "дешевле 120 000 ₸")

    assert await states(stage, shop) == [("drop", "active", 0)]


async def test_the_bell_of_a_sold_out_product_waits_for_its_return(
    stage: Stage, shop: Shop, platform: Platform
) -> None:
    await sells(stage, shop, "NOM-1", availability="out_of_stock")
    aigul = stage.shopper(shop, platform)
    await aigul.says("NOM-1")
    await aigul.hears("Номад")
    await aigul.presses("🔔 Когда появится")
    await aigul.hears("снова появится")

    await sells(stage, shop, "NOM-1", availability="in_stock")
    await run(stage)

    await aigul.hears("Снова в наличии", "120 000 ₸")
    assert await states(stage, shop) == [("restock", "sent", 1)]


@pytest.mark.parametrize(
    ("words", "made", "news"),
    [
        ("сообщи, если диван Номад станет ниже 100000", "100 000 ₸ или ниже", "Было 120 000 ₸, стало 95 000 ₸"),
        (
            "Номад диванының бағасы 100 мыңнан төмен болса, хабарлаңыз",
            "100 000 ₸ немесе одан төмен",
            "Бұрын 120 000 ₸ еді, қазір 95 000 ₸",
        ),
        ("tell me when the Номад drops below 100k", "100,000 ₸ or lower", "It was 120,000 ₸, now it is 95,000 ₸"),
    ],
)
async def test_a_product_and_a_price_named_in_one_breath(
    stage: Stage, shop: Shop, words: str, made: str, news: str
) -> None:
    aigul = stage.shopper(shop)
    await aigul.says({"сообщи,": "русский", "Номад": "қазақша", "tell": "english"}[words.split(maxsplit=1)[0]])
    await aigul.listens()

    await aigul.says(words)
    await aigul.hears(made)
    await sells(stage, shop, "NOM-1", tenge=110_000)
    await run(stage)
    await aigul.hears_nothing()
    await sells(stage, shop, "NOM-1", tenge=95_000)
    await run(stage)

    await aigul.hears(news)


async def test_of_several_products_the_shopper_chooses_and_the_price_is_not_asked_again(
    stage: Stage, shop: Shop, platform: Platform
) -> None:
    aigul = stage.shopper(shop, platform)
    await aigul.says("сообщи, если красный диван станет дешевле 100 тысяч")
    await aigul.hears("О каком товаре сообщить?")

    await aigul.presses("Диван «Алма»")
    await aigul.hears("Диван «Алма»", "100 000 ₸ или ниже")

    assert await states(stage, shop) == [("below", "active", 0)]


async def test_no_product_is_known_and_the_card_s_bell_takes_the_price_that_was_named(
    stage: Stage, shop: Shop
) -> None:
    aigul = stage.shopper(shop)
    await aigul.says("уведоми, если станет ниже 100000")
    await aigul.hears("О каком товаре")
    await aigul.says("NOM-1")
    await aigul.hears("Номад")
    await aigul.presses("🔔 Следить за ценой")

    await aigul.hears("100 000 ₸ или ниже")


async def test_what_is_so_already_needs_no_alert(stage: Stage, shop: Shop) -> None:
    aigul = stage.shopper(shop)
    await aigul.says("сообщи, если диван Номад станет ниже 130000")
    await aigul.hears("Ждать не нужно", "120 000 ₸")
    await aigul.says("сообщи, когда диван Номад появится")
    await aigul.hears("Ждать не нужно", "в наличии")

    assert await states(stage, shop) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("уведоми меня, когда подешевеет", "Диван «Номад» и так ничего не стоит: дешевле уже не будет."),
        ("сообщи, если диван Номад станет ниже 100000", "Диван «Номад» и так ничего не стоит"),
        ("Номад диваны арзандаса, маған хабарлаңыз", "Диван «Номад» онсыз да тегін: бұдан арзан болмайды."),
        ("let me know when Номад gets cheaper", "Диван «Номад» is free already: it cannot get any cheaper."),
    ],
)
async def test_nothing_is_cheaper_than_what_costs_nothing(
    stage: Stage, shop: Shop, platform: Platform, words: str, told: str
) -> None:
    aigul = stage.shopper(shop, platform)
    await aigul.says("NOM-1")
    await aigul.listens()
    [bell] = [button for button in aigul.person.received[-1].buttons if "Следить" in button.title]
    await sells(stage, shop, "NOM-1", tenge=0)

    await aigul.says(words)
    await aigul.hears(told)
    await aigul.presses(bell.payload)  # of a card that was shown while it cost something
    await aigul.hears("Номад")
    await aigul.says("NOM-1")
    await aigul.hears("0 ₸")

    assert not [title for title in aigul.buttons if "🔔" in title]
    assert await states(stage, shop) == []


async def test_the_return_of_what_costs_nothing_can_be_waited_for(stage: Stage, shop: Shop) -> None:
    await sells(stage, shop, "NOM-1", tenge=0)
    await sells(stage, shop, "NOM-1", availability="out_of_stock")
    aigul = stage.shopper(shop)
    await aigul.says("сообщи, когда диван Номад появится")
    await aigul.hears("снова появится")
    assert await states(stage, shop) == [("restock", "active", 0)]


async def test_an_alert_does_not_go_on_for_what_costs_nothing_by_now(stage: Stage, shop: Shop) -> None:
    aigul = stage.shopper(shop)
    await watches(aigul, "NOM-1")
    await stage.sql(shop, "UPDATE price_alerts SET expires_at = now() - interval '1 second'")
    await run(stage)
    await aigul.hears()
    await sells(stage, shop, "NOM-1", tenge=0)

    await aigul.presses("Продлить")

    await aigul.hears("Этот товар теперь ничего не стоит")
    assert await states(stage, shop) == [("drop", "expired", 0)]


async def watches(aigul: Shopper, *skus: str) -> None:
    for sku in skus:
        await aigul.says(sku)
        await aigul.listens()
        await aigul.presses("🔔 Следить за ценой")
        await aigul.hears("Договорились")


async def test_alerts_are_listed_looked_at_and_ended_one_by_one(
    stage: Stage, shop: Shop, platform: Platform
) -> None:
    aigul = stage.shopper(shop, platform)
    await aigul.says("мои уведомления")
    await aigul.hears("Пока я ни за чем не слежу")
    await watches(aigul, "ALM-1", "NOM-1")

    await aigul.says("мои уведомления")
    await aigul.hears("Вот за чем я слежу")
    await aigul.presses("Диван «Алма»")
    await aigul.hears("Диван «Алма»", "жду цену ниже 140 000 ₸", "Сейчас 140 000 ₸")
    await aigul.presses("Не следить")
    await aigul.hears("Больше не слежу: Диван «Алма»")
    await aigul.says("отмени уведомление")
    await aigul.hears("Больше не слежу: Диван «Номад»")
    await aigul.says("отмени уведомление")
    await aigul.hears("Пока я ни за чем не слежу")


async def test_of_several_alerts_the_one_to_end_is_chosen(stage: Stage, shop: Shop, platform: Platform) -> None:
    aigul = stage.shopper(shop, platform)
    await watches(aigul, "ALM-1", "NOM-1")
    await aigul.says("ALM-2")
    await aigul.listens()

    await aigul.says("не следи больше")
    await aigul.hears("Какое уведомление отменить?")
    await aigul.presses("Диван «Алма»")

    await aigul.hears("Больше не слежу: Диван «Алма»")


async def test_said_right_afterwards_cancel_means_the_alert(stage: Stage, shop: Shop) -> None:
    aigul = stage.shopper(shop)
    await watches(aigul, "NOM-1")

    await aigul.says("отмени")

    await aigul.hears("Больше не слежу: Диван «Номад»")


async def test_there_is_an_end_to_alerts(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, alerts_per_customer=1) as stage:
        aigul = stage.shopper(await stage.open_shop())
        await watches(aigul, "NOM-1")
        await aigul.says("ALM-1")
        await aigul.listens()
        await aigul.presses("🔔 Следить за ценой")

        await aigul.hears("не больше 1")


async def test_a_button_ends_nobody_else_s_alert(stage: Stage, shop: Shop) -> None:
    aigul, boris = stage.shopper(shop), stage.shopper(shop, name="Борис")
    await watches(aigul, "NOM-1")
    await watches(boris, "ALM-1")
    await stage.sql(
        shop,
        "UPDATE price_alerts SET customer_id = (SELECT customer_id FROM price_alerts ORDER BY id LIMIT 1)",
    )

    await boris.presses("Не следить")
    await boris.hears("уже не действует")

    assert await states(stage, shop) == [("drop", "active", 0), ("drop", "active", 0)]


async def test_the_news_can_be_bought_at_once(stage: Stage, shop: Shop, platform: Platform) -> None:
    aigul = stage.shopper(shop, platform)
    await watches(aigul, "NOM-1")
    await sells(stage, shop, "NOM-1", tenge=99_000)
    await run(stage)
    await aigul.hears("99 000 ₸")

    await aigul.presses("В корзину")

    await aigul.hears("Номад", "99 000 ₸")


# ---- with a model -------------------------------------------------------------------------------------------


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer([says("Здравствуйте!")]) as server:
        yield server


@pytest.fixture
async def model_stage(settings_env: dict[str, str], model: OpenAIServer) -> AsyncIterator[Stage]:
    told = {"openai_base_url": model.base_url, "openai_api_key": SecretStr("test")}
    async with open_stage(settings_env, **told) as opened:
        yield opened


async def test_the_model_makes_shows_and_ends_an_alert(
    model_stage: Stage, model: OpenAIServer, platform: Platform
) -> None:
    shop = await model_stage.open_shop()
    aigul = model_stage.shopper(shop, platform)

    model.play([calls(("create_price_alert", {"sku": "NOM-1", "price_below": 100_000})), says("Хорошо!")])
    await aigul.says("если этот Номад упадёт до ста тысяч, маякни мне")
    await aigul.hears("Договорились", "100 000 ₸ или ниже")
    assert await states(model_stage, shop) == [("below", "active", 0)]

    model.play([calls(("list_price_alerts", {})), says("Слежу за «Номадом»: жду 100 000 ₸ или ниже.")])
    await aigul.says("а что ты там отслеживаешь для меня?")
    await aigul.hears("100 000 ₸")

    await sells(model_stage, shop, "NOM-1", tenge=90_000)
    await run(model_stage)
    await aigul.hears("стало 90 000 ₸")

    model.play([calls(("cancel_price_alert", {"sku": "NOM-1"})), says("Готово.")])
    await aigul.says("всё, про номад больше не пиши")
    await aigul.hears("Больше не слежу: Диван «Номад»")
    assert await states(model_stage, shop) == [("below", "cancelled", 1)]


async def test_a_model_s_wrong_call_changes_nothing_and_is_told_to_it(
    model_stage: Stage, model: OpenAIServer
) -> None:
    shop = await model_stage.open_shop()
    aigul = model_stage.shopper(shop)

    model.play(
        [
            calls(
                ("create_price_alert", {"sku": "NOPE-1"}),
                ("create_price_alert", {"sku": "NOM-1", "price_below": 900_000}),
                ("cancel_price_alert", {"sku": "NOM-1"}),
                ("create_price_alert", {"sku": "NOM-1", "customer_id": "x"}),
            ),
            says("Ждать не нужно: он уже дешевле."),
        ]
    )
    await aigul.says("следи за номадом до 900 тысяч")
    await aigul.hears("Ждать не нужно")

    told = [message["content"] for message in model.requests[-1].json["messages"] if message["role"] == "tool"]
    assert [words.partition(":")[0] for words in told] == ["error", "nothing to wait for", "error", "error"]
    assert await states(model_stage, shop) == []


async def test_the_model_hears_that_what_costs_nothing_gets_no_cheaper(
    model_stage: Stage, model: OpenAIServer
) -> None:
    shop = await model_stage.open_shop()
    await sells(model_stage, shop, "NOM-1", tenge=0)
    aigul = model_stage.shopper(shop)

    model.play([calls(("create_price_alert", {"sku": "NOM-1"})), says("Он и так бесплатный.")])
    await aigul.says("последи за номадом")
    await aigul.hears("и так")

    told = [message["content"] for message in model.requests[-1].json["messages"] if message["role"] == "tool"]
    assert told == ["error: it costs nothing, no price is lower"]
    assert await states(model_stage, shop) == []
