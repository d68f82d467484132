"""From WhatsApp's webhook body to Zeta's events. Total: any JSON object yields at least one event.

One body may carry many messages and statuses, of several numbers; they come out in the order they stand in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.channels.contract import (
    BotIdentity,
    DeliveryState,
    DeliveryUpdate,
    Ignored,
    InboundEvent,
    InboundMessage,
    Person,
)
from shared.channels.messages import (
    ChoiceContent,
    ContactContent,
    EchoContent,
    LocationContent,
    MediaContent,
    MediaKind,
    SaidContent,
    TextContent,
    UnsupportedContent,
)
from shared.channels.whatsapp.errors import deciding_code
from shared.channels.whatsapp.identity import chat_id_of, number_of, phone_of
from shared.channels.whatsapp.news import news_of
from shared.channels.whatsapp.shopping import form_of, order_of, referred_sku
from shared.channels.whatsapp.wire import Body, Contact, Echo, Media, Message, MessageBody, Status, Value
from shared.channels.wire import digest_of, moment_of
from shared.kernel.phones import normalise_phone

__all__ = ["parse_body"]

_STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}
_NOBODY_SPOKE = frozenset({"reaction", "revoke", "system"})
_ECHOES = "smb_message_echoes"


_PLACES = 1000
"""Places of one body in the milliseconds of a second: WhatsApp tells whole seconds."""


class _Keys:
    """Keys for what names none itself: the body's digest and a running number; and the places of messages."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self._count = 0
        self._places = 0

    def order(self, moment: datetime) -> int:
        """The key of the body's next message, written at ``moment``: behind those of its second before it."""
        place = min(self._places, _PLACES - 1)
        self._places += 1
        return int(moment.timestamp()) * _PLACES + place

    def next(self) -> str:
        self._count += 1
        return f"body:{digest_of(self._body)}:{self._count}"


def parse_body(body: Mapping[str, Any], bot: BotIdentity) -> list[InboundEvent]:
    """Read all messages and statuses. ``bot.settings["phone_number_id"]``, where set, keeps out other numbers'."""
    keys = _Keys(body)
    events: list[InboundEvent] = []
    for entry in Body.model_validate(body).entry:
        for change in entry.changes:
            ours = bot.settings.get("phone_number_id")
            theirs = change.value.metadata.phone_number_id
            if ours and theirs and str(ours) != theirs:
                events.append(_ignored(keys.next(), None, "other_number"))
            elif change.field in {"messages", ""}:
                events += _of_value(change.value, keys)
            elif change.field == _ECHOES:
                events += [_echo(echo, change.value, keys) for echo in change.value.message_echoes]
    return events or [_ignored(keys.next(), None, "nothing_for_a_dialog")]


def _of_value(value: Value, keys: _Keys) -> Iterator[InboundEvent]:
    for message in value.messages:
        yield _message(message, value.contacts, keys)
    for status in value.statuses:
        yield _status(status, keys)


def _ignored(event_id: str, timestamp: int | None, reason: str, *, keep_raw: bool = True) -> Ignored:
    moment = moment_of(timestamp)
    order_key = int(moment.timestamp() * 1000)
    return Ignored(event_id=event_id, occurred_at=moment, order_key=order_key, reason=reason, keep_raw=keep_raw)


def _message(message: Message, contacts: tuple[Contact, ...], keys: _Keys) -> InboundEvent:
    event_id = message.id or keys.next()
    if message.group_id is not None:
        # an answer would go to the member alone, who said nothing to us
        return _ignored(event_id, message.timestamp, "group_message", keep_raw=False)
    contact = _contact_of(message, contacts)
    user_id = message.from_user_id or contact.user_id
    # A number is proven by WhatsApp only as the sender's own.
    number = number_of(message.phone or contact.wa_id)
    phone = phone_of(number)
    chat_id = chat_id_of(user_id, number)
    if message.type in _NOBODY_SPOKE:
        reason = message.system.type[:64] if message.system and message.system.type else message.type
        return news_of(message, event_id=event_id) or _ignored(event_id, message.timestamp, reason)
    if chat_id is None or message.id is None:
        return _ignored(event_id, message.timestamp, "no_sender" if chat_id is None else "incomplete_message")
    moment = moment_of(message.timestamp)
    edited = message.edit if message.type == "edit" else None
    return InboundMessage(
        event_id=event_id,
        occurred_at=moment,
        order_key=keys.order(moment),
        chat_id=chat_id,
        number=number,
        sender=Person(
            id=user_id or chat_id, name=contact.profile.name, username=contact.profile.username, phone=phone
        ),
        content=_content(edited.message if edited else message, phone),
        message_id=(edited.original_message_id if edited else None) or message.id,
        edited=edited is not None and edited.original_message_id is not None,
        reply_to=message.context.id if message.context else None,
        product_sku=referred_sku(message),
    )


