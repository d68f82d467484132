"""From Viber's callback to Zeta's event (Viber REST Bot API, Callbacks). Total: any object yields one event."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from shared.channels.contract import (
    DeliveryState,
    DeliveryUpdate,
    Ignored,
    InboundEvent,
    InboundMessage,
    Membership,
    MembershipChange,
    Person,
)
from shared.channels.messages import (
    ContactContent,
    InboundContent,
    LocationContent,
    MediaContent,
    MediaKind,
    TextContent,
    UnsupportedContent,
)
from shared.channels.viber.actions import pressed
from shared.channels.viber.wire import Callback, Message, User
from shared.channels.wire import digest_of, moment_of
from shared.kernel.languages import language_of
from shared.kernel.phones import normalise_phone

__all__ = ["CONVERSATION_STARTED", "parse_callback"]

CONVERSATION_STARTED = "conversation_started"
_STATES = {"delivered": DeliveryState.DELIVERED, "seen": DeliveryState.READ, "failed": DeliveryState.FAILED}
_CHANGES = {
    CONVERSATION_STARTED: Membership.STARTED,
    "subscribed": Membership.STARTED,
    "unsubscribed": Membership.BLOCKED,
}
_VOICE_ENDINGS = frozenset({".ogg", ".oga", ".opus", ".m4a", ".aac", ".amr", ".3gpp"})
_AUDIO_ENDINGS = frozenset({".mp3", ".wav", ".flac", ".wma"})
_LONGEST_USER_ID = 150


def parse_callback(body: Mapping[str, Any]) -> InboundEvent:
    """Read one callback."""
    callback = Callback.model_validate(body)
    if callback.event == "message":
        return _message(callback, body)
    if callback.event in _STATES:
        return _delivery(callback, body)
    if callback.event in _CHANGES:
        return _membership(callback, body)
    # "webhook" is Viber's check of the address.
    return _ignored(callback, body, "webhook_check" if callback.event == "webhook" else "unknown_event")


def _frame(callback: Callback, body: Mapping[str, Any], *, about: str | None = None) -> dict[str, Any]:
    """The event's key, time and order. ``delivered``, ``seen`` and ``failed`` repeat the token of *our* message,
    and ``unsubscribed`` may have none, so the key holds the event and the person too."""
    seconds = None if callback.timestamp is None else callback.timestamp / 1000
    token = callback.message_token
    if token is None and about is not None and callback.timestamp is not None:
        token = str(callback.timestamp)
    parts = [callback.event, token, about]
    known = token is not None and len(about or "") <= _LONGEST_USER_ID and len(callback.event) <= 32
    event_id = ":".join(part for part in parts if part) if known else f"body:{digest_of(body)}"
    moment = moment_of(seconds)
    return {"event_id": event_id[:255], "occurred_at": moment, "order_key": int(moment.timestamp() * 1000)}


def _ignored(callback: Callback, body: Mapping[str, Any], reason: str) -> Ignored:
    return Ignored(**_frame(callback, body), reason=reason)


def _message(callback: Callback, body: Mapping[str, Any]) -> InboundEvent:
    sender, message = callback.sender, callback.message
    if sender is None or sender.id is None:
        return _ignored(callback, body, "no_sender")
    if message is None or callback.message_token is None:
        return _ignored(callback, body, "incomplete_message")
    return InboundMessage(
        **_frame(callback, body),
        chat_id=sender.id,
        sender=_person(sender),
        content=_content(message),
        message_id=callback.message_token,
    )


def _delivery(callback: Callback, body: Mapping[str, Any]) -> InboundEvent:
    """A ``failed`` is the app's word that it could not show the message; its ``desc`` is a text for people."""
    if callback.message_token is None:
        return _ignored(callback, body, "unknown_status")
    return DeliveryUpdate(
        **_frame(callback, body, about=callback.user_id),
        platform_message_id=callback.message_token,
        state=_STATES[callback.event],
        chat_id=callback.user_id,
    )


def _membership(callback: Callback, body: Mapping[str, Any]) -> InboundEvent:
    user = callback.user or User(id=callback.user_id)
    if user.id is None:
        return _ignored(callback, body, "no_sender")
    return MembershipChange(
        **_frame(callback, body, about=user.id),
        chat_id=user.id,
        sender=_person(user),
        change=_CHANGES[callback.event],
        payload=callback.context,
    )


def _content(message: Message) -> InboundContent:
    content: InboundContent | None = None
    match message.type:
        case "text" if message.text is not None:
            content = pressed(message.text) or TextContent(text=message.text)
        case "url" if message.media or message.text:
            content = TextContent(text=message.media or message.text or "")
        case "location":
            content = _location(message)
        case "contact":
            content = _contact(message)
        case "picture" | "video" | "file" | "audio" | "voice" | "sticker":
            content = _media(message)
    return content or UnsupportedContent(type=message.type[:64] or "unknown")


def _media(message: Message) -> MediaContent | None:
    if not message.media:
        return None
    return MediaContent(
        media=_kind(message),
        url=message.media,
        file_name=message.file_name,
        size=message.size,
        duration=message.duration,
        caption=message.text or "",
    )


def _kind(message: Message) -> MediaKind:
    """Viber has no type of its own for a voice note: it comes as a file, told by its ending (unconfirmed)."""
    match message.type:
        case "picture":
            return MediaKind.PHOTO
        case "video":
            return MediaKind.VIDEO
        case "sticker":
            return MediaKind.STICKER
        case "audio" | "voice":
            return MediaKind.VOICE
    ending = _ending(message.file_name or "") or _ending(message.media or "")
    if ending in _VOICE_ENDINGS:
        return MediaKind.VOICE
    return MediaKind.AUDIO if ending in _AUDIO_ENDINGS else MediaKind.DOCUMENT


def _ending(name: str) -> str:
    try:
        path = urlsplit(name).path
    except ValueError:
        return ""
    return PurePosixPath(path).suffix.lower()


def _location(message: Message) -> LocationContent | None:
    place = message.location
    if place is None or place.lat is None or place.lon is None or abs(place.lat) > 90:
        return None
    return LocationContent(latitude=place.lat, longitude=place.lon)


def _contact(message: Message) -> ContactContent | None:
    """A shared phone looks like any contact that was sent on, so it never proves to be the sender's own."""
    phone = normalise_phone(message.contact.phone_number) if message.contact else None
    if message.contact is None or phone is None:
        return None
    return ContactContent(phone=phone, name=message.contact.name)


def _person(user: User) -> Person:
    assert user.id is not None
    return Person(id=user.id, name=user.name, language=language_of(user.language))
