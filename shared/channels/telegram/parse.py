"""From Telegram's update to Zeta's event (Telegram Bot API, Update). Total: any JSON object yields one event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.channels.contract import (
    AddressChange,
    AddressNews,
    BotIdentity,
    Ignored,
    InboundEvent,
    InboundMessage,
    Membership,
    MembershipChange,
    Person,
)
from shared.channels.messages import (
    ChoiceContent,
    ContactContent,
    InboundContent,
    LocationContent,
    MediaContent,
    MediaKind,
    TextContent,
    UnsupportedContent,
)
from shared.channels.telegram.addressing import Addressed, address
from shared.channels.telegram.wire import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    Contact,
    File,
    Message,
    Update,
    User,
)
from shared.channels.wire import digest_of, moment_of
from shared.kernel.languages import language_of
from shared.kernel.phones import normalise_phone

__all__ = ["parse_update"]

_SAID_KEYS = frozenset(
    {
        "animation",
        "audio",
        "checklist",
        "contact",
        "dice",
        "document",
        "game",
        "giveaway",
        "invoice",
        "live_photo",
        "location",
        "paid_media",
        "photo",
        "poll",
        "rich_message",
        "sticker",
        "story",
        "text",
        "venue",
        "video",
        "video_note",
        "voice",
    }
)
"""What a person can send (Telegram Bot API 10.2, Message). A message with none of these was made by the chat
itself: new kinds of those come with every version of the API, new kinds of these hardly ever."""

_CHANGES = {"kicked": Membership.BLOCKED, "member": Membership.UNBLOCKED}


class _Envelope:
    """What every event of one update shares."""

    def __init__(self, body: Mapping[str, Any], update: Update) -> None:
        self.event_id = str(update.update_id) if update.update_id is not None else f"body:{digest_of(body)}"
        self.order_key = update.update_id or 0

    def ignored(self, reason: str, date: int | None = None, *, keep_raw: bool = True) -> Ignored:
        return Ignored(
            event_id=self.event_id,
            occurred_at=moment_of(date),
            order_key=self.order_key,
            reason=reason,
            keep_raw=keep_raw,
        )


def parse_update(body: Mapping[str, Any], bot: BotIdentity) -> InboundEvent:
    """Read one update. A message that nobody meant for the bot is ``Ignored`` with the reason."""
    update = Update.model_validate(body)
    envelope = _Envelope(body, update)
    if update.callback_query is not None:
        return _choice(update.callback_query, envelope)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, envelope)
    key = "message" if update.message is not None else "edited_message"
    message = update.message or update.edited_message
    if message is None:
        return envelope.ignored("unknown_update")
    if (moved := _move(message, envelope)) is not None:
        return moved
    return _message(message, body[key], envelope, bot, edited=key == "edited_message")


def _message(
    message: Message, raw: Mapping[str, Any], envelope: _Envelope, bot: BotIdentity, *, edited: bool
) -> InboundEvent:
    reason = _reason_to_ignore(message, raw, edited=edited)
    addressed = address(message, bot)
    sender = _speaker(message)
    if reason is None and message.chat.type != "private":
        reason = _reason_to_keep_out(addressed, sender)
    if reason is not None:
        return envelope.ignored(reason, message.date, keep_raw=message.chat.type == "private")
    assert sender is not None
    assert message.chat.id is not None
    assert message.message_id is not None
    return InboundMessage(
        event_id=envelope.event_id,
        occurred_at=moment_of(message.edit_date if edited and message.edit_date else message.date),
        order_key=envelope.order_key,
        chat_id=message.chat.id,
        sender=sender,
        content=_content(message, raw, addressed.text),
        message_id=message.message_id,
        edited=edited,
        album_id=message.media_group_id,
        reply_to=message.reply_to_message.message_id if message.reply_to_message else None,
        group=_is_group(message.chat),
        chat_title=message.chat.title,
        thread_id=_topic(message),
    )


def _reason_to_ignore(message: Message, raw: Mapping[str, Any], *, edited: bool) -> str | None:
    if message.chat.id is None or message.message_id is None:
        return "incomplete_message"
    if message.chat.type == "channel":
        return "channel_post"
    speaker = _speaker(message)
    if speaker is None:
        return "no_sender"
    if speaker.anonymous and message.chat.type == "private":
        return "from_a_bot"
    if _SAID_KEYS.isdisjoint(raw):
        return "service_message"
    if edited and message.location is not None:
        return "live_location"
    return None


def _reason_to_keep_out(addressed: Addressed, sender: Person | None) -> str | None:
    """Why a message of a group is left alone. Another bot has to name ours each time: two that take each other's
    replies for questions would never end."""
    if addressed.to_other_bot or not addressed.to_bot:
        return "group_not_addressed"
    if sender is not None and sender.anonymous and not sender.id.startswith("-") and not addressed.by_name:
        return "from_a_bot"
    return None


def _content(message: Message, raw: Mapping[str, Any], text: str) -> InboundContent:
    content: InboundContent | None = None
    if message.text is not None:
        content = TextContent(text=text)
    elif message.contact is not None:
        content = _contact(message.contact, message.sender)
    elif message.venue is not None or message.location is not None:
        content = _location(message)
    else:
        content = _media(message, text)
    if content is not None:
        return content
    return UnsupportedContent(type=next(key for key in raw if key in _SAID_KEYS))


def _media(message: Message, caption: str) -> MediaContent | None:
    largest = max(message.photo, key=lambda size: size.width * size.height, default=None)
    # An animation also comes as a document, for old clients: look at the special kinds first.
    kinds: tuple[tuple[File | None, MediaKind], ...] = (
        (largest, MediaKind.PHOTO),
        (message.voice, MediaKind.VOICE),
        (message.audio, MediaKind.AUDIO),
        (message.video, MediaKind.VIDEO),
        (message.video_note, MediaKind.VIDEO),
        (message.animation, MediaKind.VIDEO),
        (message.sticker, MediaKind.STICKER),
        (message.document, MediaKind.DOCUMENT),
    )
    for file, kind in kinds:
        if file is not None and file.file_id is not None:
            return MediaContent(
                media=kind,
                file_id=file.file_id,
                mime_type="image/jpeg" if kind is MediaKind.PHOTO else file.mime_type,
                file_name=file.file_name,
                size=file.file_size,
                duration=file.duration,
                caption=caption,
            )
    return None


def _location(message: Message) -> LocationContent | None:
    place = (message.venue.location if message.venue else None) or message.location
    if place is None or place.latitude is None or place.longitude is None or abs(place.latitude) > 90:
        return None
    return LocationContent(
        latitude=place.latitude,
        longitude=place.longitude,
        name=message.venue.title if message.venue else "",
        address=message.venue.address if message.venue else "",
    )


def _contact(contact: Contact, sender: User | None) -> ContactContent | None:
    """Anybody's contact can be forwarded: it is the sender's own only if Telegram says the same user id."""
    phone = normalise_phone(contact.phone_number)
    if phone is None:
        return None
    own = sender is not None and contact.user_id is not None and contact.user_id == sender.id
    return ContactContent(phone=phone, name=f"{contact.first_name} {contact.last_name}".strip(), own=own)


def _choice(query: CallbackQuery, envelope: _Envelope) -> InboundEvent:
    """A pressed button. It has no time of its own, and its message may be inaccessible (date 0)."""
    message = query.message
    if message is None or message.chat.id is None or message.message_id is None:
        return envelope.ignored("button_without_chat")
    if query.sender is None or query.sender.id is None or query.id is None or not query.data:
        return envelope.ignored("button_without_data")
    return InboundMessage(
        event_id=envelope.event_id,
        occurred_at=moment_of(None),
        order_key=envelope.order_key,
        chat_id=message.chat.id,
        sender=_person(query.sender),
        content=ChoiceContent(
            id=query.data,
            title=_title_of(query.data, message),
            callback_id=query.id,
            message_id=message.message_id,
        ),
        message_id=message.message_id,
        group=_is_group(message.chat),
        chat_title=message.chat.title,
        thread_id=_topic(message),
    )


def _topic(message: Message) -> str | None:
    """The topic that an answer can be sent into. Replies in chats without topics have a thread's id too, and
    Telegram refuses that one in a call."""
    thread = message.message_thread_id
    return thread if message.is_topic_message and thread is not None and thread.isdecimal() else None


def _title_of(data: str, message: Message) -> str:
    """What stood on the pressed button, where its message is accessible and still has it."""
    keyboard = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return next((button.text for row in keyboard for button in row if button.callback_data == data), "")


def _membership(change: ChatMemberUpdated, envelope: _Envelope) -> InboundEvent:
    """In a private chat this update comes only when the person blocks or unblocks the bot."""
    what = _CHANGES.get(change.new_chat_member.status)
    if change.chat.type != "private" or what is None:
        return envelope.ignored("group_membership" if change.chat.type != "private" else "membership", change.date)
    if change.chat.id is None or change.sender is None or change.sender.id is None:
        return envelope.ignored("no_sender", change.date)
    return MembershipChange(
        event_id=envelope.event_id,
        occurred_at=moment_of(change.date),
        order_key=envelope.order_key,
        chat_id=change.chat.id,
        sender=_person(change.sender),
        change=what,
    )


def _is_group(chat: Chat) -> bool:
    return chat.type in {"group", "supergroup"}


def _speaker(message: Message) -> Person | None:
    """Who said it. A chat that speaks (Telegram then names one of its own bots as the sender) and another bot are
    nobody: many people may stand behind them, or none."""
    if message.sender_chat is not None and message.sender_chat.id is not None:
        return Person(id=message.sender_chat.id, anonymous=True)
    if message.sender is None or message.sender.id is None:
        return None
    if message.sender.is_bot:
        return Person(id=message.sender.id, anonymous=True)
    return _person(message.sender)


def _move(message: Message, envelope: _Envelope) -> AddressChange | None:
    """A group became a supergroup: told once in the old chat and once in the new one."""
    here, to, since = message.chat.id, message.migrate_to_chat_id, message.migrate_from_chat_id
    if here is None or (to is None and since is None):
        return None
    new, old = (to, here) if to is not None else (here, since)
    assert new is not None
    assert old is not None
    return AddressChange(
        event_id=envelope.event_id,
        occurred_at=moment_of(message.date),
        order_key=envelope.order_key,
        chat_id=new,
        change=AddressNews.MOVED,
        also=(old,),
    )


def _person(user: User) -> Person:
    assert user.id is not None
    return Person(
        id=user.id,
        name=f"{user.first_name} {user.last_name}".strip(),
        username=user.username,
        language=language_of(user.language_code),
    )
