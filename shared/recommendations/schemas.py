"""What other capabilities know of recommendations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.catalog.schemas import LocalizedText, ProductView

__all__ = ["Reason", "Recommendation", "Wanted"]


class Reason(StrEnum):
    """Why a product is recommended; the texts ``reason.<value>`` say it in a phrase."""

    BOUGHT_TOGETHER = "bought_together"
    """Bought with something that the person has in the cart or looked at; ``about`` is its name."""
    SIMILAR = "similar"
    """Like what is spoken of, or was looked at last; ``about`` is its name."""
    LIKED = "liked"
    """Of a category, colour and price that the person prefers; ``about`` is the category's name."""
    POPULAR = "popular"
    """Bought most of late."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A product that is in stock where the person buys, and why it might please."""

    product: ProductView
    reason: Reason
    about: LocalizedText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """For whom, and next to what."""

    dialog_ids: Collection[int]
    """The person's dialogs: what they did there tells what they like."""
    customer_id: UUID | None = None
    city_id: UUID | None = None
    """Only what is sold in this city, and what is sold in all of them."""
    near: Sequence[UUID] = ()
    """Products that it should go with, the one spoken of first: what is on the screen, or in the cart."""
    limit: int = 5
