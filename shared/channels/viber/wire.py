"""Viber's callback as it arrives: only the fields that Zeta reads (Viber REST Bot API, Callbacks)."""

from __future__ import annotations

from shared.channels.wire import Degrees, Flag, WholeNumber, WireId, WireModel, WireText

__all__ = ["Callback", "Message", "User"]


class User(WireModel):
    """A person; the id is per bot and base64-like."""

    id: WireId | None = None
    name: WireText = ""
    language: WireText | None = None


class Location(WireModel):
    """Degrees."""

    lat: Degrees | None = None
    lon: Degrees | None = None


class Contact(WireModel):
    """A shared contact."""

    name: WireText = ""
    phone_number: WireText = ""


class Message(WireModel):
    """A message; ``size`` is in bytes, ``duration`` in seconds."""

    type: WireText = ""
    text: WireText | None = None
    media: WireText | None = None
    file_name: WireText | None = None
    size: WholeNumber | None = None
    duration: WholeNumber | None = None
    location: Location | None = None
    contact: Contact | None = None


class Callback(WireModel):
    """One webhook body. ``timestamp`` is in milliseconds; ``message_token`` is a 64-bit number."""

    event: WireText = ""
    timestamp: WholeNumber | None = None
    message_token: WireId | None = None
    user_id: WireId | None = None
    user: User | None = None
    sender: User | None = None
    message: Message | None = None
    context: WireText = ""
    subscribed: Flag = False
