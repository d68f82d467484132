"""Buttons as Viber's keyboard: a grid six columns wide below the input field (Viber REST Bot API, Keyboards).

The app shows the last keyboard that it was sent, so every message of a reply carries it. ``Silent`` keeps the
ActionBody, which is for us, out of the chat.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from shared.channels.choices import Choice, choices_under, flat
from shared.channels.messages import AnyButton, Button, ButtonRows, ContactButton, LinkButton, LocationButton
from shared.channels.settings import ChannelSettings
from shared.channels.text_layout import clip, utf16_length
from shared.channels.viber.actions import action_body

__all__ = ["Keyboard", "answer_button", "build_keyboard", "button_text", "is_page", "json_bytes", "open_button"]

_COLUMNS = 6
_KEYBOARD_BYTES = 14_000
"""Leaves more than half of a message's 30 KB to its text."""
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True, slots=True)
class Keyboard:
    """``content`` is what Viber takes (``None``: no buttons). ``min_api_version`` is set where a button needs it.

    ``numbered`` are the choices that found no place, the first of them being number ``first_number``; ``links``
    are links that Viber would not open.
    """

    content: dict[str, Any] | None
    min_api_version: int | None = None
    numbered: tuple[Choice, ...] = ()
    first_number: int = 1
    links: tuple[LinkButton, ...] = ()


def build_keyboard(rows: ButtonRows, settings: ChannelSettings, *, with_requests: bool = True) -> Keyboard:
    """Lay out the buttons; ``with_requests`` off leaves out those that old apps do not know."""
    shown = [[button for button in row if _is_shown(button, with_requests=with_requests)] for row in rows]
    grid = _packed([row for row in shown if row], settings.viber_keyboard_rows)
    fitting: list[dict[str, Any]] = []
    placed: list[AnyButton] = []
    size = 0
    for row in grid[: settings.viber_keyboard_rows]:
        made = [_button(button, _COLUMNS // len(row), settings) for button in row]
        size += json_bytes(made)
        if size > _KEYBOARD_BYTES:
            break
        fitting += made
        placed += row
    choices = choices_under(rows)
    ids = {button.id for button in placed if isinstance(button, Button)}
    left = tuple(choice for choice in choices if choice.id not in ids)
    links = tuple(b for b in flat(rows) if isinstance(b, LinkButton) and b not in placed)
    needs_new_app = any(isinstance(button, ContactButton | LocationButton) for button in placed)
    return Keyboard(
        content={"Type": "keyboard", "DefaultHeight": False, "Buttons": fitting} if fitting else None,
        min_api_version=settings.viber_button_api_version if needs_new_app else None,
        numbered=left,
        first_number=len(choices) - len(left) + 1,
        links=links,
    )


def answer_button(
    choice: Choice, *, text: str, columns: int, rows: int, settings: ChannelSettings
) -> dict[str, Any]:
    """A button that answers with ``choice``; ``text`` may hold Viber's simple HTML and must be escaped."""
    limit = settings.viber_button_text_limit
    return {**_frame(columns, rows, text), "ActionType": "reply", "ActionBody": action_body(choice, limit=limit)}


def open_button(link: LinkButton, *, columns: int, rows: int, settings: ChannelSettings) -> dict[str, Any]:
    """A button that opens a page."""
    text = button_text(link.title, settings.viber_button_text_limit)
    return {**_frame(columns, rows, text), "ActionType": "open-url", "ActionBody": link.url}


def button_text(title: str, limit: int) -> str:
    """A title escaped for Viber's HTML, within ``limit`` UTF-16 units."""
    for room in (limit, limit // 2, limit // 5):
        escaped = clip(title, room).translate(_ESCAPES)
        if utf16_length(escaped) <= limit:
            return escaped
    return ""


def is_page(url: str) -> bool:
    """Whether Viber can open or load the address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(url) <= 2000


def json_bytes(value: Any) -> int:
    """The size of a value as it goes over the wire."""
    return len(json.dumps(value, ensure_ascii=False).encode())


def _is_shown(button: AnyButton, *, with_requests: bool) -> bool:
    match button:
        case Button():
            return True
        case LinkButton():
            return is_page(button.url)
        case ContactButton() | LocationButton():
            return with_requests


def _packed(rows: Sequence[Sequence[AnyButton]], most_rows: int) -> list[list[AnyButton]]:
    """Rows of a width that divides six; closer together where there are too many."""
    for widest in (_COLUMNS, 2, 3):
        source = rows if widest == _COLUMNS else [[button for row in rows for button in row]]
        grid = [part for row in source for part in _divided(row, widest)]
        if len(grid) <= most_rows:
            break
    return grid


def _divided(row: Sequence[AnyButton], widest: int) -> list[list[AnyButton]]:
    count = len(row)
    if count <= widest and _COLUMNS % count == 0:
        return [list(row)]
    step = 2 if widest == 2 or count == 4 else 3
    return [list(row[start : start + step]) for start in range(0, count, step)]


def _button(button: AnyButton, columns: int, settings: ChannelSettings) -> dict[str, Any]:
    text = button_text(button.title, settings.viber_button_text_limit)
    match button:
        case Button():
            choice = Choice(id=button.id, title=button.title)
            return answer_button(choice, text=text, columns=columns, rows=1, settings=settings)
        case LinkButton():
            return open_button(button, columns=columns, rows=1, settings=settings)
        case ContactButton():
            return {**_frame(columns, 1, text), "ActionType": "share-phone", "ActionBody": "share-phone"}
        case LocationButton():
            return {**_frame(columns, 1, text), "ActionType": "location-picker", "ActionBody": "location-picker"}


def _frame(columns: int, rows: int, text: str) -> dict[str, Any]:
    return {"Columns": columns, "Rows": rows, "Text": text, "TextSize": "regular", "Silent": True}
