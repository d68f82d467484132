"""What a customer reads when an alert comes true: the product's card, in a message or an approved template."""

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
    ProductCard,
    ProductCards,
    Reply,
    RichText,
    TemplateMessage,
)
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language
from shared.kernel.money import Money, format_money

__all__ = ["STOP", "TEXTS", "ProductButtons", "notice", "stop_button", "template_of"]

TEXTS = Texts(Path(__file__).parent / "locales", "alerts")

STOP: Final = "alert:stop:"
"""Before the alert's id (hexadecimal) in the id of the button that ends it."""

ProductButtons = Callable[[str, Language], tuple[Button, ...]]
"""The shop's own buttons of a product, by its article number: see it, put it into the cart."""


def stop_button(alert_id: UUID, language: Language) -> Button:
    """The button that ends an alert."""
    return Button(id=f"{STOP}{alert_id.hex}", title=TEXTS.get("button.stop", language))


def notice(telling: Telling, language: Language, product_buttons: ProductButtons) -> Reply:
    """The news over the product's card, with buttons to see it, to buy it, and to hear no more."""
    restock = telling.condition is AlertCondition.RESTOCK
    price = Money(minor=telling.price_minor, currency=telling.currency)
    before = Money(minor=telling.before_minor, currency=telling.currency)
    buttons = [*product_buttons(telling.sku, language)]
    if not restock:
        buttons.append(stop_button(telling.alert_id, language))
    card = ProductCard(
        sku=telling.sku,
        name=_name(telling, language),
        price=price,
        old_price=None if restock or before.minor <= price.minor else before,
        photo=MediaSource(url=telling.images[0]) if telling.images else None,
        buttons=tuple((button,) for button in buttons),
        language=language,
    )
    return Reply(messages=(ProductCards(text=RichText.of(_news(telling, language)), cards=(card,)),))


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
