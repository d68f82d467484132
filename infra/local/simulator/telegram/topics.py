"""Topics of a forum or of a private chat, and the threads of replies in a supergroup."""

from __future__ import annotations

from typing import Any

from infra.local.simulator.telegram.refusals import bad_request
from infra.local.simulator.wire import ApiCall, Json
from infra.local.simulator.world import Chat

__all__ = ["check_thread", "is_forum", "open_topic", "thread_fields", "thread_of_reply", "topic_id", "topics"]


def topics(chat: Chat) -> Json:
    """The chat's topics: id (as a string) to ``{"name", "closed"}``; empty where it has none."""
    found: Json = chat.details.setdefault("topics", {})
    return found


def is_forum(chat: Chat) -> bool:
    """Whether the group is split into topics."""
    return bool(chat.details.get("forum"))


def topic_id(chat: Chat, name: str) -> str | None:
    """The id of the topic of that name."""
    return next((number for number, topic in topics(chat).items() if topic["name"] == name), None)


def open_topic(chat: Chat, number: str, name: str) -> None:
    """Note a new topic."""
    topics(chat)[number] = {"name": name, "closed": False}


def thread_of_reply(chat: Chat, replied_to: str) -> str | None:
    """The thread that a reply in a supergroup without topics belongs to: its first message's id."""
    if not chat.details.get("supergroup") or is_forum(chat):
        return None
    first = chat.find(replied_to)
    return str(first.content.get("thread") or first.id) if first is not None else None


def thread_fields(chat: Chat, thread: Any) -> Json:
    """``message_thread_id`` and ``is_topic_message`` of a message in that thread; nothing outside of threads."""
    if not thread:
        return {}
    return {"message_thread_id": int(thread), **({"is_topic_message": True} if str(thread) in topics(chat) else {})}


def check_thread(chat: Chat, call: ApiCall) -> str | None:
    """The thread a call writes to; raises the 400 of one that is not there, or is closed.

    The general topic has no id here: 1 is refused, as by the server.
    """
    wanted = call.parameters.get("message_thread_id")
    if wanted in (None, "", 0, "0"):
        return None
    topic = topics(chat).get(str(wanted))
    if topic is None:
        in_replies = chat.details.get("supergroup") and not is_forum(chat) and chat.find(str(wanted))
        if not in_replies:
            raise bad_request("message thread not found")
    elif topic["closed"]:
        raise bad_request("TOPIC_CLOSED")
    return str(wanted)
