"""Who a WhatsApp chat is with, and how to write to them.

A person is known by the business-scoped user id where WhatsApp tells one, else by the phone number. The chat id
shows which: ``bsuid:KZ.1349…`` is written to as ``recipient``, bare digits as ``to`` (WhatsApp Cloud API).
"""

from __future__ import annotations

from shared.channels.contract import Call, ChannelAddress
from shared.kernel.phones import normalise_phone

__all__ = ["addressed", "chat_id_of", "number_of", "phone_of", "recipient_of"]

_USER_ID = "bsuid:"


def chat_id_of(user_id: str | None, phone: str | None) -> str | None:
    """The chat id of a person; ``None`` where WhatsApp told nothing to write to."""
    if user_id:
        return f"{_USER_ID}{user_id}"
    return phone.removeprefix("+") if phone else None


def number_of(told: str | None) -> str | None:
    """The digits of a number that WhatsApp told; ``None`` where it is none."""
    digits = (told or "").removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() else None


def phone_of(number: str | None) -> str | None:
    """The number as customers are known by it (E.164)."""
    return normalise_phone(f"+{number}") if number else None


def addressed(call: Call, address: ChannelAddress) -> Call:
    """``call`` and its fallbacks to another recipient; read receipts and typing name none."""
    if "type" not in call.payload:
        return call
    content = {name: value for name, value in call.payload.items() if name not in {"to", "recipient"}}
    fallback = addressed(call.fallback, address) if call.fallback is not None else None
    return call.model_copy(update={"payload": {**content, **recipient_of(address)}, "fallback": fallback})


def recipient_of(address: ChannelAddress) -> dict[str, str]:
    """The payload's field that says whom it is for. A proven phone comes first: every message type takes it."""
    if not address.chat_id.startswith(_USER_ID):
        return {"to": address.chat_id}
    if address.phone:
        return {"to": address.phone.removeprefix("+")}
    return {"recipient": address.chat_id.removeprefix(_USER_ID)}
