"""What a turn asks of the staff's desk: a code to link with, a command, a pressed button. Pure.

/link K7QF-2M9D     link this chat; so does the deep link /start link_K7QF2M9D, and the code alone
/open               who waits, and to whom this member writes now
/unlink             this chat is a shopper's again
staff:take:<id> …   the buttons under a card (see ``cards``)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from shared.channels.contract import InboundMessage
from shared.channels.messages import ChoiceContent, MediaContent, TextContent
from shared.dialogs.contract import Turn
from shared.escalations.staff import cards, links

__all__ = ["Act", "LinkWish", "StaffWish", "Words", "link_wish", "steps_of"]

Act = Literal["open", "unlink", "show", "take", "reply", "close", "done", "seize", "send", "drop"]
_PLAIN_BUTTONS: dict[str, Act] = {cards.DONE: "done", cards.DROP: "drop"}
_BUTTONS: dict[str, Act] = {
    cards.SHOW: "show",
    cards.TAKE: "take",
    cards.REPLY: "reply",
    cards.CLOSE: "close",
    cards.SEIZE: "seize",
    cards.SEND: "send",
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
    offset: int = 0
    """Of a list: how many come before what is wanted."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a member wrote or sent: in reply mode for the shopper, else for the bot."""

    text: str
    files: tuple[MediaContent, ...] = ()
    others: int = 0
    """Contacts, places on the map and the like."""
    parts: tuple[tuple[str, str], ...] = ()
    """The platform's id of each message, and its words."""
    quoted: str | None = None
    """The platform's id of the message that it answers."""
    edited: bool = False
    """It replaces the words of an earlier message; it is one message then."""

    def and_then(self, more: Words) -> Words | None:
        """Both, one after the other; ``None`` where they may be for different people."""
        if self.edited or more.edited or self.quoted != more.quoted:
            return None
        return replace(
            self,
            text="\n".join(filter(None, (self.text, more.text))),
            files=self.files + more.files,
            others=self.others + more.others,
            parts=self.parts + more.parts,
        )


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


def steps_of(turn: Turn) -> list[StaffWish | Words]:
    """A linked member's buttons, commands and words in their order; what is not the staff's is left out.

    A turn may hold several: who sends /open and types on has both within the merge window. A pressed button is a
    turn of its own.
    """
    steps: list[StaffWish | Words] = []
    for event in turn.events:
        if isinstance(event, InboundMessage) and (step := _step(event)) is not None:
            last = steps[-1] if steps else None
            joined = last.and_then(step) if isinstance(step, Words) and isinstance(last, Words) else None
            if joined is not None:
                steps[-1] = joined
            else:
                steps.append(step)
    return steps


def _step(event: InboundMessage) -> StaffWish | Words | None:
    content = event.content
    if isinstance(content, ChoiceContent):
        return _pressed(content.id)
    if isinstance(content, MediaContent):
        return _words(event, content.caption, files=(content,))
    if not isinstance(content, TextContent):
        return _words(event, "", others=1)
    words = content.text.strip()
    if not words.startswith("/"):
        return _words(event, words)
    act = _COMMANDS.get(_command(words)[0])
    return StaffWish(act) if act is not None else None


def _words(event: InboundMessage, text: str, *, files: tuple[MediaContent, ...] = (), others: int = 0) -> Words:
    part = (event.message_id, text)
    return Words(text, files, others, (part,), quoted=event.reply_to, edited=event.edited)


def _pressed(button: str) -> StaffWish | None:
    if button in _PLAIN_BUTTONS:
        return StaffWish(_PLAIN_BUTTONS[button])
    if button.startswith(cards.PAGE) and button.removeprefix(cards.PAGE).isdecimal():
        return StaffWish("open", offset=int(button.removeprefix(cards.PAGE)[:4]))
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
