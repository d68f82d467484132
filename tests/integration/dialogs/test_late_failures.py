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
from shared.channels.messages import Reply
from shared.dialogs import failures
from shared.dialogs.outbox.delivery import DeliveryStatuses
from shared.dialogs.outbox.lane import Lane
from shared.dialogs.outbox.late import LateFailures, Rests
from tests.chaos.inside import rings
from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Shopper, Stage, open_stage
from tests.integration.dialogs.cards import (
    CARD_BUTTON,
    DEAD_PICTURE,
    card,
    greeted,
    let_time_pass,
    notify,
    pictures,
    settle,
    shown,
    words_of,
)

WA, VB = Platform.WHATSAPP, Platform.VIBER
SOMEBODY = [1]
"""The private messages are about a person whose dialog is nobody's here."""


@pytest.fixture
async def picture() -> AsyncIterator[str]:
    async with pictures() as url:
        yield url


def fails_later(stage: Stage, code: int, platform: Platform = WA, *, count: int = 1, skip: int = 0) -> None:
    method = "messages" if platform is WA else "send_message"
    stage.simulator.faults.add(
        Fault(FaultKind.FAIL_LATER, platform=platform.value, method=method, count=count, skip=skip, code=code)
    )


async def outbox(stage: Stage, shop: Shop) -> list[dict[str, object]]:
    """All after the greeting's answer."""
    return await stage.sql(
        shop,
        "SELECT o.seq, o.status, o.delivery, o.error_code, o.attempts, o.repeated, o.template_only, o.call,"
        " r.seq AS replaces"
        " FROM outbox o LEFT JOIN outbox r ON r.id = o.replaces WHERE o.seq > 1 ORDER BY o.dialog_id, o.seq",
    )


async def codes_of_failures(stage: Stage, shop: Shop) -> list[str]:
    return [row["code"] for row in await stage.sql(shop, "SELECT code FROM failures ORDER BY created_at")]


async def status(
    stage: Stage, shop: Shop, state: str, *, code: str | None = None, message: str = "", key: str = "", seq: int = 2
) -> None:
    """A status of a message as the intake records it; the first after the greeting, unless told otherwise."""
    [row] = await stage.sql(shop, "SELECT id, platform_message_id AS wamid FROM outbox WHERE seq = :seq", seq=seq)
    record = {
        "place": 0,
        "bot_id": str(shop.bots[WA]),
        "kind": "delivery",
        "event_id": key or f"{message or row['wamid']}:{state}",
        "order_key": 1,
        "occurred_at": "2026-01-01T00:00:00Z",
        "platform_message_id": message or row["wamid"],
        "reference": row["id"],
        "state": state,
        "error_code": code,
    }
    await stage.worker.webhooks._intake.record([record], b"{}")


def statuses_of(stage: Stage) -> DeliveryStatuses:
    """The part of its worker that applies statuses and sends nothing."""
    return stage.worker.deliverer._statuses


async def sent_card(stage: Stage, *, reply: Reply | None = None, **settings: Any) -> tuple[Shop, Shopper]:
    """A shop whose card was taken by WhatsApp, which has told nothing of it yet."""
    shop = await stage.open_shop(mode=ECHO, **settings)
    stage.simulator.whatsapp.bots[-1].statuses = ()
    aigul = await greeted(stage, shop, WA)
    async with pictures() as url:
        await notify(stage, shop, reply or card(url))
    return shop, aigul


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


# ---- what an administrator can do -------------------------------------------------------------------------


async def replay(stage: Stage, shop: Shop) -> str:
    async with stage.worker.database.session_scope(shop.company_id) as session:
        [failure] = await failures.list_failures(session)
        return await failures.replay(session, failure.id)


async def test_a_failure_that_a_status_reported_is_replayed_like_any_other(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop, WA)
    fails_later(stage, 131049)
    await notify(stage, shop, words_of("Готово"))
    assert shown(aigul)[1:] == []
    assert await codes_of_failures(stage, shop) == ["131049"]

    assert await replay(stage, shop) == "send"
    await settle(stage)

    assert aigul.person.last.text == "Готово"


# ---- privacy ----------------------------------------------------------------------------------------------


