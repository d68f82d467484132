"""The methods that change what was sent, answer a button press or show an activity."""

from __future__ import annotations

from infra.local.simulator.environment import Environment
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.keyboards import check_markup, markup_buttons
from infra.local.simulator.telegram.objects import message_object
from infra.local.simulator.telegram.parameters import (
    MAX_CAPTION,
    MAX_TEXT,
    is_reachable,
    read_formatted,
    read_json,
    writable_chat,
)
from infra.local.simulator.telegram.refusals import bad_request
from infra.local.simulator.wire import ApiCall, Json
from infra.local.simulator.world import Chat, Message

__all__ = ["EDITING"]

_ACTION_SECONDS = 5.0
_DELETABLE_SECONDS = 48 * 3600.0
_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


async def edit_message_text(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """editMessageText: the same content again is refused with "message is not modified"."""
    chat = writable_chat(environment, bot, call)
    message = _own_message(chat, call)
    text, entities = read_formatted(call, "text", limit=MAX_TEXT, required=True)
    markup = check_markup(read_json(call, "reply_markup"))
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    if (message.text, message.entities, message.markup) == (text, entities, markup):
        raise _not_modified()
    message.text, message.entities = text, entities
    return _changed(environment, bot, chat, message, markup)


async def edit_message_caption(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """editMessageCaption: of what has a file; empty takes the caption away."""
    chat = writable_chat(environment, bot, call)
    message = _own_message(chat, call)
    text, entities = read_formatted(call, "caption", limit=MAX_CAPTION, required=False)
    markup = check_markup(read_json(call, "reply_markup"))
    if not message.file_id:
        raise bad_request("there is no caption in the message to edit")
    if (message.text, message.entities, message.markup) == (text, entities, markup):
        raise _not_modified()
    message.text, message.entities = text, entities
    return _changed(environment, bot, chat, message, markup)


async def edit_message_reply_markup(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """editMessageReplyMarkup: without a markup the keyboard goes."""
    chat = writable_chat(environment, bot, call)
    message = _own_message(chat, call)
    markup = check_markup(read_json(call, "reply_markup"))
    if message.markup == markup:
        raise _not_modified()
    return _changed(environment, bot, chat, message, markup)


async def delete_message(environment: Environment, bot: TelegramBot, call: ApiCall) -> bool:
    """deleteMessage: only what was sent in the last 48 hours."""
    chat = writable_chat(environment, bot, call)
    wanted = str(call.parameters.get("message_id", ""))
    message = chat.find(wanted) if is_reachable(chat, wanted) else None
    if message is None:
        raise bad_request("message to delete not found")
    if environment.clock.now() - message.at > _DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    environment.world.remove(chat, message)
    return True


async def answer_callback_query(environment: Environment, bot: TelegramBot, call: ApiCall) -> bool:
    """answerCallbackQuery: stops the button's spinner, may show up to 200 characters."""
    chat_id = bot.callbacks.pop(str(call.parameters.get("callback_query_id", "")), None)
    if chat_id is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = str(call.parameters.get("text") or "")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    chat = environment.world.chat(bot, chat_id)
    if chat is not None:
        shown = {"chat": chat.key, "text": text, "alert": bool(call.parameters.get("show_alert"))}
        environment.events.publish("callback_answered", shown)
    return True


async def send_chat_action(environment: Environment, bot: TelegramBot, call: ApiCall) -> bool:
    """sendChatAction: shown for 5 s or until the next message."""
    chat = writable_chat(environment, bot, call)
    if call.parameters.get("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.typing_until = environment.clock.now() + _ACTION_SECONDS
    environment.world.touch(chat)
    return True


def _own_message(chat: Chat, call: ApiCall) -> Message:
    wanted = str(call.parameters.get("message_id", ""))
    message = chat.find(wanted) if is_reachable(chat, wanted) else None
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return message


def _not_modified() -> Exception:
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )


def _changed(environment: Environment, bot: TelegramBot, chat: Chat, message: Message, markup: Json | None) -> Json:
    message.markup, message.buttons = markup, markup_buttons(markup)
    message.edited = True
    message.content["edited_at"] = environment.clock.now()
    environment.world.touch(chat)
    return message_object(chat, message, bot, environment.media)


EDITING = {
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    "sendchataction": send_chat_action,
}
