"""The methods that send: sendMessage, sendPhoto, sendDocument, sendMediaGroup and their kin."""

from __future__ import annotations

import secrets
from typing import Any

from infra.local.simulator.environment import Environment
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.keyboards import check_markup, check_place, markup_buttons
from infra.local.simulator.telegram.objects import message_object
from infra.local.simulator.telegram.parameters import (
    MAX_CAPTION,
    MAX_TEXT,
    read_file,
    read_formatted,
    read_json,
    read_reply,
    writable_chat,
)
from infra.local.simulator.telegram.refusals import bad_request
from infra.local.simulator.telegram.topics import check_thread, thread_of_reply
from infra.local.simulator.wire import ApiCall, Json
from infra.local.simulator.world import Chat, Message

__all__ = ["SENDING"]


async def send_message(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """sendMessage: 1 to 4096 characters after parsing."""
    chat = writable_chat(environment, bot, call)
    text, entities = read_formatted(call, "text", limit=MAX_TEXT, required=True)
    return _post(environment, bot, chat, call, Message("", True, "text", 0.0, text, entities=entities))


async def send_photo(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """sendPhoto: at most 10 MB, width and height at most 10,000 together, ratio at most 20."""
    return await _send_file(environment, bot, call, "photo")


async def send_document(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """sendDocument: any file up to 50 MB."""
    return await _send_file(environment, bot, call, "document")


async def send_voice(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """sendVoice: OGG with OPUS, MP3 or M4A."""
    return await _send_file(environment, bot, call, "voice")


async def send_audio(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """sendAudio: MP3 or M4A."""
    return await _send_file(environment, bot, call, "audio")


async def send_location(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """sendLocation: degrees, latitude -90 to 90, longitude -180 to 180."""
    chat = writable_chat(environment, bot, call)
    latitude, longitude = _degrees(call, "latitude", 90), _degrees(call, "longitude", 180)
    content = {"location": {"latitude": latitude, "longitude": longitude}}
    return _post(environment, bot, chat, call, Message("", True, "location", 0.0, content=content))


async def send_contact(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """sendContact: phone number and first name are required."""
    chat = writable_chat(environment, bot, call)
    contact = {
        name: str(call.parameters[name])
        for name in ("phone_number", "first_name", "last_name", "vcard")
        if call.parameters.get(name)
    }
    if "phone_number" not in contact:
        raise bad_request("contact phone number is empty")
    if "first_name" not in contact:
        raise bad_request("contact first name is empty")
    return _post(environment, bot, chat, call, Message("", True, "contact", 0.0, content={"contact": contact}))


async def send_media_group(environment: Environment, bot: TelegramBot, call: ApiCall) -> list[Json]:
    """sendMediaGroup: 2 to 10 items, documents and audio only among their own kind, no keyboard."""
    chat = writable_chat(environment, bot, call)
    items = read_json(call, "media")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad_request("can't parse media JSON object")
    if not items:
        raise bad_request("there are no messages to send")
    if not 2 <= len(items) <= 10:
        raise bad_request("media group must include 2-10 items")
    kinds = {item.get("type") for item in items}
    if not kinds <= {"photo", "video", "document", "audio"}:
        raise bad_request("media type is invalid")
    if len(kinds) > 1 and kinds & {"document", "audio"}:
        raise bad_request("documents and audio can't be mixed with other media types")
    messages = [await _album_part(environment, call, item) for item in items]
    album = str(secrets.randbits(53))
    sent = []
    for message in messages:
        message.album = album
        sent.append(_post(environment, bot, chat, call, message, markup=False))
    return sent


async def _album_part(environment: Environment, call: ApiCall, item: Json) -> Message:
    kind = str(item["type"])
    file = await read_file(environment, call, kind, item.get("media"))
    caption_call = ApiCall(call.method, parameters=item)
    text, entities = read_formatted(caption_call, "caption", limit=MAX_CAPTION, required=False)
    return Message("", True, kind, 0.0, text, entities=entities, file_id=file.id, content=_file_content(file))


async def _send_file(environment: Environment, bot: TelegramBot, call: ApiCall, kind: str) -> Json:
    chat = writable_chat(environment, bot, call)
    text, entities = read_formatted(call, "caption", limit=MAX_CAPTION, required=False)
    check_markup(read_json(call, "reply_markup"))
    file = await read_file(environment, call, kind)
    message = Message("", True, kind, 0.0, text, entities=entities, file_id=file.id, content=_file_content(file))
    return _post(environment, bot, chat, call, message)


def _file_content(file: Any) -> Json:
    return {"file": {"name": file.name, "mime": file.mime, "size": len(file.data)}}


def _post(
    environment: Environment,
    bot: TelegramBot,
    chat: Chat,
    call: ApiCall,
    message: Message,
    *,
    markup: bool = True,
) -> Json:
    """Put a message that passed all checks into the chat; its Message object."""
    replied_to = read_reply(chat, call)
    if replied_to is not None:
        message.content["reply_to"] = replied_to
    thread = check_thread(chat, call) or (thread_of_reply(chat, replied_to) if replied_to else None)
    if thread is not None:
        message.content["thread"] = thread
    if markup:
        message.markup = check_markup(read_json(call, "reply_markup"))
        check_place(chat, message.markup)
        message.buttons = markup_buttons(message.markup)
        if message.markup and "keyboard" in message.markup:
            chat.keyboard = message.markup
        elif message.markup and message.markup.get("remove_keyboard"):
            chat.keyboard = None
    message.id = str(next(bot.next_message_id))
    message.at = environment.clock.now()
    message.sender = bot.name
    message.wire = {"method": call.method, **call.parameters}
    environment.world.post(chat, message)
    return message_object(chat, message, bot, environment.media)


def _degrees(call: ApiCall, name: str, limit: float) -> float:
    try:
        value = float(call.parameters[name])
    except (KeyError, TypeError, ValueError) as error:
        raise bad_request(f"{name} is empty or not a number") from error
    if not -limit <= value <= limit:
        raise bad_request("wrong location specified")
    return value


SENDING = {
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "sendvoice": send_voice,
    "sendaudio": send_audio,
    "sendlocation": send_location,
    "sendcontact": send_contact,
    "sendmediagroup": send_media_group,
}
