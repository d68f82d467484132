"""What an administrator changes reaches the next turn: prompts, modes, budgets; no worker is restarted."""

from __future__ import annotations

from pydantic import SecretStr

from shared.bots import prompts
from shared.bots import service as bots
from shared.bots.schemas import BotChanges
from shared.channels.contract import Platform
from tests.doubles.echo import ECHO
from tests.doubles.openai_server import OpenAIServer, says
from tests.integration.conversation import Stage, open_stage

FRESH_SECONDS = 3.0


async def test_a_new_prompt_is_what_the_next_turn_is_told(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    told = []
    for body in ("Продавайте диваны.", "Продавайте кресла."):
        async with stage.worker.database.session_scope(shop.company_id) as session:
            await prompts.create_prompt(session, shop.company_id, shop.city_id, body)
        await aigul.says("здравствуйте")
        await aigul.hears()
        told.append(stage.echo.turns[-1].bot.system_prompt)

    assert told == ["Продавайте диваны.", "Продавайте кресла."]


async def test_a_prompt_rolled_back_is_the_earlier_one_again(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    async with stage.worker.database.session_scope(shop.company_id) as session:
        for body in ("Продавайте диваны.", "Продавайте кресла."):
            await prompts.create_prompt(session, shop.company_id, shop.city_id, body)
        await prompts.roll_back_prompt(session, shop.city_id)

    aigul = stage.shopper(shop)
    await aigul.says("здравствуйте")
    await aigul.hears()

    assert stage.echo.turns[-1].bot.system_prompt == "Продавайте диваны."


async def test_a_changed_mode_changes_who_answers(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    await aigul.says("красный диван")
    assert await aigul.hears() == "«красный диван»"

    async with stage.worker.database.session_scope(shop.company_id) as session:
        await bots.update_bot(session, shop.bots[Platform.TELEGRAM], BotChanges(mode="assistant"))
    await aigul.says("красный диван")

    await aigul.hears("Диван «Алма»")


async def test_the_model_is_told_the_city_s_prompt(settings_env: dict[str, str]) -> None:
    async with (
        OpenAIServer([says("Здравствуйте!")]) as model,
        open_stage(settings_env, openai_base_url=model.base_url, openai_api_key=SecretStr("sk-test")) as stage,
    ):
        shop = await stage.open_shop()
        async with stage.worker.database.session_scope(shop.company_id) as session:
            await prompts.create_prompt(session, shop.company_id, shop.city_id, "Вы продавец мебели Уют.")

        aigul = stage.shopper(shop)
        await aigul.says("здравствуйте")
        await aigul.hears("Здравствуйте!")

        assert "Вы продавец мебели Уют." in str(model.requests[-1].json["messages"])


async def test_a_company_over_its_budget_is_answered_without_the_model(settings_env: dict[str, str]) -> None:
    async with (
        OpenAIServer([says("Отвечает модель.", prompt_tokens=1_000_000, completion_tokens=0)]) as model,
        open_stage(
            settings_env,
            openai_base_url=model.base_url,
            openai_api_key=SecretStr("sk-test"),
            model_price_input=0.15,
            daily_model_budget=0.30,
        ) as stage,
    ):
        shop, other = await stage.open_shop("uyut"), await stage.open_shop("sklad")
        aigul, marat = stage.shopper(shop), stage.shopper(other, name="Марат")
        heard = []
        for _ in range(3):
            await aigul.says("хочу красный диван")
            heard.append(await aigul.hears())
        await marat.says("хочу красный диван")

        assert [words == "Отвечает модель." for words in heard] == [True, True, False]
        assert "Диван «Алма»" in heard[-1]
        assert await marat.hears() == "Отвечает модель."
        [usage] = await stage.sql(
            shop,
            "SELECT sum(calls)::int AS calls, sum(prompt_tokens)::int AS prompt_tokens, "
            "sum(cost_micros)::int AS cost_micros FROM model_usage",
        )
        assert usage == {"calls": 2, "prompt_tokens": 2_000_000, "cost_micros": 300_000}
