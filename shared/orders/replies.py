"""What the shopper reads when something became of an order."""

from __future__ import annotations

from pathlib import Path

from shared.channels.messages import Reply, RichText, TextMessage
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language
from shared.orders.schemas import OrderStatus

__all__ = ["TEXTS", "status_name", "status_told"]

TEXTS = Texts(Path(__file__).parent / "locales", "orders")


def status_name(status: OrderStatus, language: Language) -> str:
    """What a status is called, in lower case: «подтверждён»."""
    return TEXTS.get(f"status.{status.value}", language)


def status_told(number: int, status: OrderStatus, language: Language) -> Reply:
    """Tell that an order came to a status."""
    words = TEXTS.get(f"told.{status.value}", language, number=number)
    return Reply(messages=(TextMessage(text=RichText.of(words)),))
