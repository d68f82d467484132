"""Buttons as Telegram's keyboards.

Buttons that answer or open a page stand under the message (inline). Sharing a phone or a location exists only in
the keyboard below the input field, and only in private chats; a message carries one keyboard, so those two kinds
get a short message of their own where both are needed (Telegram Bot API, InlineKeyboardMarkup and
ReplyKeyboardMarkup).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shared.channels.messages import AnyButton, Button, ButtonRows, ContactButton, LinkButton, LocationButton
from shared.channels.telegram.markup import is_linkable

__all__ = ["InlineRows", "inline_keyboards", "inline_rows", "request_keyboard", "unlinkable"]

InlineRows = list[list[dict[str, Any]]]


def inline_rows(rows: ButtonRows, *, per_row: int) -> InlineRows:
    """The inline buttons of ``rows``; a row wider than ``per_row`` goes on in the next."""
    result: InlineRows = []
    for row in rows:
        shown = [button for button in map(_inline, row) if button is not None]
        result += [shown[start : start + per_row] for start in range(0, len(shown), per_row)]
    return result


def inline_keyboards(rows: InlineRows, *, most: int) -> list[dict[str, Any]]:
    """One keyboard, or several where there are more than ``most`` buttons; none where there is no button."""
    keyboards: list[InlineRows] = []
    count = 0
    for row in rows:
        if not keyboards or count + len(row) > most:
            keyboards.append([])
            count = 0
        keyboards[-1].append(row)
        count += len(row)
    return [{"inline_keyboard": keyboard} for keyboard in keyboards]


def request_keyboard(buttons: Sequence[AnyButton]) -> dict[str, Any] | None:
    """The keyboard that shares a phone or a location; ``None`` where none is asked for."""
    rows = list(_requests(buttons))
    return {"keyboard": rows, "resize_keyboard": True, "one_time_keyboard": True} if rows else None


def unlinkable(buttons: Sequence[AnyButton]) -> list[LinkButton]:
    """Link buttons whose address Telegram would refuse."""
    return [button for button in buttons if isinstance(button, LinkButton) and not is_linkable(button.url)]


def _inline(button: AnyButton) -> dict[str, Any] | None:
    match button:
        case Button():
            return {"text": button.title, "callback_data": button.id}
        case LinkButton() if is_linkable(button.url):
            return {"text": button.title, "url": button.url}
        case _:
            return None


def _requests(buttons: Sequence[AnyButton]) -> Iterator[list[dict[str, Any]]]:
    for button in buttons:
        match button:
            case ContactButton():
                yield [{"text": button.title, "request_contact": True}]
            case LocationButton():
                yield [{"text": button.title, "request_location": True}]
            case _:
                pass
