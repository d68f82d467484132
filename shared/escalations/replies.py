"""What the shopper reads around a hand-over, with the button that ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from shared.channels.messages import (
    Button,
    DocumentMessage,
    MediaContent,
    MediaKind,
    MediaSource,
    PhotoMessage,
    Reply,
    RichText,
    Span,
    Style,
    TextMessage,
)
from shared.escalations.rules import HandoverRules
from shared.escalations.schemas import RETURN_TO_BOT, EscalationReason, EscalationStatus
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language

__all__ = [
    "TEXTS",
    "announcement",
    "farewell",
    "is_return_label",
    "of_staff",
    "reminder",
    "taken_over",
    "welcome_back",
]

TEXTS = Texts(Path(__file__).parent / "locales", "escalations")


def _with_return_button(words: str, language: Language) -> Reply:
    button = Button(id=RETURN_TO_BOT, title=TEXTS.get("button.return", language))
    return Reply(messages=(TextMessage(text=RichText.of(words), buttons=((button,),)),))


def announcement(
    reason: EscalationReason,
    language: Language,
    *,
    rules: HandoverRules | None = None,
    now: datetime | None = None,
) -> Reply:
    """Tell what to expect, right after an escalation was opened: when people are at work, how soon they answer."""
    lines = [TEXTS.get(f"opened.{reason.value}", language)]
    if rules is not None and now is not None:
        lines += _expectation(rules, now, language)
    return _with_return_button("\n\n".join(lines), language)


def taken_over(language: Language) -> Reply:
    """Tell that a person has joined unasked."""
    return _with_return_button(TEXTS.get("opened.by_staff", language), language)


def _expectation(rules: HandoverRules, now: datetime, language: Language) -> list[str]:
    opening = rules.next_opening(now)
    if opening is not None:
        return [TEXTS.get(_day_of(opening, rules.local(now)), language, opens=f"{opening:%H:%M}")]
    if rules.reply_minutes is not None:
        return [TEXTS.count("expect.minutes", rules.reply_minutes, language)]
    return []


def _day_of(opening: datetime, now: datetime) -> str:
    """The key of a text that says on which day people are at work again."""
    days = (opening.date() - now.date()).days
    return ("expect.today", "expect.tomorrow")[days] if days < 2 else f"expect.weekday{opening.isoweekday()}"


def reminder(language: Language) -> Reply:
    """Tell once that the words reached the staff, while a fresh hand-over waits."""
    return _with_return_button(TEXTS.get("waiting", language), language)


def of_staff(name: str, words: str, files: Sequence[MediaContent] = ()) -> Reply:
    """A person's own words and files, under their name where one is known.

    ``files`` are photos and documents that the shopper's own bot received.
    """
    signature = (Span(text=name, style=Style.BOLD), "\n") if name else ()
    signed = RichText.of(*signature, words) if words else RichText.of(*signature[:1])
    if not files:
        return Reply(messages=(TextMessage(text=signed),))
    first, *more = files
    return Reply(messages=(_file(first, signed), *(_file(file, RichText()) for file in more)))


def _file(content: MediaContent, caption: RichText) -> PhotoMessage | DocumentMessage:
    source = MediaSource(file_id=content.file_id, mime_type=content.mime_type, file_name=content.file_name)
    if content.media is MediaKind.PHOTO:
        return PhotoMessage(photo=source, caption=caption)
    return DocumentMessage(document=source, caption=caption)


def welcome_back(language: Language) -> Reply:
    """Tell that the bot answers again."""
    return Reply(messages=(TextMessage(text=RichText.of(TEXTS.get("returned", language))),))


def farewell(language: Language, ended: EscalationStatus, *, answered: bool) -> Reply:
    """Tell that the person has gone and the bot answers again; an apology where nobody had come."""
    if answered:
        key = "closed.answered"
    else:
        key = "closed.unanswered" if ended is EscalationStatus.EXPIRED else "closed.unheard"
    return Reply(messages=(TextMessage(text=RichText.of(TEXTS.get(key, language))),))


def is_return_label(text: str) -> bool:
    """Whether the words are the button's label, typed or sent back as text by a messenger without buttons."""
    wanted = text.strip().casefold()
    return any(label.casefold() == wanted for label in TEXTS.variants("button.return"))
