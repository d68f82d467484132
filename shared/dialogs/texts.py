"""The words of dialogs themselves: greeting, help, language, limits, apology."""

from __future__ import annotations

from pathlib import Path

from shared.kernel.i18n import Texts

__all__ = ["TEXTS"]

TEXTS = Texts(Path(__file__).parent / "locales", "dialogs")
