"""How a pressed button is told from typed words: Viber sends its ActionBody back as the text of a message.

Ours starts with a mark that nobody types by chance, then the id (which has no spaces), then the title:
``#zeta:product:SOFA-001 Подробнее``. Typing it by hand is the same as pressing the button: ids grant nothing.
"""

from __future__ import annotations

from shared.channels.choices import Choice
from shared.channels.messages import ChoiceContent
from shared.channels.text_layout import clip, utf16_length

__all__ = ["action_body", "pressed"]

_MARK = "#zeta:"


def action_body(choice: Choice, *, limit: int) -> str:
    """The ActionBody of a choice; the title is cut to stay within ``limit`` UTF-16 units."""
    head = f"{_MARK}{choice.id}"
    room = limit - utf16_length(head) - 1
    return f"{head} {clip(choice.title, room)}" if room > 1 else head


def pressed(text: str) -> ChoiceContent | None:
    """The choice that an ActionBody of ours stands for; ``None`` for words."""
    if not text.startswith(_MARK):
        return None
    identity, _, title = text.removeprefix(_MARK).partition(" ")
    return ChoiceContent(id=identity, title=title) if identity else None
