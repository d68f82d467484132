"""Issue 7, number 3: a failure that a status reports later has the consequences of one that was told at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from infra.local.simulator.faults import Fault, FaultKind
from shared.channels.contract import Platform
from shared.dialogs.outbox.delivery import DeliveryStatuses
from shared.dialogs.outbox.lane import Lane
from shared.dialogs.outbox.late import LateFailures, Rests
from tests.chaos.inside import rings
from tests.doubles.echo import ECHO
from tests.integration.conversation import Stage, open_stage
from tests.integration.dialogs.cards import (
    CARD_BUTTON,
    DEAD_PICTURE,
    card,
    codes_of_failures,
    fails_later,
    greeted,
    let_time_pass,
    notify,
    outbox,
    pictures,
    sent_card,
    settle,
    shown,
    status,
    words_of,
)

WA, VB = Platform.WHATSAPP, Platform.VIBER
SOMEBODY = [1]
"""The private messages are about a person whose dialog is nobody's here."""


@pytest.fixture
async def picture() -> AsyncIterator[str]:
    async with pictures() as url:
        yield url


def statuses_of(stage: Stage) -> DeliveryStatuses:
    """The part of its worker that applies statuses and sends nothing."""
    return stage.worker.deliverer._statuses


# ---- what the shopper sees --------------------------------------------------------------------------------


async def test_a_card_whose_picture_fails_late_is_shown_as_text_with_its_button(stage: Stage) -> None:
    """The simulator does what WhatsApp does: it takes the card, and cannot load the picture."""
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop, WA)

    await notify(stage, shop, card(DEAD_PICTURE))

    assert "Диван «Алма»" in aigul.person.last.text
    assert aigul.buttons == [CARD_BUTTON]
    first, second = await outbox(stage, shop)
    assert (first["status"], first["delivery"], first["error_code"]) == ("sent", "failed", "131053")
    assert (second["status"], second["delivery"], second["replaces"]) == ("sent", "delivered", first["seq"])
    assert await codes_of_failures(stage, shop) == []


async def test_a_viber_card_that_the_app_cannot_show_is_shown_as_text(stage: Stage, picture: str) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop, VB)
    fails_later(stage, 0, VB)

    await notify(stage, shop, card(picture))

    assert (aigul.person.last.kind, aigul.buttons) == ("text", [CARD_BUTTON])
    assert "Диван «Алма»" in aigul.person.last.text
    assert await codes_of_failures(stage, shop) == []


async def test_the_text_comes_behind_all_that_left_meanwhile(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop, WA)

    await notify(stage, shop, card(DEAD_PICTURE, "Первый"), words_of("Второе"), card(DEAD_PICTURE, "Третий"))

    *_, words, first, third = [message.text for message in aigul.person.received]
    assert words == "Второе"
    assert "Первый" in first
    assert "Третий" in third


async def test_a_window_that_was_closed_after_all_takes_the_call_s_own_template(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO, window_template="we_answered")
    aigul = await greeted(stage, shop, WA)
    fails_later(stage, 131047)

    await notify(stage, shop, card(DEAD_PICTURE), template="order_status")

    assert shown(aigul)[1:] == ["template"]
    [_, sent] = await outbox(stage, shop)
    assert sent["call"]["payload"]["template"]["name"] == "order_status"  # type: ignore[index]


@pytest.mark.parametrize("told", ["at_once", "later"])
async def test_a_closed_window_takes_the_bot_s_template(stage: Stage, told: str) -> None:
    shop = await stage.open_shop(mode=ECHO, window_template="we_answered")
    aigul = await greeted(stage, shop, WA)
    stage.simulator.whatsapp.bots[-1].late_window_error = told == "later"
    stage.simulator.clock.advance(25 * 3600.0)

    await notify(stage, shop, words_of("Готово"))

    assert shown(aigul)[1:] == ["template"]
    assert await codes_of_failures(stage, shop) == []


async def test_who_opened_the_window_again_meanwhile_gets_the_message_itself(stage: Stage) -> None:
    shop, aigul = await sent_card(stage, reply=words_of("Готово"), window_template="we_answered")

    await status(stage, shop, "failed", code="131047")  # in January; they wrote today
    await settle(stage)

    assert aigul.person.last.text == "Готово"
    assert [row["template_only"] for row in await outbox(stage, shop)] == [False, False]


@pytest.mark.parametrize("told", ["at_once", "later"])
async def test_a_closed_window_without_a_template_is_recorded(stage: Stage, told: str) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop, WA)
    stage.simulator.whatsapp.bots[-1].late_window_error = told == "later"
    stage.simulator.clock.advance(25 * 3600.0)

    await notify(stage, shop, words_of("Готово"))

    assert shown(aigul)[1:] == []
    assert await codes_of_failures(stage, shop) == ["window_closed"]


