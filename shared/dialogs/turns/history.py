"""What a turn adds to the history: what was written in the chat, then the bot's answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.channels.contract import InboundMessage, MembershipChange
from shared.channels.messages import (
    ChoiceContent,
    ContactContent,
    EchoContent,
    FormContent,
    InboundContent,
    LocationContent,
    MediaContent,
    OrderContent,
    Reply,
    TextContent,
    UnsupportedContent,
)
from shared.dialogs.contract import MemoryMessage, Role

__all__ = ["Said", "history_of", "spoken", "words_of"]


@dataclass(frozen=True, slots=True)
class Said:
    """One message, as the history keeps it and as the memory keeps it."""

    row: dict[str, Any]
    memory: MemoryMessage


def history_of(
    events: Sequence[InboundMessage | MembershipChange], reply: Reply, now: datetime, *, changed: bool
) -> list[Said]:
    """The messages of a turn in order; the bot's whole reply is one entry.

    ``changed``: whether the answer changed something; kept for the edits that may follow.
    """
    said = [
        _said(
            Role.STAFF if isinstance(event.content, EchoContent) else Role.SHOPPER,
            words_of(event.content),
            {
                "message_id": event.message_id,
                "changed": changed,
                **event.content.model_dump(mode="json", exclude_none=True),
            },
            event.occurred_at,
        )
        for event in events
        if isinstance(event, InboundMessage)
    ]
    if reply.messages:
        said.append(_said(Role.BOT, reply.plain, reply.model_dump(mode="json", exclude_none=True), now))
    return said


def _said(role: Role, words: str, content: dict[str, Any], at: datetime) -> Said:
    row = {"role": role.value, "text": words, "content": content, "at": at.isoformat()}
    return Said(row, MemoryMessage(role, words, at))


def spoken(content: InboundContent) -> str:
    """The words that a person wrote: a text, or the caption of a file."""
    match content:
        case TextContent():
            return content.text
        case MediaContent():
            return content.caption
    return ""


def words_of(content: InboundContent) -> str:
    """What the model and a manager read in place of the content."""
    match content:
        case TextContent():
            return content.text
        case ChoiceContent():
            return content.title or f"[{content.id}]"
        case MediaContent():
            return f"[{content.media}] {content.caption}".strip()
        case LocationContent():
            return f"[location] {content.name} {content.address}".strip()
        case ContactContent():
            return "[contact]"
        case OrderContent() | FormContent():
            return "\n".join((f"[{content.kind}]", *content.lines))
        case UnsupportedContent():
            return f"[{content.type}]"
        case EchoContent():
            return words_of(content.said)
