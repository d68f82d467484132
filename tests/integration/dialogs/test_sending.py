"""How answers leave: told pauses are kept, closed windows take templates, faults are tried again, nothing twice."""

from __future__ import annotations

import pytest

from infra.local.simulator.faults import Fault, FaultKind
from shared.channels.contract import Platform
from shared.dialogs.outbox.throttle import PACES, Throttle
from shared.kernel.ids import new_id
from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Stage, open_stage

DAY = 24 * 3600.0
_METHODS = {Platform.TELEGRAM: "sendMessage", Platform.WHATSAPP: "messages", Platform.VIBER: "send_message"}


async def outbox(stage: Stage, shop: Shop) -> list[dict[str, object]]:
    return await stage.sql(
        shop, "SELECT status, attempts, repeated, error_code, delivery FROM outbox ORDER BY dialog_id, seq"
    )


async def let_time_pass(stage: Stage, shop: Shop) -> None:
    """Whatever rests is due now."""
    await stage.sql(shop, "UPDATE dialogs SET send_at = now()")
    await stage.sql(shop, "UPDATE bots SET send_after = NULL")


async def test_a_told_pause_is_kept_and_no_try_is_counted(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    stage.simulator.faults.add(Fault(FaultKind.TOO_MANY_REQUESTS, method="sendMessage", count=1, retry_after=30))

    await aigul.says("диван")
    await aigul.hears_nothing()
    await aigul.hears_nothing()  # asked again at once: nothing goes before its time
    waits = await stage.sql(
        shop,
        "SELECT extract(epoch FROM greatest(d.send_at, b.send_after) - now())::float AS seconds, o.attempts"
        " FROM dialogs d JOIN bots b ON b.id = d.bot_id JOIN outbox o ON o.dialog_id = d.id",
    )
    await let_time_pass(stage, shop)

    assert await aigul.hears() == "«диван»"
    assert 0 < waits[0]["seconds"] <= 30
    assert waits[0]["attempts"] == 0
    assert [call["status"] for call in stage.calls("sendMessage")] == [429, 200]


@pytest.mark.parametrize(
    "kind", [FaultKind.SERVER_ERROR, FaultKind.CONNECTION_RESET, FaultKind.MALFORMED_ANSWER], ids=str
)
async def test_a_fault_delays_an_answer_and_loses_none(stage: Stage, kind: FaultKind) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    stage.simulator.faults.add(Fault(kind, method="sendMessage", count=2))

    await aigul.says("диван")
    for _ in range(3):
        await stage.work()
        await let_time_pass(stage, shop)
    await stage.work()

    assert {message.text for message in aigul.person.received} == {"«диван»"}
    assert [row["status"] for row in await outbox(stage, shop)] == ["sent"]


async def test_answers_do_not_overtake_one_that_waits(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    stage.simulator.faults.add(Fault(FaultKind.TOO_MANY_REQUESTS, method="sendMessage", count=1, retry_after=30))
    await aigul.says("раз")
    await aigul.hears_nothing()

    await aigul.says("два")
    await aigul.hears_nothing()
    await let_time_pass(stage, shop)

    assert await aigul.hears() == "«раз»\n«два»"


async def test_a_refused_call_fails_with_a_record_and_frees_the_next(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    stage.simulator.faults.add(Fault(FaultKind.REFUSE, method="sendMessage", count=1, code=400))
    await aigul.says("раз")
    await aigul.hears_nothing()

    await aigul.says("два")

    assert await aigul.hears() == "«два»"
    assert [row["status"] for row in await outbox(stage, shop)] == ["failed", "sent"]
    assert [row["kind"] for row in await stage.sql(shop, "SELECT kind FROM failures")] == ["send"]


async def test_who_blocked_the_bot_is_left_alone_until_writing_again(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop)
    await aigul.says("раз")
    await aigul.person.block()
    await stage.work()
    calls = len(stage.calls("sendMessage"))
    await stage.work()
    assert len(stage.calls("sendMessage")) == calls

    await aigul.says("два")

    assert "«два»" in await aigul.hears()


@pytest.mark.parametrize("known", [True, False], ids=["we know", "only the platform knows"])
async def test_after_a_day_of_silence_a_template_goes_instead(stage: Stage, *, known: bool) -> None:
    shop = await stage.open_shop(mode=ECHO, window_template="we_answered")
    aigul = stage.shopper(shop, Platform.WHATSAPP)
    await _late_answer(stage, shop, known=known)

    [call] = [
        call for call in stage.calls("messages") if call["status"] == 200 and "recipient_type" in call["body"]
    ]

    assert '"template"' in call["body"]
    assert "we_answered" in call["body"]
    assert aigul.person.name
    assert [row["status"] for row in await outbox(stage, shop)] == ["sent"]


@pytest.mark.parametrize("known", [True, False], ids=["we know", "only the platform knows"])
async def test_without_a_template_a_late_answer_is_given_up_and_recorded(stage: Stage, *, known: bool) -> None:
    shop = await stage.open_shop(mode=ECHO)
    await _late_answer(stage, shop, known=known)

    assert [row["status"] for row in await outbox(stage, shop)] == ["failed"]
    [failure] = await stage.sql(shop, "SELECT kind, code FROM failures")
    assert failure["kind"] == "send"


async def test_a_message_that_reached_us_a_day_late_is_answered_by_a_template(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO, window_template="we_answered")
    await stage.shopper(shop, Platform.WHATSAPP).says("диван")
    await stage.sql(shop, "UPDATE dialogs SET last_inbound_at = now() - interval '24 hours 1 minute'")

    await stage.work()

    [call] = [call for call in stage.calls("messages") if "recipient_type" in call["body"]]
    assert '"template"' in call["body"]


async def _late_answer(stage: Stage, shop: Shop, *, known: bool) -> None:
    """An answer that could not be sent until the shopper had been silent for a day."""
    aigul = stage.shopper(shop, Platform.WHATSAPP)
    stage.simulator.faults.add(Fault(FaultKind.TOO_MANY_REQUESTS, method="messages", count=1))
    await aigul.says("диван")
    await stage.work()
    stage.simulator.clock.advance(DAY + 60)
    if known:
        await stage.sql(shop, "UPDATE dialogs SET last_inbound_at = now() - interval '24 hours 1 minute'")
    await let_time_pass(stage, shop)
    await stage.work()


async def test_an_unanswered_send_is_settled_by_its_status_where_the_platform_tells(
    settings_env: dict[str, str],
) -> None:
    async with open_stage(settings_env, send_timeout=2.5) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop, Platform.WHATSAPP)
        stage.simulator.faults.add(
            Fault(FaultKind.TIMEOUT_AFTER_ACCEPTING, platform="whatsapp", method="messages", count=1, seconds=30)
        )

        await aigul.says("диван")
        await stage.work()
        await stage.simulator.delivery.settle()
        await stage.work()

        assert [row["status"] for row in await outbox(stage, shop)] == ["sent"]
        assert [message.text for message in aigul.person.received] == ["«диван»"]


async def test_an_unanswered_send_is_repeated_and_flagged_where_nobody_tells(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, send_timeout=2.5) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)
        stage.simulator.faults.add(
            Fault(FaultKind.TIMEOUT_AFTER_ACCEPTING, platform="telegram", method="sendMessage", count=1, seconds=30)
        )

        await aigul.says("диван")
        await stage.work()
        await let_time_pass(stage, shop)
        await stage.work()

        [row] = await outbox(stage, shop)
        assert (row["status"], row["repeated"]) == ("sent", True)
        assert [message.text for message in aigul.person.received] == ["«диван»", "«диван»"]


@pytest.mark.parametrize("platform", list(Platform))
async def test_a_chat_and_a_bot_have_a_pace(stage: Stage, platform: Platform) -> None:
    slowly = 0.001  # nothing runs into the buckets while the test looks at them
    throttle, bot = Throttle(stage.worker.cache, factor=slowly), new_id()
    pace = PACES[platform]

    in_one_chat = [await throttle.wait(platform, bot, 1) for _ in range(int(pace.chat_burst) + 1)]
    other = new_id()
    over_chats = [await throttle.wait(platform, other, 100 + n) for n in range(int(pace.bot_burst * 2))]

    assert set(in_one_chat[:-1]) == {0.0}
    assert 0 < in_one_chat[-1] <= 1 / (pace.chat_rate * slowly)
    assert set(over_chats[: int(pace.bot_burst)]) == {0.0}
    assert all(wait > 0 for wait in over_chats[int(pace.bot_burst) :])


async def test_what_the_pace_holds_back_goes_later_in_order(settings_env: dict[str, str]) -> None:
    slowly, pace = 0.001, PACES[Platform.TELEGRAM]
    async with open_stage(settings_env, pace_factor=slowly, merge_window=0.0) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = stage.shopper(shop)
        await aigul.says("раз")
        await aigul.hears()
        [dialog] = await stage.sql(shop, "SELECT id FROM dialogs")
        bucket = f"pace:chat:{dialog['id']}"
        rest = pace.chat_burst - 1
        await stage.worker.cache.take(bucket, rate=pace.chat_rate * slowly, capacity=pace.chat_burst, wanted=rest)

        await aigul.says("два")
        await aigul.says("три")
        await aigul.hears_nothing()
        await stage.worker.cache.drop(bucket)
        await let_time_pass(stage, shop)

        assert await aigul.hears() == "«два»\n«три»"


async def test_without_redis_nothing_is_held_back(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, redis_url=None) as stage:
        throttle = Throttle(stage.worker.cache, factor=1.0)

        waits = [await throttle.wait(Platform.TELEGRAM, new_id(), 1) for _ in range(100)]

    assert set(waits) == {0.0}
