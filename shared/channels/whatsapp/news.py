"""News of a person's identity, as WhatsApp's system messages tell it (WhatsApp Cloud API, system messages webhook).

A new number brings a new user id with it. Where the number may not be told, only the user id's change is: the old
number is no longer theirs then, either.
"""

from __future__ import annotations

from shared.channels.contract import AddressChange, AddressNews
from shared.channels.whatsapp.identity import chat_id_of, number_of, phone_of
from shared.channels.whatsapp.wire import Message
from shared.channels.wire import moment_of

__all__ = ["news_of"]

_NEW_NUMBER = frozenset({"user_changed_number", "customer_changed_number"})
_NEW_USER_ID = "user_changed_user_id"
_NEW_KEYS = "customer_identity_changed"


def news_of(message: Message, *, event_id: str) -> AddressChange | None:
    """What a system message says of its sender's names; ``None``: nothing, or of nobody."""
    system = message.system
    if system is None:
        return None
    old_number = number_of(message.phone or system.customer)
    if system.type == _NEW_KEYS:
        return _change(
            message,
            event_id,
            AddressNews.UNSURE,
            chat_id=chat_id_of(message.from_user_id, old_number),
            number=old_number,
        )
    if system.type not in _NEW_NUMBER | {_NEW_USER_ID}:
        return None
    number = number_of(system.wa_id or system.new_wa_id) if system.type in _NEW_NUMBER else None
    user_id = system.user_id or (message.from_user_id if message.from_user_id != system.previous_user_id else None)
    now = {chat_id_of(user_id, None), number}
    before = (
        chat_id_of(system.previous_user_id, None),
        chat_id_of(message.from_user_id, None),
        old_number,
    )
    formerly = tuple(dict.fromkeys(name for name in before if name is not None and name not in now))
    if not formerly:
        return None
    return _change(
        message,
        event_id,
        AddressNews.MOVED,
        chat_id=chat_id_of(user_id, number),
        number=number,
        formerly=formerly,
    )


def _change(
    message: Message,
    event_id: str,
    change: AddressNews,
    *,
    chat_id: str | None,
    number: str | None,
    formerly: tuple[str, ...] = (),
) -> AddressChange | None:
    if chat_id is None:
        return None
    moment = moment_of(message.timestamp)
    return AddressChange(
        event_id=event_id,
        occurred_at=moment,
        order_key=int(moment.timestamp() * 1000),
        chat_id=chat_id,
        number=number,
        change=change,
        formerly=formerly,
        phone=phone_of(number),
    )
