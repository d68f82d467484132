"""Issue 7, number 1, with a model: it searches in a group, and has no tool for what is personal."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from tests.doubles.openai_server import OpenAIServer, calls, says
from tests.integration.conversation import Stage, open_stage
from tests.integration.groups.party import Member

PUBLIC_TOOLS = {
    "search_products",
    "get_product",
    "check_availability",
    "recommend_products",
    "continue_in_private",
}


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer([says("…")]) as server:
        yield server


@pytest.fixture
async def stage(settings_env: dict[str, str], model: OpenAIServer) -> AsyncIterator[Stage]:
    key = SecretStr("sk-test")
    async with open_stage(settings_env, openai_base_url=model.base_url, openai_api_key=key) as opened:
        yield opened


async def test_a_model_searches_and_its_card_carries_links(aigul: Member, model: OpenAIServer) -> None:
    model.play([calls(("search_products", {"query": "номад"})), says("Вот он [NOM-1].")])
    await aigul.asks("присмотрим что-нибудь синее в зал")
    await aigul.hears("Номад", "120 000")
    assert {tool["function"]["name"] for tool in model.requests[0].json["tools"]} == PUBLIC_TOOLS
    assert aigul.person.find_button("В корзину")[1].action == "url"


async def test_what_is_personal_is_carried_out_in_private(aigul: Member, model: OpenAIServer) -> None:
    model.play([calls(("search_products", {"query": "номад"})), says("Вот он [NOM-1].")])
    await aigul.asks("присмотрим что-нибудь синее в зал")
    await aigul.hears("Номад")
    model.play([calls(("continue_in_private", {}))])
    await aigul.asks("ну давай, кинь его мне в покупочки")
    await aigul.hears("только между нами")

    await aigul.follows("Открыть личный чат")
    model.play([calls(("add_to_cart", {"sku": "NOM-1"})), says("Положил.")])
    await aigul.private.hears("Добавили в корзину", "Номад")
    question = model.requests[-1].json["messages"]
    assert any("кинь его мне в покупочки" in str(message["content"]) for message in question)


async def test_a_model_reads_what_was_said_with_the_asker_alone(
    aigul: Member, marat: Member, model: OpenAIServer
) -> None:
    model.play([says("Хорошо.")])
    await aigul.asks("мы тут про дачу для свекрови разговариваем")
    await aigul.hears()
    model.play([says("Понимаю.")])
    await marat.asks("а мне бы для кабинета чего-нибудь")
    await aigul.hears()
    asked = str(model.requests[-1].json["messages"])
    assert "кабинета" in asked
    assert "свекрови" not in asked