async def test_the_text_instead_of_a_picture_obeys_the_window_as_it_is_then(stage: Stage) -> None:
    shop, aigul = await sent_card(stage, window_template="we_answered")
    await stage.sql(shop, "UPDATE dialogs SET last_inbound_at = now() - interval '24 hours 1 minute'")

    await status(stage, shop, "failed", code="131053")
    await settle(stage)

    assert aigul.person.last.kind == "template"


# ---- once, and never without end --------------------------------------------------------------------------


async def test_a_failure_that_is_told_twice_and_at_once_by_many_workers_is_followed_up_once(
    settings_env: dict[str, str], stage: Stage
) -> None:
    shop, _ = await sent_card(stage)
    async with open_stage(settings_env) as other:
        for number in range(20):
            await status(stage, shop, "failed", code="131053", key=f"copy-{number}")
        await asyncio.gather(*(statuses_of(each).apply(limit=5) for each in (stage, other) for _ in range(4)))
        await settle(stage)

    assert [row["replaces"] for row in await outbox(stage, shop)] == [None, 2]


@pytest.mark.parametrize("seen", ["delivered", "read"])
@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
async def test_what_was_seen_does_not_fail(stage: Stage, seen: str, *, together: bool) -> None:
    shop, _ = await sent_card(stage)

    for state in ("failed", seen) if together else (seen, "failed"):
        await status(stage, shop, state, code="131053")
        if not together:
            await settle(stage)
    await settle(stage)

    [row] = await outbox(stage, shop)
    assert row["delivery"] == seen


async def test_a_failed_copy_whose_answer_was_lost_says_nothing_of_the_other(
    stage: Stage,
) -> None:
    shop, _ = await sent_card(stage)

    await status(stage, shop, "failed", code="131053", message="wamid.of-the-first-copy")
    await settle(stage)

    [row] = await outbox(stage, shop)
    assert row["delivery"] is None


async def test_a_text_that_fails_too_is_recorded_and_nothing_more_is_sent(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop, WA)
    fails_later(stage, 131053, count=5)

    await notify(stage, shop, card(DEAD_PICTURE))
    await let_time_pass(stage, shop)

    assert shown(aigul)[1:] == []
    assert len(await outbox(stage, shop)) == 2
    assert await codes_of_failures(stage, shop) == ["131053"]


async def test_a_form_that_was_refused_at_once_is_not_tried_again_later(stage: Stage, picture: str) -> None:
    """The text went in place of the picture; when the text fails, there is nothing left."""
    shop = await stage.open_shop(mode=ECHO)
    await greeted(stage, shop, WA)
    stage.simulator.faults.add(
        Fault(FaultKind.REFUSE, platform="whatsapp", method="messages", count=1, code=131053)
    )
    fails_later(stage, 131053)

    await notify(stage, shop, card(picture))

    [row] = await outbox(stage, shop)
    assert (row["status"], row["delivery"]) == ("sent", "failed")
    assert await codes_of_failures(stage, shop) == ["131053"]


async def test_a_rate_told_later_waits_longer_each_time_and_ends(settings_env: dict[str, str]) -> None:
    async with open_stage(settings_env, send_attempts=3) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = await greeted(stage, shop, WA)
        fails_later(stage, 131056, count=10)
        waits = []

        await notify(stage, shop, words_of("Готово"))
        for _ in range(4):
            [row] = await stage.sql(shop, "SELECT extract(epoch FROM send_at - now())::float AS wait FROM dialogs")
            waits.append(row["wait"])
            await let_time_pass(stage, shop)

        rows = await outbox(stage, shop)
        assert [row["attempts"] for row in rows] == [1, 2, 3]
        assert waits[0] <= 1.0
        assert 1.0 < waits[1] <= 4.0
        assert shown(aigul)[1:] == []
        assert await codes_of_failures(stage, shop) == ["131056"]


async def test_a_template_that_finds_the_window_closed_ends_there(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO, window_template="we_answered")
    await greeted(stage, shop, WA)
    fails_later(stage, 131047, count=10)

    await notify(stage, shop, words_of("Готово"))
    await let_time_pass(stage, shop)

    assert [row["template_only"] for row in await outbox(stage, shop)] == [False, True]
    assert await codes_of_failures(stage, shop) == ["131047"]


# ---- its lane ---------------------------------------------------------------------------------------------


