"""The words of imports and exports, beside the capability's other texts."""

from __future__ import annotations

from pathlib import Path

from shared.kernel.i18n import Texts

__all__ = ["TEXTS"]

TEXTS = Texts(Path(__file__).parents[1] / "locales", "catalog")
