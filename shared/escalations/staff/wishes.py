"""What a turn asks of the staff's desk: a code to link with, a command, a pressed button. Pure.

/link K7QF-2M9D     link this chat; so does the deep link /start link_K7QF2M9D, and the code alone
/open               who waits
/unlink             this chat is a shopper's again
staff:take:<id> …   the buttons under a card (see ``cards``)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from shared.dialogs.contract import Turn
from shared.escalations.staff import cards, links

__all__ = ["Act", "LinkWish", "StaffWish", "link_wish", "staff_wish", "words_to_pass_on"]

Act = Literal["open", "unlink", "show", "take", "reply", "close", "done"]
_BUTTONS: dict[str, Act] = {
    cards.SHOW: "show",
    cards.TAKE: "take",
    cards.REPLY: "reply",
    cards.CLOSE: "close",
}
_COMMANDS: dict[str, Act] = {"/open": "open", "/unlink": "unlink", "/done": "done"}


@dataclass(frozen=True, slots=True)
class LinkWish:
    """A code; ``None``: a code was announced, but is none. ``asked``: by a command, so an answer is owed."""

    code: str | None
    asked: bool


@dataclass(frozen=True, slots=True)
class StaffWish:
    """What a linked member wants, and of which escalation."""

    act: Act
    escalation_id: UUID | None = None


def link_wish(turn: Turn) -> LinkWish | None:
    """The code that a turn consists of."""
    words = turn.text.strip()
    if turn.choice is not None or "\n" in words or len(words) > 100:
        return None
    command, argument = _command(words)
    if command == "/link":
        return LinkWish(links.normal_code(argument), asked=True)
    if command == "/start" and argument.startswith(links.DEEP_LINK):
        return LinkWish(links.normal_code(argument.removeprefix(links.DEEP_LINK)), asked=True)
    code = links.normal_code(words)
    return LinkWish(code, asked=False) if code is not None else None


def staff_wish(turn: Turn) -> StaffWish | None:
    """The button or command of a turn that is the staff's."""
    if turn.choice is not None:
        return _pressed(turn.choice.id)
    words = turn.text.strip()
    act = _COMMANDS.get(_command(words)[0])
    return StaffWish(act) if act is not None and "\n" not in words else None


def words_to_pass_on(turn: Turn) -> str:
    """What a member in reply mode says to the shopper: everything but commands."""
    return "\n".join(line for line in turn.text.splitlines() if not line.lstrip().startswith("/")).strip()


def _pressed(button: str) -> StaffWish | None:
    if button == cards.DONE:
        return StaffWish("done")
    for prefix, act in _BUTTONS.items():
        if button.startswith(prefix):
            try:
                return StaffWish(act, UUID(button.removeprefix(prefix)))
            except ValueError:
                return None
    return None


def _command(words: str) -> tuple[str, str]:
    name, _, argument = words.partition(" ")
    return name.partition("@")[0].lower(), argument.strip()
