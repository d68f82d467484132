"""python-telegram-bot against the simulator: its calls are accepted, its errors come, its updates are read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.constants import ChatAction, ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter

from tests.prove.simulated import JPEG, Inbox, Messengers, Person

TOKEN = "7:abc"


class Talk:
    """A bot of the SDK, and the people who talk to it."""

    def __init__(self, messengers: Messengers, inbox: Inbox) -> None:
        self.messengers = messengers
        self.inbox = inbox
        messengers.add_bot("telegram", inbox, {"token": TOKEN, "secret_token": "s3"})
        self.shopper = messengers.person("telegram", "Айгерим")
        self.shopper.does("send_text", text="привет")

    def run(self, work: Callable[[Any], Awaitable[Any]], token: str = TOKEN) -> Any:
        """Let the SDK work in a loop of its own."""

        async def inside() -> Any:
            async with self.bot(token) as bot:
                return await work(bot)

        return asyncio.run(inside())

    def bot(self, token: str = TOKEN) -> Any:
        base = f"{self.messengers.url}/telegram"
        return Bot(token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot")

    def updates(self, count: int) -> list[Any]:
        """The updates as the SDK reads them."""
        return [Update.de_json(webhook.body, self.bot()) for webhook in self.inbox.wait_for(count)]


@pytest.fixture
def talk(messengers: Messengers, inbox: Inbox) -> Talk:
    return Talk(messengers, inbox)


def test_the_bot_s_own_calls_are_accepted(talk: Talk) -> None:
    async def work(bot: Any) -> None:
        assert (await bot.get_me()).username == "zeta_demo_bot"
        url = f"{talk.inbox.url}/other"
        assert await bot.set_webhook(url, secret_token="s4", allowed_updates=Update.ALL_TYPES)
        assert (await bot.get_webhook_info()).url == url
        assert await bot.set_my_commands([("start", "начать"), ("help", "помощь")])
        assert [command.command for command in await bot.get_my_commands()] == ["start", "help"]
        assert await bot.delete_my_commands()
        assert await bot.get_my_commands() == ()
        assert (await bot.get_chat(talk.shopper.id)).first_name == "Айгерим"
        assert await bot.delete_webhook(drop_pending_updates=True)

    talk.run(work)


def test_messages_of_every_kind_are_accepted(talk: Talk) -> None:
    async def work(bot: Any) -> None:
        to = talk.shopper.id
        inline = InlineKeyboardMarkup([[InlineKeyboardButton("В корзину", callback_data="add:1")]])
        reply = ReplyKeyboardMarkup([[KeyboardButton("Контакт", request_contact=True)]], resize_keyboard=True)
        text = await bot.send_message(to, "<b>Диван</b>", parse_mode="HTML", reply_markup=inline)
        await bot.send_message(to, "и ответ", reply_to_message_id=text.message_id, reply_markup=reply)
        photo = await bot.send_photo(to, JPEG, caption="загружено")
        await bot.edit_message_caption(to, photo.message_id, caption="исправлено")
        await bot.send_photo(to, f"{talk.inbox.url}/sofa.jpg", caption="по ссылке")
        await bot.send_document(to, b"%PDF-1.4", filename="прайс.pdf")
        await bot.send_voice(to, b"OggS")
        await bot.send_location(to, 51.1, 71.4)
        await bot.send_contact(to, "+77011234567", "Асель")
        await bot.send_media_group(to, [InputMediaPhoto(JPEG), InputMediaPhoto(JPEG, caption="второй")])
        await bot.send_chat_action(to, ChatAction.TYPING)
        await bot.edit_message_text("Диван «Осло»", to, text.message_id, reply_markup=inline)
        await bot.edit_message_reply_markup(to, text.message_id)
        gone = await bot.send_message(to, "лишнее")
        assert await bot.delete_message(to, gone.message_id)

    talk.run(work)

    assert [message["kind"] for message in talk.shopper.has(10)] == [
        "text",
        "text",
        "photo",
        "photo",
        "document",
        "voice",
        "location",
        "contact",
        "photo",
        "photo",
    ]


def test_a_pressed_button_is_read_and_answered(talk: Talk) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("В корзину", callback_data="add:1")]])
    talk.run(lambda bot: bot.send_message(talk.shopper.id, "Диван", reply_markup=keyboard))
    talk.shopper.does("press", title_or_id="В корзину")

    query = talk.updates(2)[-1].callback_query

    assert (query.data, query.message.text, query.from_user.first_name) == ("add:1", "Диван", "Айгерим")
    assert talk.run(lambda bot: bot.answer_callback_query(query.id, "готово"))
    with pytest.raises(BadRequest, match="too old"):
        talk.run(lambda bot: bot.answer_callback_query(query.id))


def test_files_are_downloaded(talk: Talk) -> None:
    talk.shopper.does("send_photo", caption="такой?")
    photo = talk.updates(2)[-1].message.photo[-1]

    async def work(bot: Any) -> bytes:
        return bytes(await (await bot.get_file(photo.file_id)).download_as_bytearray())

    assert talk.run(work).startswith(b"\xff\xd8")


def test_what_happens_in_groups_is_read(talk: Talk) -> None:
    def somebody(**who: str) -> Person:
        return talk.messengers.person("telegram", "Данияр", group="Дом", **who)

    somebody().does("send_text", text="из группы")
    somebody(topic="Заказы").does("send_text", text="из темы")
    somebody(**{"as": "anonymous_admin"}).does("send_text", text="от группы")
    somebody(**{"as": "another_bot"}).does("send_text", text="от бота")
    somebody().does("edit", text="исправлено")
    somebody().does("upgrade_group")

    group, topic, admin, other, edited, old, new = talk.updates(8)[1:]
    assert (group.message.chat.type, group.effective_user.first_name) == (ChatType.GROUP, "Данияр")
    assert (topic.message.is_topic_message, topic.message.chat.is_forum) == (True, True)
    assert admin.message.sender_chat.id == admin.effective_chat.id
    assert other.effective_user.is_bot
    assert edited.edited_message.edit_date is not None
    assert old.message.migrate_to_chat_id == new.effective_chat.id
    assert new.message.migrate_from_chat_id == old.effective_chat.id
    with pytest.raises(ChatMigrated) as moved:
        talk.run(lambda bot: bot.send_message(old.effective_chat.id, "?"))
    assert moved.value.new_chat_id == new.effective_chat.id
    thread = topic.message.message_thread_id
    sent = talk.run(lambda bot: bot.send_message(new.effective_chat.id, "в тему", message_thread_id=thread))
    assert sent.message_thread_id == thread


def test_refusals_come_as_the_sdk_s_errors(talk: Talk) -> None:
    to = talk.shopper.id
    with pytest.raises(BadRequest, match=r"(?i)message to be replied not found"):
        talk.run(lambda bot: bot.send_message(to, "?", reply_to_message_id=424242))
    with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
        talk.run(lambda bot: bot.send_message(to, "?", message_thread_id=424242))
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        talk.run(lambda bot: bot.send_message(1, "?"))
    with pytest.raises(InvalidToken):
        talk.run(lambda bot: bot.get_me(), "8:wrong")
    talk.messengers.control(
        "POST", "faults", {"kind": "too_many_requests", "retry_after": 3, "method": "sendMessage"}
    )
    with pytest.raises(RetryAfter):
        talk.run(lambda bot: bot.send_message(to, "?"))
    talk.messengers.control("DELETE", "faults")
    talk.shopper.does("block")
    with pytest.raises(Forbidden):
        talk.run(lambda bot: bot.send_message(to, "?"))
    assert talk.updates(2)[-1].my_chat_member.new_chat_member.status == "kicked"
