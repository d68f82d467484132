"""What arrives through a channel: who did what in a chat, in the platform's own order."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.channels.messages import InboundContent
from shared.kernel.languages import Language

__all__ = [
    "AddressChange",
    "AddressNews",
    "DeliveryState",
    "DeliveryUpdate",
    "Ignored",
    "InboundEvent",
    "InboundMessage",
    "Membership",
    "MembershipChange",
    "Person",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(_Frozen):
    """The sender as the platform describes them. ``phone`` is set only where the platform proves it (E.164)."""

    id: str
    name: str = ""
    username: str | None = None
    language: Language | None = None
    phone: str | None = None
    anonymous: bool = False
    """Nobody in particular: an anonymous administrator, a post in the name of a chat, another bot. They may search
    and ask; nothing is kept of them, and ``id`` tells them apart for limits alone."""


class _Event(_Frozen):
    event_id: str = Field(min_length=1, max_length=255)
    """Unique per bot: the key that tells a repeated delivery."""
    occurred_at: datetime
    order_key: int
    """The platform's own order inside one dialog (Telegram ``update_id``; else the time in milliseconds, where the
    platform tells whole seconds with the place in the webhook's body in their stead)."""


class _ChatEvent(_Event):
    chat_id: str
    """The chat's name: the one that stays, where the platform tells several."""
    number: str | None = None
    """The telephone number (digits) that the platform tells with it, if any; it may be the ``chat_id``.

    Numbers pass to other people: the same chat can come back without it, and the number with somebody else.
    """


class InboundMessage(_ChatEvent):
    """A person said, sent, pressed or edited something in the chat ``chat_id``."""

    kind: Literal["message"] = "message"
    sender: Person
    content: InboundContent
    message_id: str
    """The platform's id of the message (Telegram's is unique inside a chat only)."""
    edited: bool = False
    """``content`` replaces that of the earlier message ``message_id``."""
    album_id: str | None = None
    """Parts of one album share it."""
    reply_to: str | None = None
    group: bool = False
    """Said in a group: everybody in it reads the answer."""
    chat_title: str = ""
    """The group's name."""
    thread_id: str | None = None
    """The topic of the chat in which it was said, where the chat has topics and the answer can go there."""
    product_sku: str | None = None
    """The article number of the product that it is about, where the platform tells (asked from a catalogue)."""


class Membership(StrEnum):
    """What a person did to the conversation itself."""

    STARTED = "started"
    """Opened the chat (Viber conversation_started / subscribed; may be before any message)."""
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


class MembershipChange(_ChatEvent):
    """The person opened, blocked or unblocked the conversation."""

    kind: Literal["membership"] = "membership"
    sender: Person
    change: Membership
    payload: str = ""
    """A deep link's parameter."""


class AddressNews(StrEnum):
    """What is told of a chat's names."""

    MOVED = "moved"
    """The chat goes on under another name."""
    UNSURE = "unsure"
    """Nobody knows whether it is still the same person: nothing is told there until they write."""
    JOINED = "joined"
    """Two dialogs proved to be one chat; ours, no platform's."""
    LOST = "lost"
    """Its number is another person's now; ours, no platform's."""


class AddressChange(_ChatEvent):
    """A chat's names changed: a group became a supergroup, a person has another number or user id. Nobody spoke."""

    kind: Literal["address"] = "address"
    change: AddressNews
    also: tuple[str, ...] = ()
    """Further names of the same chat, which it keeps."""
    formerly: tuple[str, ...] = ()
    """Names that it had until now; numbers among them are nobody's until somebody comes with them."""
    phone: str | None = None
    """The proven number that goes with it now (E.164)."""
    source: int | None = None
    """Of ``JOINED``: the dialog that ended in this one."""


class DeliveryState(StrEnum):
    """Rank order: sent < delivered < read; failed ends sent only."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class DeliveryUpdate(_Event):
    """The platform tells what became of a message of ours."""

    kind: Literal["delivery"] = "delivery"
    platform_message_id: str
    state: DeliveryState
    reference: str | None = None
    """Our own outbox reference where the platform carries it back (WhatsApp ``biz_opaque_callback_data``)."""
    chat_id: str | None = None
    error_code: str | None = None
    """Why it failed, as the platform says it: ``Channel.late_error`` knows what follows."""


class Ignored(_Event):
    """Authentic and well formed, but nothing for a dialog: recorded, never answered (a group that does not
    address the bot, an echo, an unknown kind of update). ``reason`` is a short machine word."""

    kind: Literal["ignored"] = "ignored"
    reason: str
    keep_raw: bool = True
    """Whether the body is kept for a while, for an engineer to read; not the talk of a group among its members."""


InboundEvent = Annotated[
    InboundMessage | MembershipChange | AddressChange | DeliveryUpdate | Ignored, Field(discriminator="kind")
]