async def erase(stage: Stage, shop: Shop, dialog_id: int) -> None:
    async with stage.worker.database.session_scope(shop.company_id) as session:
        customer = await stage.worker.services.customers.ensure(session, dialog_id)
        await stage.worker.services.customers.erase(session, customer.id)


async def calls_kept(stage: Stage, shop: Shop) -> list[bool]:
    rows = await stage.sql(shop, "SELECT call <> '{}' AS kept FROM outbox WHERE seq > 1 ORDER BY seq")
    return [row["kept"] for row in rows]


async def test_a_late_failure_of_what_was_said_before_an_erasure_sends_nothing(stage: Stage) -> None:
    shop, aigul = await sent_card(stage)
    [dialog] = await stage.sql(shop, "SELECT id FROM dialogs")
    [call] = await stage.sql(shop, "SELECT platform_message_id AS wamid FROM outbox WHERE seq = 2")
    await erase(stage, shop, dialog["id"])

    await status(stage, shop, "failed", code="131053", message=call["wamid"])
    await settle(stage)

    assert len(await outbox(stage, shop)) == 1
    assert await calls_kept(stage, shop) == [False]
    assert await codes_of_failures(stage, shop) == []
    assert len(aigul.person.received) == 2


async def test_a_private_card_that_fails_late_is_shown_as_text_and_then_forgotten(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = await greeted(stage, shop, WA)

    await notify(stage, shop, card(DEAD_PICTURE), about=SOMEBODY)

    assert (shown(aigul)[1:], aigul.buttons) == (["interactive"], [CARD_BUTTON])
    assert await calls_kept(stage, shop) == [False, False]


@pytest.mark.parametrize("state", ["sent", "delivered", "read"])
async def test_a_private_call_is_kept_until_it_is_known_to_have_arrived(stage: Stage, state: str) -> None:
    shop = await stage.open_shop(mode=ECHO)
    stage.simulator.whatsapp.bots[-1].statuses = ()
    await greeted(stage, shop, WA)
    await notify(stage, shop, words_of("Секрет"), about=SOMEBODY)
    assert await calls_kept(stage, shop) == [True]

    await status(stage, shop, state)
    await settle(stage)

    assert await calls_kept(stage, shop) == [state == "sent"]


async def test_a_private_call_of_unknown_fate_is_forgotten_after_an_hour(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    stage.simulator.whatsapp.bots[-1].statuses = ()
    await greeted(stage, shop, WA)
    await notify(stage, shop, words_of("Секрет"), about=SOMEBODY)
    kept = []

    for minutes in (59, 61):
        await stage.sql(
            shop, "UPDATE outbox SET sent_at = now() - :age * interval '1 minute' WHERE seq = 2", age=minutes
        )
        await stage.worker.sweep.run()
        kept += await calls_kept(stage, shop)

    assert kept == [True, False]


async def test_a_private_call_is_forgotten_at_once_where_nothing_is_told_later(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    await greeted(stage, shop, Platform.TELEGRAM)

    await notify(stage, shop, words_of("Секрет"), about=SOMEBODY)

    assert await calls_kept(stage, shop) == [False]


async def test_a_link_is_forgotten_at_once(stage: Stage) -> None:
    """Guard: it tells of nobody, so no erasure would find it, and whoever reads it could use it."""
    shop = await stage.open_shop(mode=ECHO)
    stage.simulator.whatsapp.bots[-1].statuses = ()
    await greeted(stage, shop, WA)

    await notify(stage, shop, words_of("https://uyut.kz/join"), about=[])

    assert await calls_kept(stage, shop) == [False]


async def test_an_erasure_reaches_a_private_call_whose_fate_is_not_known(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    stage.simulator.whatsapp.bots[-1].statuses = ()
    await greeted(stage, shop, WA, "Айгуль Ким")
    [person] = await stage.sql(shop, "SELECT id FROM dialogs")
    await greeted(stage, shop, WA, "Анна")
    await notify(stage, shop, words_of("Айгуль спрашивает"), about=[person["id"]])
    assert await calls_kept(stage, shop) == [True]

    await erase(stage, shop, person["id"])

    assert await calls_kept(stage, shop) == [False]
