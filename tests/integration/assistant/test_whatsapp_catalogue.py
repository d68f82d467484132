"""Shopping in WhatsApp's own catalogue: orders, products asked about, forms (number 7)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from shared.channels.contract import Platform
from tests.doubles.openai_server import OpenAIServer, says
from tests.integration.assistant.shopping import reaches_summary
from tests.integration.conversation import Shop, Shopper, Stage, open_stage
from tests.integration.whatsapp_shopping import asks_about, fills_form, orders, sends


@pytest.fixture
async def shop(stage: Stage) -> Shop:
    return await stage.open_shop()


@pytest.fixture
async def aigul(stage: Stage, shop: Shop) -> Shopper:
    """Somebody who has written before."""
    shopper = stage.shopper(shop, Platform.WHATSAPP)
    await shopper.says("здравствуйте")
    await shopper.hears()
    return shopper


async def cart(stage: Stage, shop: Shop) -> list[tuple[str, int, int]]:
    rows = await stage.sql(shop, "SELECT sku, quantity, price_minor FROM cart_lines ORDER BY sku")
    return [(row["sku"], row["quantity"], row["price_minor"]) for row in rows]


async def test_an_order_fills_the_cart_at_the_shops_own_prices(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await orders(stage, aigul, ("ALM-1", 2), ("nom-1", 1))

    await aigul.hears("Ваш заказ из каталога уже в корзине", "Диван «Алма» — 2 × 140 000 ₸", "Итого: 400 000 ₸")
    assert aigul.buttons == ["Оформить заказ", "Изменить", "Каталог"]
    assert await cart(stage, shop) == [("ALM-1", 2, 14_000_000), ("NOM-1", 1, 12_000_000)]
    await reaches_summary(aigul)


async def test_unknown_articles_are_told_by_their_numbers(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await orders(stage, aigul, ("ALM-1", 1), ("LAMP-7", 2), *((f"X-{number}", 1) for number in range(10)))

    heard = await aigul.hears(
        "Диван «Алма»", "Этих товаров у нас сейчас нет в продаже: LAMP-7, X-0,", "X-8 и ещё 1."
    )
    assert "X-9" not in heard
    assert "Позвать менеджера" in aigul.buttons
    assert [sku for sku, *_ in await cart(stage, shop)] == ["ALM-1"]


async def test_an_order_of_unknown_articles_alone_leaves_the_cart_as_it_was(
    stage: Stage, shop: Shop, aigul: Shopper
) -> None:
    await orders(stage, aigul, ("ALM-1", 1))
    await aigul.hears()

    await orders(stage, aigul, ("LAMP-7", 1))

    heard = await aigul.hears("ничего не удалось положить", "Этого товара у нас сейчас нет в продаже: LAMP-7.")
    assert "Алма" not in heard
    assert await cart(stage, shop) == [("ALM-1", 1, 14_000_000)]


async def test_what_is_not_free_is_told_and_the_rest_is_taken(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await stage.sql(shop, "UPDATE products SET quantity = 2 WHERE sku = 'ALM-1'")
    await stage.sql(shop, "UPDATE products SET quantity = 0, availability = 'out_of_stock' WHERE sku = 'ALM-2'")

    await orders(stage, aigul, ("ALM-1", 5), ("ALM-2", 1), ("NOM-1", 1000))

    await aigul.hears(
        "Диван «Алма»: есть только 2 штуки",
        "Диван «Алма» угловой: к сожалению, этот товар закончился.",
        "Диван «Номад»: больше положить нельзя",
    )
    assert [(sku, quantity) for sku, quantity, _ in await cart(stage, shop)] == [("ALM-1", 2), ("NOM-1", 99)]


async def test_an_order_delivered_again_adds_nothing(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    sent = await orders(stage, aigul, *((sku, 1) for sku in ("ALM-1", "ALM-2", "NOM-1")))
    await aigul.hears()

    await orders(stage, aigul, ("ALM-1", 1), ("ALM-2", 1), ("NOM-1", 1), id=sent)

    await aigul.hears_nothing()
    assert [quantity for _, quantity, _ in await cart(stage, shop)] == [1, 1, 1]


async def test_two_orders_at_once_are_both_taken(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await orders(stage, aigul, ("ALM-1", 1))
    await orders(stage, aigul, ("ALM-1", 2), ("NOM-1", 1))

    await aigul.hears("Итого: 540 000 ₸")
    assert [(sku, quantity) for sku, quantity, _ in await cart(stage, shop)] == [("ALM-1", 3), ("NOM-1", 1)]


async def test_words_that_come_with_an_order_are_answered_too(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await orders(stage, aigul, ("ALM-1", 1), text="сколько стоит доставка?")

    heard = await aigul.hears("уже в корзине", "На этот вопрос точнее ответит менеджер")
    assert heard.index("уже в корзине") < heard.index("На этот вопрос")
    assert await cart(stage, shop) == [("ALM-1", 1, 14_000_000)]


async def test_an_order_in_a_hand_over_goes_to_the_manager_as_words(
    stage: Stage, shop: Shop, aigul: Shopper
) -> None:
    await aigul.says("позовите менеджера")
    await aigul.hears()

    await orders(stage, aigul, ("ALM-1", 2), text="завтра")

    assert "корзин" not in await aigul.listens()
    assert await cart(stage, shop) == []
    said = await stage.sql(shop, "SELECT role, text FROM messages ORDER BY seq DESC LIMIT 5")
    assert {"role": "shopper", "text": "[order]\nALM-1 × 2\nзавтра"} in said


# ---- the product asked about ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("сколько стоит?", "Диван «Номад»: 120 000 ₸"),
        ("Здравствуйте", "Диван «Номад»"),
        ("Здравствуйте, меня интересует этот товар", "Диван «Номад»"),
        ("в корзину", "Добавили в корзину: Диван «Номад»"),
        ("беру", "Добавили в корзину: Диван «Номад»"),
        ("есть в наличии?", "Диван «Номад»"),
        ("красный диван", "Алма"),
    ],
)
async def test_a_referred_product_is_the_one_that_words_are_about(
    stage: Stage, aigul: Shopper, words: str, heard: str
) -> None:
    await aigul.says("красный диван")
    await aigul.hears("Алма")

    await asks_about(stage, aigul, "NOM-1", words)

    await aigul.hears(heard)


async def test_a_referred_product_stays_in_focus(stage: Stage, aigul: Shopper) -> None:
    await asks_about(stage, aigul, "NOM-1", "добрый день")
    await aigul.hears("Диван «Номад»")

    await aigul.says("сколько стоит?")

    await aigul.hears("Диван «Номад»: 120 000 ₸")


async def test_an_unknown_referred_product_is_told_and_nothing_else_is_meant(stage: Stage, aigul: Shopper) -> None:
    await aigul.says("синий диван")
    await aigul.hears("Номад")

    await asks_about(stage, aigul, "LAMP-7", "сколько стоит?")

    heard = await aigul.hears("Товара с артикулом LAMP-7 у нас сейчас нет в продаже")
    assert "Номад" not in heard
    assert aigul.buttons == ["Позвать менеджера", "Каталог"]
    await aigul.says("сколько стоит?")
    assert "120 000" not in await aigul.hears()
    await asks_about(stage, aigul, "LAMP-7", "позовите менеджера")
    await aigul.hears("Позвал менеджера")


# ---- forms and the rest -----------------------------------------------------------------------------------


async def test_a_filled_in_form_is_thanked_for_and_kept_as_words(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    await fills_form(stage, aigul, '{"screen_0_Имя_0": "Айгуль", "flow_token": "t"}')

    await aigul.hears("Спасибо, форма получена!")
    assert aigul.buttons == ["Позвать менеджера"]
    said = await stage.sql(shop, "SELECT text FROM messages WHERE role = 'shopper' ORDER BY seq DESC LIMIT 1")
    assert said == [{"text": "[form]\nИмя: Айгуль"}]


@pytest.mark.parametrize("type_", ["poll", "payment", "unsupported", "a_kind_of_next_year"])
async def test_a_kind_that_is_not_understood_offers_a_manager(stage: Stage, aigul: Shopper, type_: str) -> None:
    await sends(stage, aigul, type=type_)

    await aigul.hears("Такие сообщения я пока не понимаю")
    assert aigul.buttons == ["Позвать менеджера"]


# ---- with a model -----------------------------------------------------------------------------------------


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer([says("Здравствуйте!")]) as server:
        yield server


@pytest.fixture
async def model_stage(settings_env: dict[str, str], model: OpenAIServer) -> AsyncIterator[Stage]:
    told = {"openai_base_url": model.base_url, "openai_api_key": SecretStr("test")}
    async with open_stage(settings_env, **told) as opened:
        yield opened


async def test_a_model_is_not_asked_about_an_order_but_about_its_words(
    model_stage: Stage, model: OpenAIServer
) -> None:
    shop = await model_stage.open_shop()
    marat = model_stage.shopper(shop, Platform.WHATSAPP, "Марат")
    await marat.says("здравствуйте")
    await marat.hears()
    asked = len(model.requests)

    await orders(model_stage, marat, ("ALM-1", 1))
    await marat.hears("уже в корзине")
    assert len(model.requests) == asked

    model.play([says("Позвать менеджера?")])
    await orders(model_stage, marat, ("NOM-1", 1), text="а собрать его поможете?")
    await marat.hears("Итого: 260 000 ₸", "Позвать менеджера?")
    assert "а собрать его поможете?" in str(model.requests[-1].json["messages"][-1]["content"])


async def test_a_model_reads_of_the_referred_product(model_stage: Stage, model: OpenAIServer) -> None:
    shop = await model_stage.open_shop()
    marat = model_stage.shopper(shop, Platform.WHATSAPP, "Марат")
    await marat.says("здравствуйте")
    await marat.hears()

    model.play([says("Да, [NOM-1] подойдёт.")])
    await asks_about(model_stage, marat, "NOM-1", "а в маленькую комнату подойдёт?")

    await marat.hears("Диван «Номад»")
    assert "NOM-1" in str(model.requests[-1].json["messages"][0]["content"])
