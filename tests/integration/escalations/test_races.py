"""Two members of staff, or a member and a timer, at the same escalation in the same moment."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from shared.escalations import service
from shared.escalations.errors import EscalationEnded, TakenByAnother
from shared.kernel.errors import NotFound, ZetaError
from tests.integration.escalations.staff import Counter


async def take(counter: Counter, escalation_id: UUID, user_id: UUID) -> type[ZetaError] | None:
    try:
        async with counter.stage.worker.database.session_scope(counter.shop.company_id) as session:
            await service.take(session, escalation_id, user_id)
    except ZetaError as error:
        return type(error)
    return None


async def resolve(counter: Counter, escalation_id: UUID, user_id: UUID) -> type[ZetaError] | None:
    try:
        async with counter.stage.worker.database.session_scope(counter.shop.company_id) as session:
            await counter.stage.worker.services.desk.resolve(session, escalation_id, by=user_id)
    except ZetaError as error:
        return type(error)
    return None


async def somebody_waits_for_a_lock(counter: Counter) -> None:
    blocked = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(500):
        if await counter.stage.sql(counter.shop, blocked):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")


async def test_of_many_who_take_at_once_one_gets_it(counter: Counter) -> None:
    users = [await counter.user(f"Менеджер {number}") for number in range(8)]
    await counter.shopper_waits()
    escalation = await counter.escalation()

    outcomes = await asyncio.gather(*(take(counter, escalation["id"], user) for user in users))

    assert sorted(map(str, outcomes)) == sorted(map(str, [None, *[TakenByAnother] * 7]))
    winner = users[outcomes.index(None)]
    assert (await counter.escalation())["assignee_id"] == winner


async def test_two_managers_press_take_at_once(counter: Counter) -> None:
    anna, berik = await counter.member("Анна"), await counter.member("Берик")
    await counter.shopper_waits()
    for member in (anna, berik):
        await member.listens()

    await anna.presses("Взять")
    await berik.presses("Взять")
    heard = [await anna.listens(), await berik.listens()]
    await counter.stage.sql(counter.shop, "UPDATE dialogs SET due_at = now()")
    heard = [heard[0] + await anna.listens(), heard[1] + await berik.listens()]

    assert sum("Клиент за вами" in words for words in heard) == 1
    assert sum("уже занимается" in words for words in heard) == 1


async def test_resolved_twice_at_once_the_shopper_hears_it_once(counter: Counter) -> None:
    user = await counter.user("Анна")
    aigul = await counter.shopper_waits()
    escalation = await counter.escalation()

    outcomes = await asyncio.gather(*(resolve(counter, escalation["id"], user) for _ in range(5)))

    assert sorted(map(str, outcomes)) == sorted(map(str, [None, *[EscalationEnded] * 4]))
    assert (await aigul.hears()).count("я снова с вами") == 1
    history = await counter.history(aigul)
    assert [text for _, text in history].count("[handover.resolved]") == 1


async def test_shopper_and_manager_writing_to_each_other_do_not_block(counter: Counter) -> None:
    anna = await counter.member("Анна")
    aigul = await counter.shopper_waits()
    await anna.hears()
    await anna.presses("Ответить")
    await anna.hears()

    for number in range(5):
        await asyncio.gather(anna.says(f"от Анны {number}"), aigul.says(f"от Айгуль {number}"))
        await counter.stage.work()
    heard_by_anna, heard_by_aigul = await anna.listens(), await aigul.listens()

    assert [n for n in range(5) if f"от Айгуль {n}" in heard_by_anna] == list(range(5))
    assert [n for n in range(5) if f"от Анны {n}" in heard_by_aigul] == list(range(5))


async def test_an_escalation_of_another_company_does_not_exist(counter: Counter, other_counter: Counter) -> None:
    stranger = await other_counter.user("Чужой")
    await counter.shopper_waits()
    escalation = await counter.escalation()

    assert await take(other_counter, escalation["id"], stranger) is NotFound
    assert await resolve(other_counter, escalation["id"], stranger) is NotFound
    assert (await counter.escalation())["status"] == "open"


@pytest.mark.parametrize("wait", [0, 1])
async def test_an_answer_and_the_timer_at_once(counter: Counter, wait: int) -> None:
    anna = await counter.member("Анна")
    aigul = await counter.shopper_waits()
    await anna.listens()
    escalation = await counter.escalation()
    await counter.stage.sql(counter.shop, "UPDATE escalations SET due_at = now()")

    async def answer() -> None:
        await asyncio.sleep(wait / 100)
        async with counter.stage.worker.database.session_scope(counter.shop.company_id) as session:
            await counter.stage.worker.services.desk.reply(
                session, escalation["id"], "Добрый день", user_id=anna.user_id
            )

    await asyncio.gather(answer(), counter.attend())

    await aigul.hears("Добрый день")
    after = await counter.escalation()
    assert (after["status"], after["waiting_since"]) == ("answered", None)


async def test_the_shopper_returns_while_the_answer_is_being_written(counter: Counter) -> None:
    """Whichever comes first: an answer is never said into the bot's talk, and its writer knows."""
    anna = await counter.member("Анна")
    aigul = await counter.shopper_waits()
    await anna.listens()
    await anna.presses("Ответить")
    await anna.listens()

    await asyncio.gather(anna.says("Да, привезём"), aigul.presses("Вернуться к боту"))
    told = await anna.listens()
    await counter.stage.sql(counter.shop, "UPDATE dialogs SET due_at = now() WHERE received_seq > done_seq")
    told += await anna.listens()
    heard = await aigul.listens()

    assert ("Отправлено" in told) is ("Да, привезём" in heard)
    assert ("Не отправлено" in told) is ("Да, привезём" not in heard)
    if "Да, привезём" in heard:
        assert heard.index("Да, привезём") < heard.index("Я снова с вами")


