"""What the bot remembers: the last messages in Redis, all of them in Postgres, only as much as fits the model."""

from __future__ import annotations

import pytest
import redis
from pydantic import SecretStr

from shared.channels.contract import Platform
from shared.dialogs.memory import Memory
from tests.doubles.echo import ECHO
from tests.doubles.openai_server import OpenAIServer, says
from tests.integration.conversation import Stage, open_stage


def remembered(stage: Stage) -> list[str]:
    return [message.text for message in stage.echo.turns[-1].memory]


async def test_a_turn_sees_what_was_said_before_it(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop, platform)
    await aigul.says("диван")
    await aigul.hears()

    await aigul.says("кресло")
    await aigul.hears()

    assert remembered(stage) == ["диван", "«диван»"]


async def test_memory_is_rebuilt_from_postgres_when_redis_lost_it(
    stage: Stage, settings_env: dict[str, str]
) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    for words in ("диван", "кресло"):
        await aigul.says(words)
        await aigul.hears()

    with redis.Redis.from_url(settings_env["REDIS_URL"]) as client:
        client.flushdb()
    await aigul.says("стол")
    await aigul.hears()

    assert remembered(stage) == ["диван", "«диван»", "кресло", "«кресло»"]


async def test_a_copy_that_fell_behind_is_not_believed(stage: Stage, settings_env: dict[str, str]) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    await aigul.says("диван")
    await aigul.hears()
    with redis.Redis.from_url(settings_env["REDIS_URL"]) as client:
        [key] = client.keys("memory:*")
        old = client.get(key)
        await aigul.says("кресло")
        await aigul.hears()
        client.set(key, old)

    await aigul.says("стол")
    await aigul.hears()

    assert remembered(stage) == ["диван", "«диван»", "кресло", "«кресло»"]


@pytest.mark.parametrize("command", ["/reset", "/start"])
async def test_a_new_beginning_forgets_what_was_said(
    stage: Stage, settings_env: dict[str, str], command: str
) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    for words in ("гамак", command, "кресло"):
        await aigul.says(words)
        await aigul.hears()
    assert not any("гамак" in words for words in remembered(stage))

    with redis.Redis.from_url(settings_env["REDIS_URL"]) as client:
        client.flushdb()
    await aigul.says("стол")
    await aigul.hears()

    assert not any("гамак" in words for words in remembered(stage))
    assert "кресло" in remembered(stage)


async def test_twenty_messages_are_kept_and_ten_are_shown(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, merge_window=0.0) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)
        for number in range(12):
            await aigul.says(f"вопрос {number}")
            await aigul.hears()
        dialog = (await stage.sql(shop, "SELECT id, history_seq FROM dialogs"))[0]

        kept = await Memory(stage.worker.cache, messages=20, seconds=60).recall(dialog["id"], dialog["history_seq"])
        shown = stage.echo.turns[-1].memory

    assert kept is not None
    assert (len(kept), dialog["history_seq"]) == (20, 24)
    assert [message.text for message in shown] == [
        words for number in range(6, 11) for words in (f"вопрос {number}", f"«вопрос {number}»")
    ]


async def test_the_model_reads_only_as_much_as_its_token_limit_takes(settings_env: dict[str, str]) -> None:
    long = "очень длинный рассказ о том, каким должен быть диван, " * 20
    async with (
        OpenAIServer([says("Хорошо.")]) as model,
        open_stage(
            settings_env,
            openai_base_url=model.base_url,
            openai_api_key=SecretStr("sk-test"),
            context_tokens=400,
        ) as stage,
    ):
        shop = await stage.open_shop()
        aigul = stage.shopper(shop)
        for words in (f"первое: {long}", "второе: кресло", "третье: стол"):
            await aigul.says(words)
            await aigul.hears()
        asked = str(model.requests[-1].json["messages"])

    assert "третье" in asked
    assert "второе" in asked
    assert "первое" not in asked
