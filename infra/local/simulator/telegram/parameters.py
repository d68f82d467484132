"""Reading a method's parameters: JSON values that may come as strings, chats, texts, files."""

from __future__ import annotations

import json
from typing import Any

from infra.local.simulator.environment import Environment
from infra.local.simulator.media import StoredFile, UnfetchableError, fetch
from infra.local.simulator.pictures import picture_mime, picture_size
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.entities import detect_entities, parse_html, utf16_length
from infra.local.simulator.telegram.refusals import TelegramError, bad_request
from infra.local.simulator.telegram.topics import check_thread
from infra.local.simulator.wire import ApiCall, Json, UploadedFile
from infra.local.simulator.world import Chat, Membership

__all__ = [
    "MAX_CAPTION",
    "MAX_TEXT",
    "is_reachable",
    "read_file",
    "read_formatted",
    "read_json",
    "read_reply",
    "writable_chat",
]

MAX_TEXT = 4096
MAX_CAPTION = 1024
_PHOTO_UPLOAD = 10 * 1024 * 1024
_FILE_UPLOAD = 50 * 1024 * 1024
_PHOTO_BY_URL = 5 * 1024 * 1024
_FILE_BY_URL = 20 * 1024 * 1024


def read_json(call: ApiCall, name: str) -> Any:
    """A structured parameter, sent as JSON or as a string that holds JSON; raises a 400 for neither."""
    value = call.parameters.get(name)
    if not isinstance(value, str) or value == "":
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from error


def writable_chat(environment: Environment, bot: TelegramBot, call: ApiCall) -> Chat:
    """The chat the bot writes to; raises the 400 or 403 the server answers when it may not."""
    chat_id = str(call.parameters.get("chat_id", "")).strip()
    if not chat_id:
        raise bad_request("chat_id is empty")
    chat = environment.world.chat(bot, chat_id)
    if chat is None:
        if environment.world.person(bot.platform, chat_id) is None:
            raise bad_request("chat not found")
        raise TelegramError(403, "Forbidden: bot can't initiate conversation with a user")
    if chat.membership is Membership.BLOCKED:
        raise TelegramError(403, "Forbidden: bot was blocked by the user")
    if chat.membership is Membership.NEW:
        raise TelegramError(403, "Forbidden: bot can't initiate conversation with a user")
    moved_to = chat.details.get("migrated_to")
    if moved_to:
        told = {"migrate_to_chat_id": int(moved_to)}
        description = "Bad Request: group chat was upgraded to a supergroup chat"
        raise TelegramError(400, description, parameters=told)
    check_thread(chat, call)
    return chat


def read_reply(chat: Chat, call: ApiCall) -> str | None:
    """The message a call replies to; raises the 400 of one that is not there.

    None for no reply, and for one that ``allow_sending_without_reply`` lets go.
    """
    asked = read_json(call, "reply_parameters")
    if asked in (None, ""):
        asked = {
            "message_id": call.parameters.get("reply_to_message_id"),
            "allow_sending_without_reply": call.parameters.get("allow_sending_without_reply"),
        }
    if not isinstance(asked, dict):
        raise bad_request("object expected as reply parameters")
    wanted = str(asked.get("message_id") or "")
    if not wanted or asked.get("chat_id") not in (None, "", chat.id, int(chat.id)):
        return None
    if not is_reachable(chat, wanted):
        if asked.get("allow_sending_without_reply") in (True, "true", "True", "1"):
            return None
        raise bad_request("message to be replied not found")
    return wanted


def read_formatted(call: ApiCall, name: str, *, limit: int, required: bool) -> tuple[str, list[Json]]:
    """Text and entities after parsing; raises a 400 when missing or over ``limit`` UTF-16 units."""
    source = call.parameters.get(name) or ""
    if not isinstance(source, str):
        raise bad_request(f"{name} must be of type String")
    mode = str(call.parameters.get("parse_mode") or "").lower()
    if mode == "html":
        text, entities = parse_html(source)
    elif mode in ("", "none"):
        text = source.strip()
        explicit = read_json(call, "caption_entities" if name == "caption" else "entities")
        entities = list(explicit) if isinstance(explicit, list) else []
    else:
        raise bad_request("unsupported parse_mode")
    if required and not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > limit:
        raise bad_request("message caption is too long" if name == "caption" else "message is too long")
    return text, entities or detect_entities(text)


def is_reachable(chat: Chat, message_id: str) -> bool:
    """Whether the bot can name that message: not one from before the group became a supergroup."""
    since = chat.details.get("since", 0)
    return message_id.isdigit() and int(message_id) > since and chat.remembers(message_id)


async def read_file(environment: Environment, call: ApiCall, kind: str, value: Any = None) -> StoredFile:
    """The file of a parameter: uploaded, ``attach://name``, a known file_id, or an address to fetch.

    Raises the 400s of the server: wrong identifier, content that cannot be fetched or is not of the
    kind, too large.
    """
    uploaded = call.files.get(kind) if value is None else None
    reference = call.parameters.get(kind) if value is None else value
    if uploaded is None and isinstance(reference, str) and reference.startswith("attach://"):
        uploaded = call.files.get(reference.removeprefix("attach://"))
        if uploaded is None:
            raise bad_request("attached file not found")
    if uploaded is not None:
        return _keep(environment, kind, uploaded, _PHOTO_UPLOAD if kind == "photo" else _FILE_UPLOAD, "upload")
    if not isinstance(reference, str) or not reference:
        raise bad_request(f"there is no {kind} in the request")
    if reference.startswith(("http://", "https://")):
        return await _fetch(environment, kind, reference)
    known = environment.media.get(reference)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return known


async def _fetch(environment: Environment, kind: str, url: str) -> StoredFile:
    limit = _PHOTO_BY_URL if kind == "photo" else _FILE_BY_URL
    try:
        fetched = await fetch(environment.delivery.session, url, limit=limit)
    except UnfetchableError as error:
        raise bad_request("failed to get HTTP URL content") from error
    if kind != "photo" and fetched.mime == "text/html":
        raise bad_request("wrong type of the web page content")
    return _keep(environment, kind, fetched, limit, "url")


def _keep(environment: Environment, kind: str, file: UploadedFile, limit: int, source: str) -> StoredFile:
    if not file.data:
        raise bad_request("file must be non-empty")
    if len(file.data) > limit:
        raise TelegramError(413, "Request Entity Too Large")
    if kind == "photo":
        mime = picture_mime(file.data)
        if mime is None:
            raise bad_request("wrong type of the web page content" if source == "url" else "IMAGE_PROCESS_FAILED")
        width, height = picture_size(file.data) or (1, 1)
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        file.mime = mime
    return environment.media.put(file, at=environment.clock.now())
