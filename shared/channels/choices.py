"""What a message lets a person choose, and its last degradation: numbered text.

Where a platform cannot show all choices as buttons they are written as numbered lines. ``choices_of`` gives them
in that very order, so that whoever remembers the last message can resolve a typed «2», or the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared.channels.messages import (
    AlbumMessage,
    AnyButton,
    Button,
    ButtonRows,
    ContactButton,
    DocumentMessage,
    LinkButton,
    ListMessage,
    LocationButton,
    OutboundMessage,
    PhotoMessage,
    ProductCard,
    ProductCards,
    RequestOver,
    RichText,
    Span,
    Style,
    TemplateMessage,
    TextMessage,
)
from shared.channels.texts import TEXTS
from shared.kernel.languages import Language

__all__ = [
    "Choice",
    "card_choice",
    "choices_of",
    "choices_under",
    "flat",
    "link_lines",
    "numbered_lines",
    "of_type",
    "request_hints",
]

_B = TypeVar("_B", Button, LinkButton, ContactButton, LocationButton)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: ``id`` is what comes back when it is."""

    id: str
    title: str
    description: str = ""


def flat(rows: ButtonRows) -> list[AnyButton]:
    """The buttons of all rows, in reading order."""
    return [button for row in rows for button in row]


def of_type(buttons: Iterable[AnyButton], kind: type[_B]) -> list[_B]:
    """The buttons of one kind, in order."""
    return [button for button in buttons if isinstance(button, kind)]


def card_choice(card: ProductCard) -> Choice | None:
    """What choosing a card in a list of cards means: its first button that answers."""
    first = next(iter(of_type(flat(card.buttons), Button)), None)
    return Choice(id=first.id, title=card.name) if first else None


def choices_under(buttons: ButtonRows) -> list[Choice]:
    """The buttons that answer, one per id, in reading order: platforms refuse an id twice."""
    return _distinct(Choice(id=button.id, title=button.title) for button in of_type(flat(buttons), Button))


def choices_of(message: OutboundMessage) -> tuple[Choice, ...]:
    """All that can be chosen under ``message``, in the order in which it is numbered when written as text."""
    match message:
        case ListMessage():
            rows = [Choice(id=row.id, title=row.title, description=row.description) for row in message.rows]
            return tuple(_distinct([*rows, *choices_under(message.buttons)]))
        case ProductCards():
            cards = [choice for card in message.cards if (choice := card_choice(card))]
            return tuple(_distinct([*cards, *choices_under(message.buttons)]))
        case TextMessage() | PhotoMessage() | DocumentMessage() | ProductCard():
            return tuple(choices_under(message.buttons))
        case AlbumMessage() | TemplateMessage() | RequestOver():
            return ()


def _distinct(choices: Iterable[Choice]) -> list[Choice]:
    by_id: dict[str, Choice] = {}
    for choice in choices:
        by_id.setdefault(choice.id, choice)
    return list(by_id.values())


def numbered_lines(choices: Sequence[Choice], language: Language, *, first: int = 1) -> RichText:
    """«Ответьте номером или названием:» and the numbered choices, one per line."""
    if not choices:
        return RichText()
    spans: list[str | Span] = [TEXTS.get("choices.reply_with_number", language)]
    for number, choice in enumerate(choices, start=first):
        spans += [f"\n{number}. ", Span(text=choice.title, style=Style.BOLD)]
        if choice.description:
            spans.append(f" — {choice.description}")
    return RichText.of(*spans)


def link_lines(buttons: Iterable[LinkButton]) -> RichText:
    """Links written out, one per line, where they cannot be buttons."""
    return RichText.of("\n".join(f"{button.title}: {button.url}" for button in buttons))


def request_hints(buttons: Iterable[AnyButton], language: Language) -> RichText:
    """A request to type what a contact or location button would have shared."""
    kinds = {type(button) for button in buttons}
    hints = [
        TEXTS.get(key, language)
        for kind, key in ((ContactButton, "contact.type"), (LocationButton, "location.type"))
        if kind in kinds
    ]
    return RichText.of("\n".join(hints))
