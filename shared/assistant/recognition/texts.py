"""The words around what was recognised."""

from __future__ import annotations

from pathlib import Path

from shared.channels.messages import RichText, TextMessage
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language

__all__ = ["TEXTS", "say"]

TEXTS = Texts(Path(__file__).parent / "locales", "recognition")


def say(key: str, language: Language, **values: object) -> TextMessage:
    """The text ``key``."""
    return TextMessage(text=RichText.of(TEXTS.get(key, language, **values)))
