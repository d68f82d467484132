"""What a customer reads when an alert comes true (the product and the news, or an approved template of them), and
when its time ran out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shared.alerts.checks import Ending, Telling
from shared.alerts.schemas import AlertCondition
from shared.catalog.schemas import LocalizedText
from shared.channels.messages import (
    Button,
    ListMessage,
    ListRow,
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

__all__ = ["RENEW", "STOP", "TEXTS", "ProductButtons", "ended", "notice", "stop_button", "template_of"]

TEXTS = Texts(Path(__file__).parent / "locales", "alerts")

STOP: Final = "alert:stop:"
"""Before the alert's id (hexadecimal) in the id of the button that ends it."""

RENEW: Final = "alert:renew:"
"""The same for the button that lets an alert go on whose time ran out."""
_ROWS = 10

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
    words = RichText.of(
        Span(text=_in_words(telling.name, language), style=Style.BOLD), "\n", _news(telling, language)
    )
    if not telling.images:
        return Reply(messages=(TextMessage(text=words, buttons=rows),))
    return Reply(messages=(PhotoMessage(photo=MediaSource(url=telling.images[0]), caption=words, buttons=rows),))


def ended(endings: Sequence[Ending], language: Language) -> Reply:
    """The time of these alerts ran out: a message for every ten of them, with the way to let each go on."""
    return Reply(
        messages=tuple(
            _ended(ten, language) for ten in (endings[n : n + _ROWS] for n in range(0, len(endings), _ROWS))
        )
    )


def _ended(endings: Sequence[Ending], language: Language) -> TextMessage | ListMessage:
    if len(endings) == 1:
        [ending] = endings
        words = TEXTS.get("ended", language, name=_in_words(ending.name, language))
        button = Button(id=f"{RENEW}{ending.alert_id.hex}", title=TEXTS.get("button.renew", language))
        return TextMessage(text=RichText.of(words), buttons=((button,),))
    rows = [
        ListRow(id=f"{RENEW}{ending.alert_id.hex}", title=_in_words(ending.name, language)) for ending in endings
    ]
    return ListMessage(
        text=RichText.of(TEXTS.get("ended.several", language)),
        button=TEXTS.get("button.renew", language),
        rows=tuple(rows),
    )


def template_of(telling: Telling, name: str, language: Language) -> TemplateMessage:
    """The approved template ``name``. Its parameters: the product's name, its price, and, for a price alert,
    the price before."""
    price = format_money(Money(minor=telling.price_minor, currency=telling.currency), language)
    before = format_money(Money(minor=telling.before_minor, currency=telling.currency), language)
    title = _in_words(telling.name, language)
    restock = telling.condition is AlertCondition.RESTOCK
    return TemplateMessage(
        name=name,
        language=language,
        parameters=(title, price) if restock else (title, price, before),
        text=RichText.of(f"{title}\n", _news(telling, language)),
    )


def _in_words(name: Mapping[str, Any], language: Language) -> str:
    return LocalizedText.model_validate(name).get(language)


def _news(telling: Telling, language: Language) -> str:
    price = format_money(Money(minor=telling.price_minor, currency=telling.currency), language)
    if telling.condition is AlertCondition.RESTOCK:
        return TEXTS.get("news.restock", language, price=price)
    if telling.before_minor <= telling.price_minor:
        return TEXTS.get("news.price", language, price=price)
    before = format_money(Money(minor=telling.before_minor, currency=telling.currency), language)
    return TEXTS.get("news.drop", language, price=price, before=before)
