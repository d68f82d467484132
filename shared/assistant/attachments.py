"""What is said about content that cannot be read yet: nothing that a person sends is passed over."""

from __future__ import annotations

from shared.assistant import buttons, replies
from shared.channels.contract import InboundMessage
from shared.channels.messages import (
    ContactContent,
    FormContent,
    LocationContent,
    MediaContent,
    TextMessage,
    UnsupportedContent,
)
from shared.dialogs.contract import Turn

__all__ = ["notes_on_attachments"]

_FOR_A_PERSON = frozenset(
    ["media.voice", "media.audio", "media.video", "media.document", "contact", "form", "unsupported"]
)
"""What somebody sends who would rather not type, or could not put into words: a person is offered too."""


def notes_on_attachments(turn: Turn) -> tuple[TextMessage, ...]:
    """One polite line for each kind of content that cannot be read yet."""
    keys: dict[str, None] = {}
    for event in turn.events:
        if not isinstance(event, InboundMessage):
            continue
        match event.content:
            case MediaContent(media=kind):
                keys[f"media.{kind.value}"] = None
            case LocationContent():
                keys["location"] = None
            case ContactContent():
                keys["contact"] = None
            case FormContent():
                keys["form"] = None
            case UnsupportedContent():
                keys["unsupported"] = None
    manager = replies.button("manager", buttons.MANAGER, turn.language)
    return tuple(replies.say(key, turn.language, *((manager,) if key in _FOR_A_PERSON else ())) for key in keys)
