"""How much one person may write: bursts are fine, a flood meets one polite warning and a growing cool-down."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from shared.dialogs.limits import person_key
from tests.doubles.echo import ECHO
from tests.integration.assistant.outage import outage
from tests.integration.conversation import Shop, Shopper, Stage, open_stage

PER_MINUTE = 3


async def ask(aigul: Shopper, times: int) -> list[str]:
    """Ask so many times, each time waiting for the answer; what was heard each time."""
    heard = []
    for number in range(times):
        await aigul.says(f"вопрос {number}")
        heard.append(await aigul.listens())
    return heard


async def end_cool_down(stage: Stage, shop: Shop, aigul: Shopper) -> None:
    """Let the cool-down pass at once; the bucket is still empty."""
    await stage.worker.cache.drop(f"cooldown:{person_key(shop.bots[Platform.TELEGRAM], aigul.person.id)}")


async def test_a_burst_is_answered_then_warned_once_then_left_in_silence(
    settings_env: dict[str, str], platform: Platform
) -> None:
    async with open_stage(settings_env, messages_per_minute=PER_MINUTE) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop, platform)

        heard = await ask(aigul, PER_MINUTE + 3)

        assert heard[:PER_MINUTE] == [f"«вопрос {number}»" for number in range(PER_MINUTE)]
        assert "Вы пишете быстрее" in heard[PER_MINUTE]
        assert heard[PER_MINUTE + 1 :] == ["", ""]
        states = await stage.sql(shop, "SELECT status, count(*) AS n FROM inbox GROUP BY 1 ORDER BY 1")
        assert {row["status"]: row["n"] for row in states} == {"done": PER_MINUTE, "limited": 3}


async def test_the_cool_down_grows_with_every_flood(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, messages_per_minute=4) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)
        await ask(aigul, 4)
        warnings = []
        for _ in range(3):
            warnings += await ask(aigul, 1)
            await end_cool_down(stage, shop, aigul)

    assert ["15 секунд" in warnings[0], "30 секунд" in warnings[1], "60 секунд" in warnings[2]] == [True] * 3


async def test_who_has_long_been_a_customer_may_write_more(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, messages_per_minute=1) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)
        await ask(aigul, 1)
        await stage.worker.cache.drop(f"limit:{person_key(shop.bots[Platform.TELEGRAM], aigul.person.id)}")
        await stage.sql(shop, "UPDATE dialogs SET created_at = now() - interval '31 days'")

        heard = await ask(aigul, 3)

    assert all(words.startswith("«") for words in heard[:-1])
    assert "Вы пишете быстрее" in heard[-1]


async def test_a_merged_turn_counts_one(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, messages_per_minute=2, merge_window=1.0) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)

        for _ in range(2):
            await aigul.says("хочу", "красный", "диван")
            assert await aigul.hears() == "«хочу + красный + диван»"


async def test_taking_what_was_offered_counts_a_quarter_and_is_limited_too(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, messages_per_minute=2) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)
        heard = []
        for _ in range(11):
            await aigul.person.send_location(43.24, 76.92)
            heard.append(await aigul.listens())

    warnings = [number for number, words in enumerate(heard) if "Вы пишете быстрее" in words]
    # eight quarters are two turns; the bucket may fill for one or two more while the test runs
    assert len(warnings) == 1
    assert 8 <= warnings[0] <= 10


async def test_one_persons_flood_is_not_anothers(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, messages_per_minute=1) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul, marat = stage.shopper(shop), stage.shopper(shop, name="Марат")
        await ask(aigul, 3)

        await marat.says("диван")

        assert await marat.hears() == "«диван»"


@pytest.mark.parametrize("redis_url", ["redis://127.0.0.1:29990/0", None])
async def test_without_redis_nobody_is_limited_and_everything_is_answered(
    settings_env: dict[str, str], redis_url: str | None
) -> None:
    async with open_stage(settings_env, messages_per_minute=1, redis_url=redis_url) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)

        heard = await ask(aigul, 3)

        assert heard == [f"«вопрос {number}»" for number in range(3)]
        assert [message.text for message in stage.echo.turns[-1].memory][-1] == "«вопрос 1»"


async def test_a_backlog_counts_by_when_it_was_written(settings_env: dict[str, str], platform: Platform) -> None:
    async with open_stage(settings_env, messages_per_minute=2) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop, platform)
        async with outage(stage) as held:
            for number in range(20):
                await held.writes(aigul, f"вопрос {number}", at=60.0 * number)

        assert await aigul.listens() == "\n".join(f"«вопрос {number}»" for number in range(20))


async def test_a_flood_that_comes_late_is_one_all_the_same(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, messages_per_minute=2) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)
        async with outage(stage) as held:
            for number in range(6):
                await held.writes(aigul, f"вопрос {number}", at=3.0 * number)

        heard = await aigul.listens()
        assert heard.count("«вопрос") == 2
        assert heard.count("Вы пишете быстрее") == 1
