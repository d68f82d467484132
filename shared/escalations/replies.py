"""What the shopper reads around a hand-over, with the button that ends it."""

from __future__ import annotations

from pathlib import Path

from shared.channels.messages import Button, Reply, RichText, TextMessage
from shared.escalations.schemas import RETURN_TO_BOT, EscalationReason
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language

__all__ = ["TEXTS", "announcement", "is_return_label", "reminder", "welcome_back"]

TEXTS = Texts(Path(__file__).parent / "locales", "escalations")


def _with_return_button(key: str, language: Language) -> Reply:
    button = Button(id=RETURN_TO_BOT, title=TEXTS.get("button.return", language))
    return Reply(messages=(TextMessage(text=RichText.of(TEXTS.get(key, language)), buttons=((button,),)),))


def announcement(reason: EscalationReason, language: Language) -> Reply:
    """Tell what to expect, right after an escalation was opened."""
    return _with_return_button(f"opened.{reason.value}", language)


def reminder(language: Language) -> Reply:
    """Tell once that the words reached the staff, while a fresh hand-over waits."""
    return _with_return_button("waiting", language)


def welcome_back(language: Language) -> Reply:
    """Tell that the bot answers again."""
    return Reply(messages=(TextMessage(text=RichText.of(TEXTS.get("returned", language))),))


def is_return_label(text: str) -> bool:
    """Whether the words are the button's label, typed or sent back as text by a messenger without buttons."""
    wanted = text.strip().casefold()
    return any(label.casefold() == wanted for label in TEXTS.variants("button.return"))
