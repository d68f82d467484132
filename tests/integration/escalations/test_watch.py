"""The reply timer: the staff is told, reminded and relieved, and the dialog goes back to the bot in the end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from shared.channels.contract import Platform
from shared.escalations import service
from shared.escalations.schemas import EscalationReason
from shared.kernel.clock import utc_now
from tests.doubles.openai_server import OpenAIServer, fails, says
from tests.integration.conversation import Stage, open_stage
from tests.integration.escalations.staff import Counter


async def test_a_new_escalation_rings_at_once(counter: Counter) -> None:
    aigul = counter.stage.shopper(counter.shop)
    await aigul.says("позовите менеджера")
    await aigul.hears()

    assert await counter.stage.worker.cache.claim("ring:escalations", seconds=1) is False


async def test_the_timer_rings_for_what_is_due_and_for_nothing_else(counter: Counter) -> None:
    watch = counter.stage.worker.escalation_watch
    assert await watch.run() == 0
    aigul = counter.stage.shopper(counter.shop)
    await aigul.says("позовите менеджера")
    await aigul.hears()

    assert await watch.run() == 1
    await counter.attend()
    assert await watch.run() == 0


async def test_two_firings_tell_once(counter: Counter) -> None:
    anna = await counter.member("Анна")
    aigul = counter.stage.shopper(counter.shop)
    await aigul.says("позовите менеджера")
    await aigul.hears()

    await asyncio.gather(*(counter.attend() for _ in range(3)))

    assert (await anna.hears()).count("Новое обращение") == 1


async def test_who_took_it_and_does_not_answer_is_reminded_then_relieved_and_then_all_are_told(
    counter: Counter,
) -> None:
    anna, berik, dana = [await counter.member(name) for name in ("Анна", "Берик", "Дана")]
    await counter.shopper_waits()
    for member in (anna, berik, dana):
        await member.listens()
    await anna.presses("Взять")
    await anna.listens()

    await counter.pass_minutes(9)
    await anna.hears_nothing()
    await counter.pass_minutes(2)
    await anna.hears("Клиент ждёт ответа", "Ждёт уже 11 минут")
    await berik.hears_nothing()

    await counter.pass_minutes(11)
    await berik.hears("Обращение передано вам")
    await anna.hears("Клиентом Айгуль Ким теперь занимается Берик")
    assert (await counter.escalation())["assignee_id"] == berik.user_id

    await counter.pass_minutes(11)
    for member in (anna, berik, dana):
        await member.hears("Клиент ждёт ответа")
    assert (await counter.escalation())["status"] == "open"

    await counter.pass_minutes(60)
    for member in (anna, berik, dana):
        await member.hears_nothing()


async def test_nobody_took_it_all_are_reminded(counter: Counter) -> None:
    anna, berik = await counter.member("Анна"), await counter.member("Берик")
    await counter.shopper_waits()
    for member in (anna, berik):
        await member.listens()

    await counter.pass_minutes(11)

    for member in (anna, berik):
        await member.hears("Клиент ждёт ответа")


async def test_two_firings_remind_once(counter: Counter) -> None:
    anna = await counter.member("Анна")
    await counter.shopper_waits()
    await anna.listens()
    await counter.stage.sql(counter.shop, "UPDATE escalations SET due_at = now()")

    await asyncio.gather(*(counter.attend() for _ in range(3)))

    assert (await anna.hears()).count("Клиент ждёт") == 1


async def test_an_answer_stops_the_timer_until_the_shopper_writes_again(counter: Counter) -> None:
    anna = await counter.member("Анна")
    aigul = await counter.shopper_waits()
    await anna.listens()
    await anna.presses("Ответить")
    await anna.says("Добрый день")
    await anna.listens()
    await counter.pass_minutes(30)
    await anna.hears_nothing()

    await aigul.says("И сколько стоит?")
    await aigul.listens()
    await anna.hears("И сколько стоит?")
    await counter.pass_minutes(11)

    await anna.hears("Клиент ждёт ответа")


async def test_the_bot_s_own_rules_set_the_timer(stage: Stage) -> None:
    counter = await Counter.open(stage, reply_minutes=3)
    anna = await counter.member("Анна")
    aigul = counter.stage.shopper(counter.shop)
    await aigul.says("позовите менеджера")
    await aigul.hears("Обычно отвечаем в течение 3 минут")
    await counter.attend()
    await anna.listens()

    await counter.pass_minutes(4)

    await anna.hears("Клиент ждёт ответа")


async def test_outside_of_working_hours_the_shopper_is_told_and_nobody_is_reminded(stage: Stage) -> None:
    # one minute a day, on the other side of the clock, whenever the test runs
    hour = (utc_now() + timedelta(hours=12)).astimezone(ZoneInfo("Asia/Almaty")).strftime("%H")
    counter = await Counter.open(stage, opens=f"{hour}:00", closes=f"{hour}:01", reply_minutes=5)
    anna = await counter.member("Анна")
    aigul = counter.stage.shopper(counter.shop)
    await aigul.says("позовите менеджера")
    await aigul.hears("Сейчас менеджеры не на связи: ответят", f"после {hour}:00")
    await counter.attend()
    await anna.hears("Новое обращение")

    await counter.pass_minutes(6)

    await anna.hears_nothing()
    escalation = await counter.escalation()
    assert escalation["reminders"] == 0


async def test_after_twelve_hours_without_an_answer_the_bot_apologises_and_is_back(
    counter: Counter, platform: Platform
) -> None:
    aigul = await counter.shopper_waits(platform=platform)

    await counter.pass_minutes(12 * 60 + 1)

    await aigul.hears("менеджер так и не смог подойти")
    assert (await counter.escalation())["status"] == "expired"
    await aigul.says("синий диван")
    await aigul.hears("Номад")


async def test_an_answer_keeps_the_bot_silent_for_another_twelve_hours(counter: Counter) -> None:
    anna = await counter.member("Анна")
    aigul = await counter.shopper_waits()
    await anna.listens()
    await anna.presses("Ответить")
    await anna.listens()
    await counter.pass_minutes(11 * 60)
    await anna.says("Простите за ожидание")
    await anna.listens()
    await aigul.hears("Простите за ожидание")

    await counter.pass_minutes(2 * 60)

    assert (await counter.escalation())["status"] == "answered"
    await counter.pass_minutes(10 * 60 + 1)
    await aigul.hears("Менеджер завершил разговор")
    await anna.hears("Время вышло")


async def test_the_city_s_own_staff_is_told_first(counter: Counter) -> None:
    anna = await counter.member("Анна")
    visitor = await counter.member("Приезжий", Platform.VIBER)
    [city] = await counter.stage.sql(
        counter.shop,
        "INSERT INTO cities (company_id, id, slug, name, timezone, currency, language) SELECT company_id,"
        " gen_random_uuid(), 'astana', 'Астана', timezone, currency, language FROM cities RETURNING id",
    )
    await counter.stage.sql(
        counter.shop, "UPDATE bots SET city_id = :city WHERE platform = 'viber'", city=city["id"]
    )

    await counter.shopper_waits()

    await anna.hears("Новое обращение")
    await visitor.hears_nothing()


async def test_a_model_sums_the_talk_up_within_the_budget(settings_env: dict[str, str]) -> None:
    script = [says("Ищет красный диван, просит человека.", prompt_tokens=1_000_000, completion_tokens=0)]
    async with (
        OpenAIServer(script) as model,
        open_stage(settings_env, openai_base_url=model.base_url, openai_api_key=SecretStr("sk-test")) as stage,
    ):
        counter = await Counter.open(stage)
        anna = await counter.member("Анна")
        await escalated(counter)
        await counter.attend()

        card = await anna.hears("Новое обращение", "Ищет красный диван, просит человека.")
        assert "←" not in card
        asked = model.requests[-1].json["messages"]
        assert "in Russian" in asked[0]["content"]
        assert "<shopper>красный диван</shopper>" in asked[1]["content"]
        [spent] = await stage.sql(counter.shop, "SELECT sum(cost_micros) AS micros FROM model_usage")
        assert spent["micros"] == 150_000 * len(model.requests)


@pytest.mark.parametrize("broken", ["model", "budget"])
async def test_without_a_summary_the_last_words_are_told(settings_env: dict[str, str], broken: str) -> None:
    script = [fails(500)] if broken == "model" else [says("Ищет диван.")]
    async with (
        OpenAIServer(script) as model,
        open_stage(
            settings_env,
            openai_base_url=model.base_url,
            openai_api_key=SecretStr("sk-test"),
            daily_model_budget=0.0 if broken == "budget" else 5.0,
        ) as stage,
    ):
        counter = await Counter.open(stage)
        anna = await counter.member("Анна")
        await escalated(counter)
        model.requests.clear()
        await counter.attend()

        await anna.hears("Новое обращение", "красный диван")
        assert len(model.requests) == (1 if broken == "model" else 0)


async def escalated(counter: Counter) -> None:
    """A dialog that needs a person, whatever the model makes of it."""
    aigul = counter.stage.shopper(counter.shop)
    await aigul.says("красный диван")
    await aigul.hears()
    [dialog] = await counter.stage.sql(counter.shop, "SELECT id FROM dialogs WHERE staff_user_id IS NULL")
    async with counter.stage.worker.database.session_scope(counter.shop.company_id) as session:
        await service.open_escalation(
            session,
            dialog_id=dialog["id"],
            reason=EscalationReason.ASKED,
            summary="→ красный диван\n← Вот диваны",
            expires_at=utc_now() + timedelta(hours=12),
        )
