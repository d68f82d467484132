"""Ids of the assistant's buttons: at most 64 bytes of printable ASCII, whatever stands in an article number."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

from shared.escalations.schemas import RETURN_TO_BOT

__all__ = [
    "CATEGORIES",
    "LONGEST",
    "MANAGER",
    "MORE",
    "RETURN_TO_BOT",
    "card",
    "category",
    "find_category",
    "find_sku",
]

LONGEST: Final = 64
"""Characters of an id at most."""
MORE: Final = "more"
MANAGER: Final = "manager"
CATEGORIES: Final = "categories"
_CARD: Final = "card:"
_CARD_HASH: Final = "card#"
_CATEGORY: Final = "category:"
_PLAIN_SKU = re.compile(r"[\x21-\x7e]{1,59}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def card(sku: str) -> str:
    """Id of «show this product». An article number that does not fit is hashed and matched among those shown."""
    return _CARD + sku if _PLAIN_SKU.fullmatch(sku) else _CARD_HASH + _digest(sku)


def find_sku(button_id: str, shown: Iterable[str]) -> str | None:
    """The article number that a card button means, or ``None`` for another button or one no longer known."""
    if button_id.startswith(_CARD):
        return button_id.removeprefix(_CARD)
    if button_id.startswith(_CARD_HASH):
        wanted = button_id.removeprefix(_CARD_HASH)
        return next((sku for sku in shown if _digest(sku) == wanted), None)
    return None


def category(name: str) -> str:
    """Id of «show this category»; names are in any alphabet, so a digest stands for them."""
    return _CATEGORY + _digest(name)


def find_category(button_id: str, names: Iterable[str]) -> str | None:
    """The category that a button means among the present ones, or ``None``."""
    if not button_id.startswith(_CATEGORY):
        return None
    wanted = button_id.removeprefix(_CATEGORY)
    return next((name for name in names if _digest(name) == wanted), None)
