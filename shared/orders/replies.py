"""What the shopper reads when something became of an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shared.channels.messages import Reply, RichText, TemplateMessage, TextMessage
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language
from shared.orders.schemas import OrderStatus

__all__ = ["TEXTS", "status_name", "status_template", "status_told"]

TEXTS = Texts(Path(__file__).parent / "locales", "orders")


def status_name(status: OrderStatus, language: Language) -> str:
    """What a status is called, in lower case: «подтверждён»."""
    return TEXTS.get(f"status.{status.value}", language)


def status_template(
    number: int, status: OrderStatus, settings: Mapping[str, Any]
) -> Callable[[Language], TemplateMessage] | None:
    """The approved template of the bot's setting ``order_template``, where it names one.

    Its parameters: the order's number, and its status in words.
    """
    name = settings.get("order_template")
    if not isinstance(name, str) or not name:
        return None

    def template(language: Language) -> TemplateMessage:
        parameters = (str(number), TEXTS.get(f"status.{status.value}", language))
        words = TEXTS.get(f"told.{status.value}", language, number=number)
        return TemplateMessage(name=name, language=language, parameters=parameters, text=RichText.of(words))

    return template


def status_told(number: int, status: OrderStatus, language: Language) -> Reply:
    """Tell that an order came to a status."""
    words = TEXTS.get(f"told.{status.value}", language, number=number)
    return Reply(messages=(TextMessage(text=RichText.of(words)),))
