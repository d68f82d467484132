"""Simulated Telegram groups are like the real ones: who writes, topics, the way to a supergroup, deep links."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from infra.local.simulator import Simulator
from infra.local.simulator.telegram.group import TelegramGroup
from infra.local.simulator.telegram.links import DeepLink, read_link
from tests.doubles.recording_bot import RecordingBot


@dataclass(slots=True)
class Stage:
    sim: Simulator
    bot: RecordingBot
    http: httpx.AsyncClient
    group: TelegramGroup

    async def send(self, chat_id: str, text: str = "ответ", **parameters: Any) -> httpx.Response:
        return await self.http.post("sendMessage", json={"chat_id": chat_id, "text": text, **parameters})

    def updates(self) -> list[dict[str, Any]]:
        return [webhook.body for webhook in self.bot.received]

    def messages(self) -> list[dict[str, Any]]:
        return [update["message"] for update in self.updates() if "message" in update]


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with RecordingBot.start() as bot, Simulator.start(speed=200) as sim:
        sim.telegram.add_bot(token="7:abc", webhook_url=f"{bot.url}/hook")
        async with httpx.AsyncClient(base_url=f"{sim.telegram_api_url}/bot7:abc/") as http:
            yield Stage(sim, bot, http, sim.telegram.group("Семья"))


async def test_whoever_writes_in_a_groups_or_channels_name_is_nobody_of_their_own(stage: Stage) -> None:
    group = stage.group
    await group.member("Айгерим").send_text("я")
    await group.anonymous_admin("владелец").send_text("мы")
    await group.channel("Новости").send_text("от канала")
    await group.linked_channel("Новости").send_text("пост")
    await group.another_bot("Погода").send_text("солнечно")

    member, admin, channel, post, other = stage.messages()
    assert (member["from"]["is_bot"], "sender_chat" in member) == (False, False)
    assert admin["sender_chat"]["id"] == admin["chat"]["id"] == int(group.chat.id)
    assert (admin["from"]["id"], admin["author_signature"]) == (1087968824, "владелец")
    assert (channel["from"]["username"], channel["sender_chat"]["type"]) == ("Channel_Bot", "channel")
    assert (post["from"]["id"], post["is_automatic_forward"]) == (777000, True)
    assert (other["from"]["is_bot"], "sender_chat" in other) == (True, False)


async def test_a_group_becomes_a_supergroup_by_service_messages(stage: Stage) -> None:
    member = stage.group.member("Айгерим")
    await member.send_text("до")
    old_id = stage.group.chat.id

    new_id = await stage.group.upgrade(by=member)
    await member.send_text("после")
    refused = await stage.send(old_id)
    accepted = await stage.send(new_id)

    before, told_old, told_new, after = stage.messages()
    assert (told_old["chat"]["id"], told_old["migrate_to_chat_id"]) == (int(old_id), int(new_id))
    assert (told_new["chat"]["id"], told_new["migrate_from_chat_id"]) == (int(new_id), int(old_id))
    assert (before["chat"]["type"], after["chat"]["type"]) == ("group", "supergroup")
    assert (refused.status_code, refused.json()["parameters"]) == (400, {"migrate_to_chat_id": int(new_id)})
    assert "upgraded to a supergroup chat" in refused.json()["description"]
    assert accepted.status_code == 200
    assert stage.sim.telegram.group_member("Данияр", group="Семья").chat.id == new_id
    assert [message.text for message in member.received] == ["ответ"]


async def test_a_silent_upgrade_is_learnt_from_a_refused_send(stage: Stage) -> None:
    member = stage.group.member("Айгерим")
    await member.send_text("до")
    first = stage.messages()[0]

    new_id = await stage.group.upgrade(by=member, told=False)

    assert len(stage.messages()) == 1
    refused = await stage.send(str(first["chat"]["id"]))
    assert refused.json()["parameters"]["migrate_to_chat_id"] == int(new_id)
    unreachable = await stage.send(new_id, reply_parameters={"message_id": first["message_id"]})
    assert unreachable.json()["description"] == "Bad Request: message to be replied not found"


async def test_a_forums_topics_go_there_and_back(stage: Stage) -> None:
    member = stage.group.member("Айгерим")
    await stage.group.open_topic("Заказы", by=member)
    in_topic = member.in_topic("Заказы")
    await in_topic.send_text("диван?")
    chat_id, asked = stage.group.chat.id, stage.messages()[-1]

    sent = await stage.send(chat_id, message_thread_id=asked["message_thread_id"])
    general = await stage.send(chat_id)

    created = stage.messages()[0]
    assert created["forum_topic_created"]["name"] == "Заказы"
    assert asked["chat"]["is_forum"] is True
    assert (asked["message_thread_id"], asked["is_topic_message"]) == (created["message_thread_id"], True)
    assert sent.json()["result"]["message_thread_id"] == asked["message_thread_id"]
    assert "message_thread_id" not in general.json()["result"]


@pytest.mark.parametrize("thread", [1, 4242])
async def test_a_thread_that_is_not_there_is_refused(stage: Stage, thread: int) -> None:
    member = stage.group.member("Айгерим")
    await stage.group.open_topic("Заказы", by=member)

    for method in ("sendMessage", "sendChatAction"):
        body = {"chat_id": stage.group.chat.id, "text": "?", "action": "typing", "message_thread_id": thread}
        refused = await stage.http.post(method, json=body)
        assert refused.json()["description"] == "Bad Request: message thread not found"


async def test_closed_and_deleted_topics_are_refused(stage: Stage) -> None:
    member = stage.group.member("Айгерим")
    await stage.group.open_topic("Заказы", by=member)
    thread = stage.messages()[0]["message_thread_id"]

    await stage.group.close_topic("Заказы", by=member)
    closed = await stage.send(stage.group.chat.id, message_thread_id=thread)
    stage.group.delete_topic("Заказы")
    deleted = await stage.send(stage.group.chat.id, message_thread_id=thread)

    assert closed.json()["description"] == "Bad Request: TOPIC_CLOSED"
    assert deleted.json()["description"] == "Bad Request: message thread not found"


async def test_a_private_chat_can_have_topics(stage: Stage) -> None:
    shopper = stage.sim.telegram.user("Айгерим", started=True)
    no_topics = await stage.send(shopper.id, message_thread_id=5)
    await shopper.in_topic("Диваны").send_text("красный?")
    asked = stage.messages()[0]

    answer = await stage.send(shopper.id, message_thread_id=asked["message_thread_id"])

    assert no_topics.json()["description"] == "Bad Request: message thread not found"
    assert (asked["chat"]["type"], asked["is_topic_message"]) == ("private", True)
    assert answer.json()["result"]["is_topic_message"] is True
    assert (await stage.http.post("getMe")).json()["result"]["has_topics_enabled"] is True


async def test_replies_in_a_supergroup_make_a_thread_without_a_topic(stage: Stage) -> None:
    member = stage.group.member("Айгерим")
    await stage.group.upgrade(by=member, told=False)
    await member.send_text("диван?")
    asked = stage.messages()[0]

    reply = await stage.send(stage.group.chat.id, reply_parameters={"message_id": asked["message_id"]})
    await member.send_text("а красный?", reply_to=member.last)

    assert reply.json()["result"]["reply_to_message"]["text"] == "диван?"
    answered = stage.messages()[1]
    assert answered["message_thread_id"] == asked["message_id"]
    assert "is_topic_message" not in answered


@pytest.mark.parametrize(
    "reply",
    [
        {"reply_parameters": {"message_id": 999_999}},
        {"reply_parameters": '{"message_id": 999999}'},
        {"reply_to_message_id": 999_999},
    ],
)
async def test_a_reply_to_a_message_that_is_not_there_is_refused(stage: Stage, reply: dict[str, Any]) -> None:
    shopper = stage.sim.telegram.user("Айгерим", started=True)

    refused = await stage.send(shopper.id, **reply)

    assert (refused.status_code, refused.json()["error_code"]) == (400, 400)
    assert refused.json()["description"] == "Bad Request: message to be replied not found"
    assert shopper.received == []


@pytest.mark.parametrize("asked", ["request_contact", "request_location"])
async def test_a_contact_or_a_place_is_asked_for_in_private_alone(stage: Stage, asked: str) -> None:
    shopper = stage.sim.telegram.user("Айгерим", started=True)
    keyboard = {"keyboard": [[{"text": "Отправить", asked: True}]]}

    in_group = await stage.send(stage.group.chat.id, reply_markup=keyboard)
    in_private = await stage.send(shopper.id, reply_markup=keyboard)

    assert (in_group.status_code, in_private.status_code) == (400, 200)
    assert in_group.json()["description"].endswith("can be requested in private chats only")


async def test_a_reply_may_be_allowed_to_go_without(stage: Stage) -> None:
    shopper = stage.sim.telegram.user("Айгерим", started=True)

    lenient = {"message_id": 999_999, "allow_sending_without_reply": True}
    answer = await stage.send(shopper.id, reply_parameters=lenient)

    assert answer.status_code == 200
    assert "reply_to_message" not in answer.json()["result"]


async def test_a_deep_link_opens_the_private_chat_of_whoever_pressed(stage: Stage) -> None:
    member = stage.group.member("Айгерим")
    await member.send_text("хочу купить")
    url = "https://t.me/zeta_demo_bot?start=buy_SOFA-013"
    keyboard = {"inline_keyboard": [[{"text": "В личку", "url": url}]]}
    await stage.send(stage.group.chat.id, reply_markup=keyboard)

    assert await member.press("В личку") == 200

    started = stage.messages()[-1]
    assert started["text"] == "/start buy_SOFA-013"
    assert (started["chat"]["type"], started["chat"]["id"]) == ("private", int(member.id))
    assert (await stage.send(member.id)).status_code == 200
    assert [message.text for message in member.private().received] == ["ответ"]
    assert await member.open_link("https://t.me/durov?start=1") == 0


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://t.me/zeta_bot?start=a-b_1", DeepLink("zeta_bot", "a-b_1")),
        ("https://telegram.me/zeta_bot", DeepLink("zeta_bot", "")),
        ("tg://resolve?domain=zeta_bot&start=x", DeepLink("zeta_bot", "x")),
        ("https://t.me/zeta_bot?start=" + "x" * 65, DeepLink("zeta_bot", "")),
        ("https://t.me/zeta_bot?start=диван", DeepLink("zeta_bot", "")),
        ("https://t.me/zeta_bot?startgroup=x", None),
        ("https://t.me/c/1/2", None),
        ("https://example.kz/zeta_bot?start=x", None),
    ],
)
def test_links_are_read_as_the_apps_do(url: str, link: DeepLink | None) -> None:
    assert read_link(url) == link
