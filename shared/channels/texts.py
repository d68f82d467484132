"""The few words that channels add of themselves, e.g. where a button had to become text."""

from __future__ import annotations

from pathlib import Path

from shared.kernel.i18n import Texts

__all__ = ["TEXTS"]

TEXTS = Texts(Path(__file__).parent / "locales", "channels")
