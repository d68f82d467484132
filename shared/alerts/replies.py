"""What a customer reads when an alert comes true: the product and the news, or an approved template of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import UUID

from shared.alerts.checks import Telling
from shared.alerts.schemas import AlertCondition
from shared.catalog.schemas import LocalizedText
from shared.channels.messages import (
    Button,
    MediaSource,
    PhotoMessage,
    Reply,
    RichText,
    Span,
    Style,
    TemplateMessage,
    TextMessage,
)
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language
from shared.kernel.money import Money, format_money

__all__ = ["STOP", "TEXTS", "ProductButtons", "notice", "stop_button", "template_of"]

TEXTS = Texts(Path(__file__).parent / "locales", "alerts")

STOP: Final = "alert:stop:"
"""Before the alert's id (hexadecimal) in the id of the button that ends it."""

ProductButtons = Callable[[UUID, str, Language], tuple[Button, ...]]
"""The shop's own buttons of a product, by its id and article number: put it into the cart, see it."""


def stop_button(alert_id: UUID, language: Language) -> Button:
    """The button that ends an alert."""
    return Button(id=f"{STOP}{alert_id.hex}", title=TEXTS.get("button.stop", language))


def notice(telling: Telling, language: Language, product_buttons: ProductButtons) -> Reply:
    """The news with the product's picture: one message, with buttons to see it, to buy it, and to hear no more."""
    buttons = [*product_buttons(telling.product_id, telling.sku, language)]
    if telling.condition is not AlertCondition.RESTOCK:
        buttons.append(stop_button(telling.alert_id, language))
    rows = tuple((button,) for button in buttons)
    words = RichText.of(Span(text=_name(telling, language), style=Style.BOLD), "\n", _news(telling, language))
    if not telling.images:
        return Reply(messages=(TextMessage(text=words, buttons=rows),))
    return Reply(messages=(PhotoMessage(photo=MediaSource(url=telling.images[0]), caption=words, buttons=rows),))


def template_of(telling: Telling, name: str, language: Language) -> TemplateMessage:
    """The approved template ``name``. Its parameters: the product's name, its price, and, for a price alert,
    the price before."""
    price = format_money(Money(minor=telling.price_minor, currency=telling.currency), language)
    before = format_money(Money(minor=telling.before_minor, currency=telling.currency), language)
    title = _name(telling, language)
    restock = telling.condition is AlertCondition.RESTOCK
    return TemplateMessage(
        name=name,
        language=language,
        parameters=(title, price) if restock else (title, price, before),
        text=RichText.of(f"{title}\n", _news(telling, language)),
    )


def _name(telling: Telling, language: Language) -> str:
    return LocalizedText.model_validate(telling.name).get(language)


def _news(telling: Telling, language: Language) -> str:
    price = format_money(Money(minor=telling.price_minor, currency=telling.currency), language)
    if telling.condition is AlertCondition.RESTOCK:
        return TEXTS.get("news.restock", language, price=price)
    if telling.before_minor <= telling.price_minor:
        return TEXTS.get("news.price", language, price=price)
    before = format_money(Money(minor=telling.before_minor, currency=telling.currency), language)
    return TEXTS.get("news.drop", language, price=price, before=before)
