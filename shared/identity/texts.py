"""The words of identity: its mails, and its errors at the API's edge."""

from __future__ import annotations

from pathlib import Path

from shared.kernel.i18n import Texts

__all__ = ["TEXTS"]

TEXTS = Texts(Path(__file__).parent / "locales", "identity")
