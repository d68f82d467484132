"""Issue 7, number 3: what is kept for a late failure, what an erasure leaves of it, and what is replayed."""

from __future__ import annotations

import pytest

from shared.channels.contract import Platform
from shared.dialogs import failures
from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Stage
from tests.integration.dialogs.cards import (
    CARD_BUTTON,
    DEAD_PICTURE,
    card,
    codes_of_failures,
    fails_later,
    greeted,
    notify,
    outbox,
    sent_card,
    settle,
    shown,
    status,
    words_of,
)

WA = Platform.WHATSAPP
SOMEBODY = [1]
"""The private messages are about a person whose dialog is nobody's here."""


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
