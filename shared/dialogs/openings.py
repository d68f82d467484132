"""Openings: a deep link out of a group opens the private chat with a wish at hand.

In a group nothing personal is shown or done. Whoever asks for something of their own gets a link into the private
chat, and the link's parameter says what they asked for. Telegram sends it as ``/start <parameter>``, at most 64
characters of ``A-Za-z0-9_-`` (Telegram Bot API, "Deep linking"). There are two kinds:

* ``b_<button>``: press this button; anybody may, for themselves;
* ``w_<dialog>_<message>``: say again what I said there. It works only for whoever said it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.channels.contract import InboundMessage
from shared.channels.messages import ChoiceContent, TextContent

__all__ = [
    "STATE_KEY",
    "Press",
    "Say",
    "button_parameter",
    "kept_words",
    "opening_of",
    "pressed",
    "words_parameter",
]

STATE_KEY: Final = "private"
"""Where a person's state in a group keeps the words that wait for them in private."""
_LONGEST = 64
_BUTTON = "b_"
_WORDS = re.compile(r"w_([0-9]{1,18})_([0-9]{1,18})")
_AS_SHOWN = "/start"
"""What the messenger shows the person as their own words when they follow a link."""
_START = re.compile(r"/start(?:@\w+)?\s+(\S{1,64})\s*")


@dataclass(frozen=True, slots=True)
class Press:
    """Press a button."""

    button_id: str


@dataclass(frozen=True, slots=True)
class Say:
    """Say what one said in a group."""

    dialog_id: int
    message_id: str


def button_parameter(button_id: str) -> str | None:
    """The parameter that presses a button; ``None`` for an id that finds no room in it."""
    coded = base64.urlsafe_b64encode(button_id.encode()).decode().rstrip("=")
    return _BUTTON + coded if len(coded) <= _LONGEST - len(_BUTTON) else None


def words_parameter(dialog_id: int, message_id: str) -> str | None:
    """The parameter that says again what the message of a group said; ``None`` for an id of no group."""
    parameter = f"w_{dialog_id}_{message_id}"
    return parameter if _WORDS.fullmatch(parameter) else None


def opening_of(event: object) -> Press | Say | None:
    """What a private message opens with; ``None``: it is no such link."""
    if not isinstance(event, InboundMessage) or event.group or not isinstance(event.content, TextContent):
        return None
    started = _START.fullmatch(event.content.text)
    if started is None:
        return None
    parameter = started.group(1)
    if words := _WORDS.fullmatch(parameter):
        return Say(int(words.group(1)), words.group(2))
    if parameter.startswith(_BUTTON):
        return _press(parameter.removeprefix(_BUTTON))
    return None


def kept_words(state: Mapping[str, Any], message_id: str) -> str | None:
    """The words that a person's state in a group keeps of that message."""
    kept = state.get(STATE_KEY)
    if not isinstance(kept, Mapping) or kept.get("message_id") != message_id:
        return None
    words = kept.get("words")
    return words if isinstance(words, str) else None


def pressed(event: InboundMessage, opening: Press) -> InboundMessage:
    """The event as if its sender had pressed the button."""
    return event.model_copy(update={"content": ChoiceContent(id=opening.button_id, title=_AS_SHOWN)})


def _press(coded: str) -> Press | None:
    try:
        button_id = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return Press(button_id) if button_id and button_id.isprintable() else None