async def test_a_manager_answers_as_a_colleague_resolves_it(counter: Counter) -> None:
    anna = await counter.member("Анна")
    aigul = await counter.shopper_waits()
    await anna.listens()
    await anna.presses("Ответить")
    await anna.listens()
    escalation = await counter.escalation()

    await anna.says("Да, привезём")
    await asyncio.gather(counter.stage.work(), resolve(counter, escalation["id"], await counter.user("Берик")))
    await counter.stage.sql(counter.shop, "UPDATE dialogs SET due_at = now() WHERE received_seq > done_seq")
    told, heard = await anna.listens(), await aigul.listens()

    assert ("✓ Отправлено" in told) is ("Да, привезём" in heard)
    if "Да, привезём" in heard:
        assert heard.index("Да, привезём") < heard.index("я снова с вами")
    assert await counter.stage.sql(counter.shop, "SELECT FROM failures") == []


async def test_an_erasure_waits_for_whoever_has_the_escalation(counter: Counter) -> None:
    """The escalation is locked first, and its dialog after it, by both: neither waits for the other forever."""
    user = await counter.user("Анна")
    aigul = await counter.shopper_waits()
    escalation = await counter.escalation()
    held, waits = asyncio.Event(), asyncio.Event()

    async def resolve_slowly() -> None:
        async with counter.stage.worker.database.session_scope(counter.shop.company_id) as session:
            await service.get(session, escalation["id"], lock=True)
            held.set()
            await waits.wait()
            await service.resolve(session, by=str(user), escalation_id=escalation["id"])

    resolving = asyncio.create_task(resolve_slowly())
    await held.wait()
    erasing = asyncio.create_task(counter.erase(aigul))
    await somebody_waits_for_a_lock(counter)
    waits.set()
    await asyncio.gather(resolving, erasing)

    after = await counter.escalation()
    assert (after["resolved_by"], after["summary"]) == (str(user), "")


@pytest.mark.parametrize("trouble", ["blocked", "unlinked", "deleted"])
async def test_a_manager_who_cannot_be_reached_any_more_is_not_waited_for(counter: Counter, trouble: str) -> None:
    anna, berik = await counter.member("Анна"), await counter.member("Берик")
    aigul = await counter.shopper_waits()
    for member in (anna, berik):
        await member.listens()
    await anna.presses("Взять")
    await anna.listens()
    if trouble == "blocked":
        await anna.person.block()
    elif trouble == "unlinked":
        await anna.says("/unlink")
    else:
        await counter.stage.sql(counter.shop, "DELETE FROM users WHERE id = :id", id=anna.user_id)
    await counter.stage.work()

    await aigul.says("вы тут?")
    await aigul.listens()
    await counter.pass_minutes(16)

    await berik.hears("Клиент ждёт ответа", "→ вы тут?")
