"""The assistant's texts from its catalogue, and the messages that several skills make of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shared.assistant import buttons
from shared.assistant.texts import AssistantTexts
from shared.channels.messages import ListMessage, ListRow, RichText, TextMessage
from shared.kernel.languages import Language

__all__ = ["TEXTS", "button", "category_list", "found", "offer_of_manager", "say"]

TEXTS = AssistantTexts(Path(__file__).parent / "locales", "assistant")
say, button = TEXTS.say, TEXTS.button

_LIST_ROWS = 10


def category_list(key: str, names: Sequence[str], language: Language) -> ListMessage:
    """The text ``key`` over a choice of categories."""
    rows = tuple(ListRow(id=buttons.category(name), title=name) for name in names[:_LIST_ROWS])
    return ListMessage(
        text=RichText.of(TEXTS.get(key, language)), button=TEXTS.get("button.categories", language), rows=rows
    )


def found(number: int, language: Language) -> str:
    """The words over the cards of all that was found."""
    return TEXTS.get("found.one", language) if number == 1 else TEXTS.count("found", number, language)


def offer_of_manager(language: Language) -> TextMessage:
    """The question whether to call a person, with the button that does."""
    return say("offer_of_manager", language, button("manager", buttons.MANAGER, language))
