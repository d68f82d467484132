"""What the platform says became of a message: applied by rank, kept when it comes too early, never in the way."""

from __future__ import annotations

from itertools import permutations

import pytest

from infra.local.simulator.faults import Fault, FaultKind
from shared.channels.contract import Platform
from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Stage


async def delivery(stage: Stage, shop: Shop) -> str | None:
    rows = await stage.sql(shop, "SELECT delivery FROM outbox ORDER BY id DESC LIMIT 1")
    return rows[0]["delivery"]


async def record(stage: Stage, shop: Shop, message_id: str, *states: str) -> None:
    """Statuses of one of our messages, as the intake records them, in this order."""
    rows = [
        {
            "place": 0,
            "bot_id": str(shop.bots[Platform.WHATSAPP]),
            "kind": "delivery",
            "event_id": f"{message_id}:{state}",
            "order_key": 1,
            "occurred_at": "2026-01-01T00:00:00Z",
            "platform_message_id": message_id,
            "state": state,
        }
        for state in states
    ]
    for row in rows:
        await stage.worker.webhooks._intake.record([row], b"{}")


async def sent_message(stage: Stage) -> tuple[Shop, str]:
    """A shop that has answered on WhatsApp, and the id that the platform gave the answer."""
    shop = await stage.open_shop(mode=ECHO)
    stage.simulator.whatsapp.bots[-1].statuses = []
    aigul = stage.shopper(shop, Platform.WHATSAPP)
    await aigul.says("диван")
    await aigul.hears()
    [row] = await stage.sql(shop, "SELECT platform_message_id AS id FROM outbox")
    return shop, row["id"]


@pytest.mark.parametrize("states", list(permutations(["sent", "delivered", "read"])), ids="-".join)
async def test_the_highest_rank_stays_in_whatever_order_they_come(stage: Stage, states: tuple[str, ...]) -> None:
    shop, message_id = await sent_message(stage)

    for state in states:
        await record(stage, shop, message_id, state)
        await stage.work()

    assert await delivery(stage, shop) == "read"


@pytest.mark.parametrize(
    ("states", "expected"), [(("sent", "failed"), "failed"), (("delivered", "failed"), "delivered")]
)
async def test_a_failure_ends_sent_only(stage: Stage, states: tuple[str, ...], expected: str) -> None:
    shop, message_id = await sent_message(stage)

    for state in states:
        await record(stage, shop, message_id, state)
        await stage.work()

    assert await delivery(stage, shop) == expected


async def test_one_that_overtakes_our_own_record_is_kept_and_matched_later(stage: Stage) -> None:
    shop, message_id = await sent_message(stage)
    await stage.sql(shop, "UPDATE outbox SET platform_message_ids = '{}'")
    await record(stage, shop, message_id, "delivered")
    await stage.work()
    assert await delivery(stage, shop) is None

    await stage.sql(shop, "UPDATE outbox SET platform_message_ids = ARRAY[:id]", id=message_id)
    await stage.work()

    assert await delivery(stage, shop) == "delivered"


async def test_a_repeated_status_changes_nothing(stage: Stage) -> None:
    shop, message_id = await sent_message(stage)

    await record(stage, shop, message_id, "read", "read", "delivered", "read")
    await stage.work()

    assert await delivery(stage, shop) == "read"
    assert len(await stage.sql(shop, "SELECT id FROM delivery_events")) == 2


async def test_reading_in_the_messenger_shows(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop, Platform.WHATSAPP)
    await aigul.says("диван")
    await aigul.hears()
    await stage.simulator.delivery.settle()

    assert await aigul.person.read() == 200
    await stage.work()

    assert await delivery(stage, shop) == "read"


async def test_statuses_of_other_messages_do_not_hold_up_a_dialog(stage: Stage) -> None:
    shop, _ = await sent_message(stage)
    for number in range(30):
        await record(stage, shop, f"wamid.unknown-{number}", "delivered")
    aigul = stage.shopper(shop, Platform.WHATSAPP)

    await aigul.says("кресло")
    await stage.work()

    assert aigul.person.last.text == "«кресло»"


async def test_a_message_that_fails_after_it_was_taken_is_recorded_for_the_staff(stage: Stage) -> None:
    shop = await stage.open_shop(mode=ECHO)
    aigul = stage.shopper(shop, Platform.WHATSAPP)
    stage.simulator.faults.add(Fault(FaultKind.FAIL_LATER, platform="whatsapp", count=1, code=131053))

    await aigul.says("диван")
    await stage.work()
    await stage.simulator.delivery.settle()
    await stage.work()

    [failure] = await stage.sql(shop, "SELECT kind, code, detail FROM failures")
    assert (failure["kind"], failure["code"], failure["detail"]) == ("send", "131053", "delivery status")
