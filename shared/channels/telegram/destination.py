"""Where a Telegram call goes: the chat, and the topic in it (Telegram Bot API, message_thread_id).

Forums and private chats have topics. One that was closed or deleted meanwhile is refused; the client then sends the
call once more without it, into the chat itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.channels.contract import Call, ChannelAddress

__all__ = ["destination", "names_topic", "quoting", "without_topic"]

_TOPIC = "message_thread_id"


def destination(address: ChannelAddress) -> dict[str, Any]:
    """The fields of a call that say where it goes."""
    topic = {} if address.thread_id is None else {_TOPIC: int(address.thread_id)}
    return {"chat_id": address.chat_id, **topic}


def quoting(call: Call, message_id: str) -> Call:
    """The call and its fallbacks as replies to a message, or without it where it is gone (ReplyParameters)."""
    parameters = {"message_id": int(message_id), "allow_sending_without_reply": True}
    fallback = None if call.fallback is None else quoting(call.fallback, message_id)
    payload = {**call.payload, "reply_parameters": parameters}
    return call.model_copy(update={"payload": payload, "fallback": fallback})


def names_topic(payload: Mapping[str, Any]) -> bool:
    """Whether a call goes into a topic."""
    return _TOPIC in payload


def without_topic(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The same call into the chat itself."""
    return {key: value for key, value in payload.items() if key != _TOPIC}