def _echo(echo: Echo, value: Value, keys: _Keys) -> InboundEvent:
    """What the shop wrote to a person in the WhatsApp Business app, as an event of that person's chat."""
    event_id = echo.id or keys.next()
    if echo.group_id is not None:
        return _ignored(event_id, echo.timestamp, "group_message", keep_raw=False)
    if echo.type in _NOBODY_SPOKE:
        return _ignored(event_id, echo.timestamp, f"echo_of_{echo.type}")
    # an edit was seen to come with the two numbers the other way round
    ours = _digits(value.metadata.display_phone_number)
    number = next((told for told in (_digits(echo.to), _digits(echo.phone)) if told and told != ours), None)
    contact = next(
        (
            one
            for one in value.contacts
            if len(value.contacts) == 1
            or (echo.to_user_id is not None and one.user_id == echo.to_user_id)
            or (number is not None and _digits(one.wa_id) == number)
        ),
        Contact(),
    )
    user_id, number = echo.to_user_id or contact.user_id, number or _digits(contact.wa_id)
    chat_id = chat_id_of(user_id, number)
    if chat_id is None or echo.id is None:
        return _ignored(event_id, echo.timestamp, "echo_to_nobody" if chat_id is None else "incomplete_message")
    moment = moment_of(echo.timestamp)
    edited = echo.edit if echo.type == "edit" else None
    said = _content(edited.message if edited else echo, None)
    return InboundMessage(
        event_id=event_id,
        occurred_at=moment,
        order_key=int(moment.timestamp() * 1000),
        chat_id=chat_id,
        sender=Person(
            id=user_id or chat_id,
            name=contact.profile.name,
            username=contact.profile.username,
            phone=normalise_phone(f"+{number}") if number else None,
        ),
        content=EchoContent(said=said),
        message_id=(edited.original_message_id if edited else None) or echo.id,
        edited=edited is not None and edited.original_message_id is not None,
    )


def _digits(number: str | None) -> str | None:
    """A phone number as a chat id is: digits alone."""
    digits = "".join(sign for sign in number or "" if sign not in "+ -()")
    return digits if digits.isascii() and digits.isdigit() else None


def _contact_of(message: Message, contacts: tuple[Contact, ...]) -> Contact:
    """The sender's entry: by user id, by number, or the only one where the message names nobody."""
    for contact in contacts:
        if message.from_user_id is not None and contact.user_id == message.from_user_id:
            return contact
        if message.phone is not None and contact.wa_id == message.phone:
            return contact
    nameless = message.from_user_id is None and message.phone is None
    # With one contact in the value a number and a user id are of the same person, old form beside new.
    one_form_each = len(contacts) == 1 and (
        (message.phone is None and contacts[0].user_id is None)
        or (message.from_user_id is None and contacts[0].wa_id is None)
    )
    return contacts[0] if len(contacts) == 1 and (nameless or one_form_each) else Contact()


def _content(body: MessageBody, own_phone: str | None) -> SaidContent:
    content: SaidContent | None = None
    match body.type:
        case "text":
            content = TextContent(text=body.text.body) if body.text and body.text.body is not None else None
        case "image" | "video" | "document" | "sticker" | "audio":
            content = _media(body)
        case "location":
            content = _location(body)
        case "contacts":
            content = _shared_contact(body, own_phone)
        case "interactive" | "button":
            content = _choice(body)
        case "order":
            content = order_of(body.order)
    return content or UnsupportedContent(type=body.type[:64] or "unknown")


def _media(body: MessageBody) -> MediaContent | None:
    kinds: tuple[tuple[str, Media | None, MediaKind], ...] = (
        ("image", body.image, MediaKind.PHOTO),
        ("video", body.video, MediaKind.VIDEO),
        ("document", body.document, MediaKind.DOCUMENT),
        ("sticker", body.sticker, MediaKind.STICKER),
        ("audio", body.audio, MediaKind.VOICE if body.audio and body.audio.voice else MediaKind.AUDIO),
    )
    for type_, media, kind in kinds:
        if type_ == body.type and media is not None and media.id is not None:
            return MediaContent(
                media=kind,
                file_id=media.id,
                mime_type=media.mime_type,
                file_name=media.filename,
                caption=media.caption,
            )
    return None


def _location(body: MessageBody) -> LocationContent | None:
    place = body.location
    if place is None or place.latitude is None or place.longitude is None or abs(place.latitude) > 90:
        return None
    return LocationContent(
        latitude=place.latitude, longitude=place.longitude, name=place.name, address=place.address
    )


def _shared_contact(body: MessageBody, own_phone: str | None) -> ContactContent | None:
    for contact in body.contacts:
        for entry in contact.phones:
            on_whatsapp = normalise_phone(f"+{entry.wa_id.removeprefix('+')}") if entry.wa_id else None
            phone = normalise_phone(entry.phone) or on_whatsapp
            if phone is not None:
                own = on_whatsapp is not None and on_whatsapp == own_phone
                return ContactContent(phone=phone, name=contact.name.formatted_name, own=own)
    return None


def _choice(body: MessageBody) -> SaidContent | None:
    if body.type == "button":
        if body.button is None:
            return None
        if body.button.payload:
            return ChoiceContent(id=body.button.payload, title=body.button.text)
        return TextContent(text=body.button.text)
    reply = body.interactive and (body.interactive.button_reply or body.interactive.list_reply)
    if reply and reply.id is not None:
        return ChoiceContent(id=reply.id, title=reply.title)
    form = form_of(body.interactive.nfm_reply) if body.interactive else None
    return form or UnsupportedContent(
        type=(body.interactive.type[:64] if body.interactive else "") or "interactive"
    )


def _status(status: Status, keys: _Keys) -> InboundEvent:
    state = _STATES.get(status.status)
    if status.id is None or state is None:
        return _ignored(keys.next(), status.timestamp, "unknown_status")
    moment = moment_of(status.timestamp)
    code = deciding_code(error.code for error in status.errors)
    failed = state is DeliveryState.FAILED
    return DeliveryUpdate(
        event_id=f"{status.id}:{status.status}",
        occurred_at=moment,
        order_key=int(moment.timestamp() * 1000),
        platform_message_id=status.id,
        state=state,
        reference=status.biz_opaque_callback_data,
        chat_id=chat_id_of(status.recipient_user_id or status.recipient_participant_user_id, status.recipient_id),
        error_code=str(code) if failed and code is not None else None,
    )
