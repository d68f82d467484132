"""Who a WhatsApp chat is with, and how to write to them.

A person is known by the business-scoped user id where WhatsApp tells one, else by the phone number. The chat id
shows which: ``bsuid:KZ.1349…`` is written to as ``recipient``, bare digits as ``to`` (WhatsApp Cloud API).
"""

from __future__ import annotations

from shared.channels.contract import ChannelAddress

__all__ = ["chat_id_of", "recipient_of"]

_USER_ID = "bsuid:"


def chat_id_of(user_id: str | None, phone: str | None) -> str | None:
    """The chat id of a person; ``None`` where WhatsApp told nothing to write to."""
    if user_id:
        return f"{_USER_ID}{user_id}"
    return phone.removeprefix("+") if phone else None


def recipient_of(address: ChannelAddress) -> dict[str, str]:
    """The payload's field that says whom it is for. A proven phone comes first: every message type takes it."""
    if not address.chat_id.startswith(_USER_ID):
        return {"to": address.chat_id}
    if address.phone:
        return {"to": address.phone.removeprefix("+")}
    return {"recipient": address.chat_id.removeprefix(_USER_ID)}
