"""Telegram's update as it arrives: only the fields that Zeta reads (Telegram Bot API, Update and Message)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.channels.wire import Degrees, Flag, WholeNumber, WireId, WireModel, WireObjects, WireText

__all__ = [
    "CallbackQuery",
    "Chat",
    "ChatMemberUpdated",
    "Contact",
    "Entity",
    "File",
    "Location",
    "Message",
    "Update",
    "User",
]


class User(WireModel):
    """A person or a bot."""

    id: WireId | None = None
    is_bot: Flag = False
    first_name: WireText = ""
    last_name: WireText = ""
    username: WireText | None = None
    language_code: WireText | None = None


class Chat(WireModel):
    """``type``: private, group, supergroup or channel."""

    id: WireId | None = None
    type: WireText = ""
    title: WireText = ""


class Entity(WireModel):
    """A marked run of the text; ``offset`` and ``length`` are in UTF-16 code units."""

    type: WireText = ""
    offset: WholeNumber = 0
    length: WholeNumber = 0


class File(WireModel):
    """What photos, voices, documents, videos and stickers have in common."""

    file_id: WireId | None = None
    file_name: WireText | None = None
    mime_type: WireText | None = None
    file_size: WholeNumber | None = None
    duration: WholeNumber | None = None
    width: WholeNumber = 0
    height: WholeNumber = 0


class Location(WireModel):
    """Degrees; ``live_period`` marks one that moves."""

    latitude: Degrees | None = None
    longitude: Degrees | None = None
    live_period: WholeNumber | None = None


class Venue(WireModel):
    """A named place."""

    location: Location | None = None
    title: WireText = ""
    address: WireText = ""


class Contact(WireModel):
    """A shared contact, the sender's own or anybody's."""

    phone_number: WireText = ""
    first_name: WireText = ""
    last_name: WireText = ""
    user_id: WireId | None = None


class InlineButton(WireModel):
    """A button of ours."""

    text: WireText = ""
    callback_data: WireText | None = None


class InlineKeyboard(WireModel):
    """The buttons under a message of ours, as they come back with a pressed one."""

    inline_keyboard: tuple[Annotated[tuple[InlineButton, ...], WireObjects], ...] = ()


class RepliedMessage(WireModel):
    """The message that was replied to; not nested further."""

    message_id: WireId | None = None
    sender: User | None = Field(default=None, alias="from")


class Message(WireModel):
    """A message. ``date`` is Unix seconds; 0 marks an inaccessible one. ``sender_chat`` is set where a chat speaks
    instead of a person: an anonymous administrator, a channel in its discussion group."""

    message_id: WireId | None = None
    date: WholeNumber | None = None
    edit_date: WholeNumber | None = None
    chat: Chat = Chat()
    sender: User | None = Field(default=None, alias="from")
    sender_chat: Chat | None = None
    text: WireText | None = None
    entities: Annotated[tuple[Entity, ...], WireObjects] = ()
    caption: WireText = ""
    caption_entities: Annotated[tuple[Entity, ...], WireObjects] = ()
    media_group_id: WireId | None = None
    message_thread_id: WireId | None = None
    is_topic_message: Flag = False
    reply_to_message: RepliedMessage | None = None
    contact: Contact | None = None
    location: Location | None = None
    venue: Venue | None = None
    photo: Annotated[tuple[File, ...], WireObjects] = ()
    document: File | None = None
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    sticker: File | None = None
    migrate_to_chat_id: WireId | None = None
    migrate_from_chat_id: WireId | None = None
    reply_markup: InlineKeyboard | None = None


class CallbackQuery(WireModel):
    """A pressed inline button; of ``message`` only the chat and the id can be relied on."""

    id: WireId | None = None
    sender: User | None = Field(default=None, alias="from")
    message: Message | None = None
    data: WireText | None = None


class ChatMember(WireModel):
    """``status``: member, kicked, left, …"""

    status: WireText = ""


class ChatMemberUpdated(WireModel):
    """The bot's own standing in a chat changed."""

    chat: Chat = Chat()
    sender: User | None = Field(default=None, alias="from")
    date: WholeNumber | None = None
    new_chat_member: ChatMember = ChatMember()


class Update(WireModel):
    """One webhook body: an id and exactly one other key."""

    update_id: WholeNumber | None = None
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberUpdated | None = None
