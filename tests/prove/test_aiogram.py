"""aiogram against the simulator: its dispatcher reads the updates, its calls are accepted, its errors come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.filters import CommandStart
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    ReplyParameters,
    Update,
)
from aiogram.utils.deep_linking import create_start_link

from tests.prove.simulated import JPEG, Inbox, Messengers

TOKEN = "7:abc"
KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="В корзину", callback_data="add:1")]])


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
            server = TelegramAPIServer.from_base(f"{self.messengers.url}/telegram")
            async with Bot(token, session=AiohttpSession(api=server)) as bot:
                return await work(bot)

        return asyncio.run(inside())

    def feed(self, dispatcher: Any, count: int) -> None:
        """Hand so many webhooks to a dispatcher, as a web server does."""

        async def work(bot: Any) -> None:
            for webhook in self.inbox.wait_for(count):
                assert webhook.headers["X-Telegram-Bot-Api-Secret-Token"] == "s3"
                update = Update.model_validate(webhook.body, context={"bot": bot})
                await dispatcher.feed_update(bot, update)

        self.run(work)


@pytest.fixture
def talk(messengers: Messengers, inbox: Inbox) -> Talk:
    return Talk(messengers, inbox)


def test_a_dispatcher_reads_and_answers(talk: Talk) -> None:
    dispatcher, heard = Dispatcher(), []

    async def on_text(message: Any) -> None:
        heard.append(message.from_user.first_name)
        await message.reply("Здравствуйте!", reply_markup=KEYBOARD)

    async def on_photo(message: Any, bot: Any) -> None:
        heard.append((await bot.download(message.photo[-1])).read(2))

    async def on_press(query: Any) -> None:
        heard.append(query.message.text)
        await query.answer("готово")

    dispatcher.message.register(on_text, F.text == "привет")
    dispatcher.message.register(on_photo, F.photo)
    dispatcher.callback_query.register(on_press, F.data == "add:1")

    talk.feed(dispatcher, 1)
    talk.shopper.has(1)
    talk.inbox.received.clear()
    talk.shopper.does("press", title_or_id="В корзину")
    talk.shopper.does("send_photo")
    talk.feed(dispatcher, 2)

    assert heard == ["Айгерим", "Здравствуйте!", b"\xff\xd8"]


def test_a_deep_link_starts_the_private_chat(talk: Talk) -> None:
    link = talk.run(lambda bot: create_start_link(bot, "buy_SOFA-013"))
    dispatcher, payloads = Dispatcher(), []

    async def on_start(message: Any, command: Any) -> None:
        payloads.append((message.chat.type, command.args))

    dispatcher.message.register(on_start, CommandStart(deep_link=True))

    assert talk.messengers.person("telegram", "Данияр", group="Дом").does("open_link", url=link) == 200
    talk.feed(dispatcher, 2)

    assert payloads == [("private", "buy_SOFA-013")]


def test_what_happens_in_groups_is_read(talk: Talk) -> None:
    dispatcher, messages = Dispatcher(), []

    async def on_message(message: Any) -> None:
        messages.append(message)

    dispatcher.message.register(on_message)

    for who in ({}, {"topic": "Заказы"}, {"as": "anonymous_admin"}, {"as": "linked_channel"}):
        talk.messengers.person("telegram", "Данияр", group="Дом", **who).does("send_text", text="из группы")
    talk.messengers.person("telegram", "Данияр", group="Дом").does("upgrade_group")
    talk.feed(dispatcher, 7)

    plain, topic, admin, channel, old, new = messages[1:]
    assert plain.chat.type == "group"
    assert topic.is_topic_message
    assert topic.message_thread_id
    assert admin.sender_chat.id == admin.chat.id
    assert channel.is_automatic_forward
    assert (old.migrate_to_chat_id, new.migrate_from_chat_id) == (new.chat.id, old.chat.id)
    with pytest.raises(TelegramMigrateToChat) as moved:
        talk.run(lambda bot: bot.send_message(old.chat.id, "?"))
    assert moved.value.migrate_to_chat_id == new.chat.id


def test_calls_of_every_kind_are_accepted(talk: Talk) -> None:
    async def work(bot: Any) -> None:
        to, picture = talk.shopper.id, BufferedInputFile(JPEG, "sofa.jpg")
        assert await bot.set_webhook(f"{talk.inbox.url}/other", secret_token="s4")
        assert (await bot.get_webhook_info()).url.endswith("/other")
        assert await bot.set_my_commands([BotCommand(command="start", description="начать")])
        first = await bot.send_message(to, "<b>Диван</b>", parse_mode="HTML", reply_markup=KEYBOARD)
        await bot.send_message(to, "да", reply_parameters=ReplyParameters(message_id=first.message_id))
        await bot.send_photo(to, picture, caption="диван")
        await bot.send_media_group(to, [InputMediaPhoto(media=picture), InputMediaPhoto(media=picture)])
        await bot.send_document(to, BufferedInputFile(b"%PDF-1.4", "прайс.pdf"))
        await bot.send_location(to, 51.1, 71.4)
        await bot.send_contact(to, "+77011234567", "Асель")
        await bot.send_chat_action(to, "typing")
        await bot.edit_message_text("Диван «Осло»", chat_id=to, message_id=first.message_id)
        await bot.delete_message(to, first.message_id)
        assert await bot.delete_webhook()

    talk.run(work)

    assert len(talk.shopper.has(7)) == 7


def test_refusals_come_as_the_sdk_s_errors(talk: Talk) -> None:
    to = talk.shopper.id
    absent = ReplyParameters(message_id=424242)
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        talk.run(lambda bot: bot.send_message(to, "?", reply_parameters=absent))
    with pytest.raises(TelegramBadRequest, match="message thread not found"):
        talk.run(lambda bot: bot.send_message(to, "?", message_thread_id=424242))
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        talk.run(lambda bot: bot.answer_callback_query("1"))
    with pytest.raises(TelegramUnauthorizedError):
        talk.run(lambda bot: bot.get_me(), "8:wrong")
    talk.messengers.control(
        "POST", "faults", {"kind": "too_many_requests", "retry_after": 3, "method": "sendMessage"}
    )
    with pytest.raises(TelegramRetryAfter) as wait:
        talk.run(lambda bot: bot.send_message(to, "?"))
    assert wait.value.retry_after == 3
    talk.messengers.control("DELETE", "faults")
    talk.shopper.does("block")
    with pytest.raises(TelegramForbiddenError):
        talk.run(lambda bot: bot.send_message(to, "?"))
