"""A group becomes a supergroup: one dialog, told by service messages in any order or by a refused send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.simulator.faults import Fault, FaultKind
from infra.local.simulator.participant import first_status
from infra.local.simulator.telegram.objects import chat_object, user_object
from infra.local.simulator.telegram.person import TelegramPerson
from infra.local.simulator.wire import Json
from shared.channels.contract import Platform
from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Stage


async def in_a_group(stage: Stage) -> tuple[Shop, TelegramPerson]:
    """A bot that repeats all words has answered a member."""
    shop = await stage.open_shop(mode=ECHO)
    bot = next(
        bot for bot in stage.simulator.telegram.bots if bot.bot_id == shop.simulated[Platform.TELEGRAM].bot_id
    )
    aigul = stage.simulator.telegram.group_member("Айгуль", bot=bot)
    assert await aigul.send_text("@uyut_bot раз") == 200
    await stage.work()
    assert "раз" in heard(aigul)
    return shop, aigul


def heard(member: TelegramPerson) -> str:
    return "\n".join(message.text for message in member.chat.received)


def become_supergroup(stage: Stage, member: TelegramPerson) -> tuple[Json, Json]:
    """The member writes in a new chat from now on; what the old and the new one say of it, for ``tell``."""
    old = member.chat
    new = stage.simulator.world.open_group(member.telegram_bot, f"-100{old.id.removeprefix('-')}", old.title)
    old.details["migrated_to"] = new.id
    member.chat = new
    message = {"message_id": 1, "date": int(stage.simulator.clock.now()), "from": user_object(member.person)}
    return (
        {**message, "chat": chat_object(old), "migrate_to_chat_id": int(new.id)},
        {**message, "chat": chat_object(new), "migrate_from_chat_id": int(old.id)},
    )


async def tell(stage: Stage, member: TelegramPerson, message: Json) -> None:
    updates = stage.simulator.telegram.api.updates
    queue = str(message["chat"]["id"])
    assert await first_status(updates.push(member.telegram_bot, "message", message, queue=queue)) == 200


async def live_dialogs(stage: Stage, shop: Shop) -> list[dict[str, Any]]:
    return await stage.sql(shop, "SELECT * FROM dialogs WHERE moved_to IS NULL")


@pytest.mark.parametrize(
    "order",
    [("old", "new", "words"), ("new", "old", "words"), ("words", "old", "new"), ("old", "words"), ("words", "new")],
    ids="-".join,
)
async def test_the_hand_over_holds_in_the_supergroup(stage: Stage, order: tuple[str, ...]) -> None:
    shop, aigul = await in_a_group(stage)
    await stage.sql(shop, "UPDATE dialogs SET handover_until = now() + interval '1 hour'")
    old, new = become_supergroup(stage, aigul)

    for step in order:
        match step:
            case "old":
                await tell(stage, aigul, old)
            case "new":
                await tell(stage, aigul, new)
            case _:
                await aigul.send_text("@uyut_bot два")
    await stage.work()
    await aigul.send_text("@uyut_bot три")
    await stage.work()

    assert heard(aigul) == ""
    [dialog] = await live_dialogs(stage, shop)
    assert dialog["chat_id"] == aigul.chat.id
    assert dialog["received_seq"] == dialog["done_seq"]
    said = await stage.sql(
        shop, "SELECT text FROM messages WHERE dialog_id = :id AND role = 'shopper'", id=dialog["id"]
    )
    assert {"раз", "два", "три"} == {row["text"] for row in said}


@pytest.mark.parametrize("known", [False, True], ids=["a new chat", "a chat that has a dialog already"])
async def test_a_refused_send_tells_where_the_group_went(stage: Stage, *, known: bool) -> None:
    shop, aigul = await in_a_group(stage)
    stage.simulator.faults.add(Fault(FaultKind.TOO_MANY_REQUESTS, method="sendMessage", count=1, retry_after=30))
    await aigul.send_text("@uyut_bot два")
    await aigul.send_text("@uyut_bot три")
    await stage.work()  # both answers wait
    become_supergroup(stage, aigul)
    if known:
        await aigul.send_text("@uyut_bot четыре")
        await stage.work()

    await stage.sql(shop, "UPDATE dialogs SET send_at = now()")
    await stage.sql(shop, "UPDATE bots SET send_after = NULL")
    await stage.work()
    await aigul.send_text("@uyut_bot пять")
    await stage.work()

    assert all(word in heard(aigul) for word in ("два", "три", "пять"))
    assert ("четыре" in heard(aigul)) is known
    [dialog] = await live_dialogs(stage, shop)
    assert dialog["chat_id"] == aigul.chat.id
    sent = [json.loads(call["body"])["chat_id"] for call in stage.calls("sendMessage") if call["status"] == 400]
    assert len(sent) == 1, "only the first call went to the old id"


async def test_what_waits_goes_to_the_new_id(stage: Stage) -> None:
    shop, aigul = await in_a_group(stage)
    stage.simulator.faults.add(Fault(FaultKind.TOO_MANY_REQUESTS, method="sendMessage", count=1, retry_after=30))
    await aigul.send_text("@uyut_bot два")
    await stage.work()
    old, _ = become_supergroup(stage, aigul)
    await tell(stage, aigul, old)

    await stage.sql(shop, "UPDATE dialogs SET send_at = now()")
    await stage.sql(shop, "UPDATE bots SET send_after = NULL")
    await stage.work()

    assert "два" in heard(aigul)
    assert [call["status"] for call in stage.calls("sendMessage")].count(400) == 0
