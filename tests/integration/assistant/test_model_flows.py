"""What is left of the shopper's side, led by a scripted model over its real SDK, on every messenger."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from shared.channels.contract import Platform
from tests.doubles.openai_server import OpenAIServer, Step, calls, says
from tests.integration.assistant.shopping import orders, places_order
from tests.integration.conversation import Shopper, Stage, open_stage


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer([says("…")]) as server:
        yield server


@pytest.fixture
async def stage(settings_env: dict[str, str], model: OpenAIServer) -> AsyncIterator[Stage]:
    key = SecretStr("sk-test")
    async with open_stage(settings_env, openai_base_url=model.base_url, openai_api_key=key) as opened:
        yield opened


class Talk:
    """A shopper whose model follows a script."""

    def __init__(self, shopper: Shopper, model: OpenAIServer) -> None:
        self.shopper = shopper
        self._model = model

    async def asks(self, words: str, *script: Step, hears: tuple[str, ...]) -> str:
        self._model.play(script)
        await self.shopper.says(words)
        return await self.shopper.hears(*hears)


@pytest.fixture
async def talk(stage: Stage, model: OpenAIServer, platform: Platform) -> Talk:
    return Talk(stage.shopper(await stage.open_shop(), platform), model)


async def test_a_list_its_card_and_what_is_in_stock(talk: Talk) -> None:
    await talk.asks(
        "присматриваю что-то красное в зал",
        calls(("search_products", {"query": "диван", "colour": "красный"})),
        says("Есть два: [ALM-1] и [ALM-2]."),
        hears=("Диван «Алма»", "Диван «Алма» угловой", "140 000 ₸", "290 000 ₸"),
    )
    await talk.asks(
        "расскажи про угловой поподробнее, пожалуйста",
        calls(("get_product", {"sku": "ALM-2"})),
        says("Вот угловой [ALM-2]."),
        hears=("Диван «Алма» угловой", "290 000 ₸", "В наличии"),
    )
    assert "В корзину" in talk.shopper.buttons
    await talk.asks(
        "а забрать его прямо сегодня смогу",
        calls(("check_availability", {"sku": "ALM-2"})),
        says("Да, он есть."),
        hears=("Да, он есть",),
    )


async def test_an_order_is_found_and_cancelled_only_by_the_shopper_s_own_yes(
    stage: Stage, model: OpenAIServer, platform: Platform
) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)
    talk = Talk(aigul, model)
    model.play([calls(("search_products", {"query": "номад"})), says("Вот он [NOM-1].")])
    await places_order(aigul)

    await talk.asks(
        "напомни-ка, на чём мы остановились с покупкой",
        calls(("get_order", {"number": 1})),
        says("Заказ №1 на 120 000 ₸ принят."),
        hears=("Заказ №1 на 120 000 ₸ принят.",),
    )
    await talk.asks(
        "передумала я, не надо мне этого",
        calls(("cancel_order", {"number": 1})),
        says("Понимаю."),
        hears=("Отменить заказ №1 на 120 000 ₸?",),
    )
    assert [order["status"] for order in await orders(stage, shop)] == ["new"]
    asked = len(model.requests)
    await aigul.says("да")
    await aigul.hears("Заказ №1 отменён")
    assert len(model.requests) == asked, "a typed yes presses the button of the question"


async def test_tastes_are_learnt_shown_and_all_is_forgotten_on_the_shopper_s_own_yes(talk: Talk) -> None:
    await talk.asks(
        "я вообще по синей мебели с ума схожу",
        calls(("remember_preference", {"category": "sofas", "colour": "синий", "price_max": 200_000})),
        says("Учту!"),
        hears=("Запомнил", "синий", "до 200 000 ₸"),
    )
    await talk.asks(
        "интересно, какое досье вы на меня собрали",
        calls(("show_what_is_known", {})),
        says("Вот всё."),
        hears=("Вот что я о вас знаю", "синий"),
    )
    await talk.asks(
        "сотри-ка всё это безвозвратно",
        calls(("offer_to_forget", {})),
        says("Хорошо."),
        hears=("Удалить всё",),
    )
    await talk.shopper.presses("Да, удалить всё")
    await talk.shopper.hears("я всё о вас забыл")


async def test_a_person_is_called_and_the_bot_falls_silent(talk: Talk, model: OpenAIServer) -> None:
    await talk.asks(
        "мне бы живого сотрудника на пару слов",
        calls(("escalate_to_manager", {"reason": "asked"})),
        hears=("менеджера",),
    )
    asked = len(model.requests)
    await talk.shopper.says("вы тут?")
    await talk.shopper.listens()
    await talk.shopper.says("есть кто?")
    await talk.shopper.hears_nothing()
    assert len(model.requests) == asked
