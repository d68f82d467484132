"""Who a message of a group can come from: a member, an administrator who hides, a channel, another bot.

``from`` always names an account, since old bots rely on it: for whoever writes as a chat it is a stand-in of
Telegram's own (Bot API, Message.from and Message.sender_chat).
"""

from __future__ import annotations

from collections.abc import Callable

from infra.local.simulator.identities import telegram_id
from infra.local.simulator.telegram.objects import chat_object
from infra.local.simulator.wire import Json
from infra.local.simulator.world import Chat

__all__ = ["Author", "as_anonymous_admin", "as_another_bot", "as_channel", "as_linked_channel"]

Author = Callable[[Chat], Json]
"""What a message in that group says of who wrote it."""

_ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
_CHANNEL = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
_TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


def as_anonymous_admin(signature: str) -> Author:
    """An administrator who writes in the group's name; ``signature`` is their title, where they have one."""
    signed = {"author_signature": signature} if signature else {}
    return lambda group: {"from": dict(_ANONYMOUS), "sender_chat": chat_object(group), **signed}


def as_channel(title: str) -> Author:
    """Somebody who writes in the name of a channel of theirs."""
    return lambda _group: {"from": dict(_CHANNEL), "sender_chat": _channel_object(title)}


def as_linked_channel(title: str) -> Author:
    """A post of the channel whose discussion the group is, forwarded by Telegram itself."""
    post = {"sender_chat": _channel_object(title), "is_automatic_forward": True}
    return lambda _group: {"from": dict(_TELEGRAM), **post}


def as_another_bot(name: str) -> Author:
    """A bot of somebody else's."""
    number = telegram_id(name)
    user = {"id": number, "is_bot": True, "first_name": name, "username": f"other_{number}_bot"}
    return lambda _group: {"from": user}


def _channel_object(title: str) -> Json:
    number = telegram_id(title)
    return {"id": int(f"-100{number}"), "title": title, "username": f"channel_{number}", "type": "channel"}
