"""User, Chat and Message objects (Bot API, "Available types") from the world's records."""

from __future__ import annotations

from infra.local.simulator.media import MediaStore
from infra.local.simulator.pictures import picture_size
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.topics import is_forum, thread_fields
from infra.local.simulator.wire import Json
from infra.local.simulator.world import Chat, ChatKind, Message, Person

__all__ = ["chat_object", "message_object", "user_object"]


def user_object(person: Person) -> Json:
    """A person as a User object."""
    first, _, last = person.name.partition(" ")
    user: Json = {"id": int(person.id), "is_bot": False, "first_name": first}
    if last:
        user["last_name"] = last
    if person.details.get("username"):
        user["username"] = person.details["username"]
    if person.language:
        user["language_code"] = person.language
    return user


def chat_object(chat: Chat) -> Json:
    """A Chat object: a private chat carries the person's names, a group its title."""
    if chat.kind is ChatKind.GROUP or chat.person is None:
        group: Json = {"id": int(chat.id), "title": chat.title}
        if not chat.details.get("supergroup"):
            return {**group, "type": "group"}
        return {**group, "type": "supergroup", **({"is_forum": True} if is_forum(chat) else {})}
    user = user_object(chat.person)
    names: Json = {key: user[key] for key in ("first_name", "last_name", "username") if key in user}
    return {"id": int(chat.id), **names, "type": "private"}


def message_object(
    chat: Chat, message: Message, bot: TelegramBot, media: MediaStore, *, with_reply: bool = True
) -> Json:
    """A Message object; what it replies to comes along once, not the whole chain of replies."""
    result: Json = {
        "message_id": int(message.id),
        **(message.content.get("author") or {"from": bot.as_user()}),
        "chat": chat_object(chat),
        "date": int(message.at),
        **thread_fields(chat, message.content.get("thread")),
    }
    if message.edited:
        result["edit_date"] = int(message.content.get("edited_at", message.at))
    if message.album:
        result["media_group_id"] = message.album
    quoted = chat.find(message.content.get("reply_to", "")) if with_reply else None
    if quoted is not None:
        result["reply_to_message"] = message_object(chat, quoted, bot, media, with_reply=False)
    result |= _body(message, media)
    if message.from_bot and message.markup and "inline_keyboard" in message.markup:
        result["reply_markup"] = message.markup
    return result


def _body(message: Message, media: MediaStore) -> Json:
    if message.kind == "service":
        service: Json = message.content["service"]
        return service
    if message.kind == "text":
        entities = {"entities": message.entities} if message.entities else {}
        return {"text": message.text, **entities}
    if message.kind in ("location", "contact"):
        return {message.kind: message.content[message.kind]}
    body: Json = {message.kind: _file_object(message, media)}
    if message.text:
        body["caption"] = message.text
        if message.entities:
            body["caption_entities"] = message.entities
    return body


def _file_object(message: Message, media: MediaStore) -> Json | list[Json]:
    stored = media.get(message.file_id)
    if stored is None:
        return []
    common: Json = {"file_id": stored.id, "file_unique_id": stored.unique_id, "file_size": len(stored.data)}
    if message.kind == "photo":
        width, height = picture_size(stored.data) or (800, 600)
        small: Json = {
            "file_id": f"{stored.id}-s",
            "file_unique_id": f"{stored.unique_id}s",
            "file_size": len(stored.data),
            "width": max(1, width // 4),
            "height": max(1, height // 4),
        }
        return [small, {**common, "width": width, "height": height}]
    if message.kind == "document":
        return {"file_name": stored.name, "mime_type": stored.mime, **common}
    duration = int(message.content.get("duration", 3))
    named = {"file_name": stored.name} if message.kind == "audio" else {}
    return {"duration": duration, **named, "mime_type": stored.mime, **common}