async def test_an_uncertain_call_that_failed_changes_its_form_in_place(settings_env: dict[str, str]) -> None:
    """It holds the lane up, so what waits behind it comes after its text."""
    async with open_stage(settings_env, send_timeout=2.5) as stage:
        shop = await stage.open_shop(mode=ECHO)
        aigul = await greeted(stage, shop, WA)
        fault = Fault(FaultKind.RESET_AFTER_ACCEPTING, platform="whatsapp", method="messages", count=1)
        stage.simulator.faults.add(fault)

        await notify(stage, shop, card(DEAD_PICTURE), words_of("Второе"))

        *_, first, second = [message.text for message in aigul.person.received]
        assert "Диван «Алма»" in first
        assert second == "Второе"
        assert [(row["replaces"], row["repeated"]) for row in await outbox(stage, shop)] == [(None, False)] * 2


async def test_a_lane_that_is_held_rests_before_the_call_that_has_to_wait(stage: Stage) -> None:
    """Whoever holds the lane goes on with its calls; the one that has to wait is not sent at once by them."""
    shop, aigul = await sent_card(stage, reply=words_of("Готово"))
    [row] = await stage.sql(
        shop,
        "UPDATE dialogs SET send_token = gen_random_uuid(), send_until = now() + interval '1 hour'"
        " RETURNING id, bot_id, send_token",
    )
    held = Lane(shop.company_id, row["id"], row["bot_id"], WA, row["send_token"])
    await status(stage, shop, "failed", code="131064")
    await stage.worker.deliverer.run()

    await stage.worker.deliverer._lane.drain(held)

    [row] = await stage.sql(shop, "SELECT send_token, send_at > now() + interval '5 minutes' AS rests FROM dialogs")
    assert row == {"send_token": None, "rests": True}
    assert len(shown(aigul)) == 2


async def test_who_wrote_after_the_message_failed_is_not_taken_for_unreachable(stage: Stage) -> None:
    shop, _ = await sent_card(stage)  # they wrote today; the status tells of January

    await status(stage, shop, "failed", code="131026")
    await settle(stage)

    assert await stage.sql(shop, "SELECT blocked FROM dialogs") == [{"blocked": False}]
    assert await codes_of_failures(stage, shop) == []


# ---- a worker that dies -----------------------------------------------------------------------------------


class _Dying(LateFailures):
    """Dies with all that it wrote, before the commit."""

    async def apply(self, session: AsyncSession, company_id: UUID, event: Any, rests: Rests) -> bool:
        await super().apply(session, company_id, event, rests)
        raise asyncio.CancelledError


async def test_a_worker_killed_before_it_commits_a_late_failure_leaves_it_to_the_next(stage: Stage) -> None:
    shop, aigul = await sent_card(stage)
    await status(stage, shop, "failed", code="131053")
    worker = stage.worker
    with pytest.raises(asyncio.CancelledError):
        await DeliveryStatuses(worker.database, _Dying(worker.channel_of, worker.settings)).apply()
    assert len(await outbox(stage, shop)) == 1

    await settle(stage)

    assert [row["replaces"] for row in await outbox(stage, shop)] == [None, 2]
    assert len(aigul.person.received) == 3


async def test_a_worker_killed_between_applying_a_late_failure_and_sending_loses_nothing(
    settings_env: dict[str, str], stage: Stage
) -> None:
    shop, aigul = await sent_card(stage)
    await status(stage, shop, "failed", code="131053")
    async with open_stage(settings_env) as doomed:
        assert await statuses_of(doomed).apply() == 1
    assert len(aigul.person.received) == 2

    rings(settings_env, "deliveries", take=True)
    await stage.worker.sweep.run()
    assert rings(settings_env, "deliveries") == 1
    await settle(stage)

    assert len(aigul.person.received) == 3
    assert [row["status"] for row in await outbox(stage, shop)] == ["sent", "sent"]


async def test_a_worker_killed_with_the_text_under_way_sends_it_once_where_its_status_tells(stage: Stage) -> None:
    shop, aigul = await sent_card(stage)
    await status(stage, shop, "failed", code="131053")
    await settle(stage)
    await stage.sql(shop, "UPDATE outbox SET status = 'sending', platform_message_ids = '{}' WHERE seq = 3")
    await stage.sql(shop, "UPDATE dialogs SET sent_seq = 2, send_token = gen_random_uuid(), send_until = now()")

    await stage.work()
    await status(stage, shop, "delivered", message="wamid.text", seq=3)
    await settle(stage)

    assert len(aigul.person.received) == 3
    _, instead = await outbox(stage, shop)
    assert (instead["status"], instead["delivery"], instead["repeated"]) == ("sent", "delivered", False)
