"""Button labels that come back as words."""

from __future__ import annotations

from shared.assistant import buttons, replies
from shared.dialogs.contract import Turn
from shared.escalations.replies import is_return_label

__all__ = ["button_words"]


def button_words(turn: Turn) -> str | None:
    """The button whose label came as text: some messengers send labels, and people type them."""
    words = turn.text.strip().casefold()
    if is_return_label(words):
        return buttons.RETURN_TO_BOT
    labels = {"more": buttons.MORE, "manager": buttons.MANAGER, "categories": buttons.CATEGORIES}
    for key, button_id in labels.items():
        if any(words == label.casefold() for label in replies.TEXTS.variants(f"button.{key}")):
            return button_id
    return None
