"""Topics of Telegram's forums and private chats: the answer stands where the question does (number 6)."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

from infra.local.simulator.faults import Fault, FaultKind
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.topics import open_topic
from shared.channels.contract import Platform
from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Shopper, Stage

_NUMBERS = itertools.count(700_000_001)


async def says_in_topic(stage: Stage, shopper: Shopper, words: str, **parts: Any) -> None:
    bot = shopper.shop.simulated[Platform.TELEGRAM]
    assert isinstance(bot, TelegramBot)
    person = {"id": int(shopper.person.id), "is_bot": False, "first_name": shopper.person.name}
    number = next(_NUMBERS)
    if parts.get("is_topic_message"):
        open_topic(shopper.person.chat, str(parts["message_thread_id"]), f"Тема {parts['message_thread_id']}")
    message = {
        "message_id": number,
        "from": person,
        "chat": {"id": person["id"], "type": "private"},
        "date": int(time.time()),
        "text": words,
        **parts,
    }
    assert await stage.simulator.telegram.inject({"update_id": number, "message": message}, bot=bot) == 200


async def newcomer(stage: Stage, shop: Shop) -> Shopper:
    """Somebody who has said hello outside of all topics."""
    shopper = stage.shopper(shop)
    await shopper.says("здравствуйте")
    await shopper.hears()
    return shopper


def threads(stage: Stage, method: str = "sendMessage") -> list[Any]:
    bodies = [json.loads(call["body"]) for call in stage.calls(method)]
    return [body.get("message_thread_id") for body in bodies[1:]]  # the first answers «здравствуйте»


async def test_the_answer_goes_into_the_topic_of_the_question(stage: Stage) -> None:
    aigul = await newcomer(stage, await stage.open_shop(mode=ECHO))

    await says_in_topic(stage, aigul, "диван", message_thread_id=17, is_topic_message=True)
    await stage.work()
    await says_in_topic(stage, aigul, "кресло", message_thread_id=18, is_topic_message=True)
    await stage.work()
    await says_in_topic(stage, aigul, "стол", message_thread_id=17)
    await stage.work()

    assert threads(stage) == [17, 18, None]


async def test_cards_of_products_go_into_the_topic_too(stage: Stage) -> None:
    aigul = await newcomer(stage, await stage.open_shop())

    await says_in_topic(stage, aigul, "красный диван", message_thread_id=17, is_topic_message=True)
    await says_in_topic(stage, aigul, "синий диван", message_thread_id=17, is_topic_message=True)
    await stage.work()

    assert threads(stage)
    assert set(threads(stage)) == {17}


async def test_a_notice_goes_to_the_chat_itself(stage: Stage) -> None:
    shop = await stage.open_shop()
    aigul = await newcomer(stage, shop)
    await says_in_topic(stage, aigul, "позовите менеджера", message_thread_id=17, is_topic_message=True)
    await stage.work()
    [escalation] = await stage.sql(shop, "SELECT id FROM escalations")

    async with stage.worker.database.session_scope(shop.company_id) as session:
        await stage.worker.services.desk.reply(session, escalation["id"], "Слушаю вас", user_id=None)
    await stage.work()

    assert threads(stage)[-2:] == [17, None]


async def test_an_answer_to_a_topic_that_was_closed_stands_in_the_chat(stage: Stage) -> None:
    aigul = await newcomer(stage, await stage.open_shop(mode=ECHO))
    closed = Fault(FaultKind.REFUSE, platform="telegram", count=1, description="Bad Request: TOPIC_CLOSED")
    stage.simulator.faults.add(closed)

    await says_in_topic(stage, aigul, "диван", message_thread_id=17, is_topic_message=True)

    assert await aigul.hears() == "«диван»"
    assert threads(stage) == [17, None]
    assert await stage.sql(aigul.shop, "SELECT status FROM outbox WHERE status <> 'sent'") == []
