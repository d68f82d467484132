"""What a shopper reads of alerts, with the buttons that show and end them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from shared.alerts.replies import STOP, stop_button
from shared.alerts.schemas import Alert, AlertCondition
from shared.assistant import buttons, replies
from shared.assistant.products import FoundProduct
from shared.assistant.texts import AssistantTexts
from shared.catalog.schemas import ProductView
from shared.channels.messages import Button, ListMessage, ListRow, OutboundMessage, RichText, TextMessage
from shared.kernel.languages import Language
from shared.kernel.money import Money, format_money

__all__ = [
    "ALL",
    "ON",
    "PAGE",
    "SHOW",
    "TEXTS",
    "Listed",
    "alert_id_in",
    "all_button",
    "already",
    "choice",
    "facts_of",
    "free",
    "full",
    "listed",
    "made",
    "shown",
    "watch_button",
    "which",
]

TEXTS = AssistantTexts(Path(__file__).parent / "locales", "alerts")

ALL: Final = "alert:all"
ON: Final = "alert:on:"
SHOW: Final = "alert:show:"
PAGE: Final = "alert:page:"

Listed = tuple[Alert, ProductView]
_ROWS = 9


def watch_button(product: FoundProduct, language: Language) -> Button | None:
    """The bell on a product's card: for a lower price, or for the return of what is sold out; none where it is
    there and costs nothing."""
    if product.available and product.price.minor == 0:
        return None
    title = TEXTS.get("button.watch" if product.available else "button.restock", language)
    return Button(id=ON + product.id.hex, title=title)


def made(alert: Alert, product: ProductView, language: Language) -> TextMessage:
    """An alert was made: what will be told, and until when."""
    return TEXTS.say(
        f"made.{alert.condition.value}",
        language,
        stop_button(alert.id, language),
        all_button(language),
        name=product.name.get(language),
        price=_price_of(alert, language),
        date=_day(alert.expires_at, language),
    )


def shown(alert: Alert, product: ProductView, language: Language) -> TextMessage:
    """One alert, with the ways to end it and to see its product."""
    return TEXTS.say(
        "one",
        language,
        stop_button(alert.id, language),
        _see_button(product, language),
        name=product.name.get(language),
        waits=_waits(alert, language),
        price=format_money(product.price, language),
        date=_day(alert.expires_at, language),
    )


def listed(found: Sequence[Listed], language: Language, *, first: int = 0) -> OutboundMessage:
    """The alerts from the ``first`` on, each to be looked at."""
    if not found:
        return TEXTS.say("list.empty", language)
    return _list("list", found, language, first=first, start=SHOW)


def choice(found: Sequence[Listed], language: Language) -> OutboundMessage:
    """Which of several to end."""
    return _list("cancel.which", found, language, first=0, start=STOP)


def full(limit: int, language: Language) -> TextMessage:
    """The customer has as many alerts as may be."""
    return TEXTS.say("full", language, all_button(language), n=limit)


def already(condition: AlertCondition, product: ProductView, language: Language) -> TextMessage:
    """What would be waited for is so already."""
    return TEXTS.say(
        "already.below" if condition is AlertCondition.BELOW else "already.restock",
        language,
        _see_button(product, language),
        name=product.name.get(language),
        price=format_money(product.price, language),
    )


def free(product: ProductView, language: Language) -> TextMessage:
    """No price is lower than nothing."""
    return TEXTS.say("free", language, _see_button(product, language), name=product.name.get(language))


def facts_of(alert: Alert, product: ProductView) -> dict[str, object]:
    """An alert as the model reads it."""
    waits = {
        AlertCondition.DROP: "a price below",
        AlertCondition.BELOW: "this price or lower",
        AlertCondition.RESTOCK: "being back in stock",
    }
    row: dict[str, object] = {
        "sku": product.sku,
        "name": product.name.get(Language.EN)[:200],
        "waits_for": waits[alert.condition],
        "price_now": format_money(product.price, Language.EN),
        "until": alert.expires_at.date().isoformat(),
    }
    if alert.condition is not AlertCondition.RESTOCK:
        row["price"] = _price_of(alert, Language.EN)
    return row


def which(products: Sequence[FoundProduct], language: Language) -> OutboundMessage:
    """Which product to watch; choosing one watches it."""
    if not products:
        return TEXTS.say("which.none", language)
    rows = [
        ListRow(id=ON + product.id.hex, title=product.name, description=format_money(product.price, language))
        for product in products[:_ROWS]
    ]
    return ListMessage(
        text=RichText.of(TEXTS.get("which", language)), button=TEXTS.get("button.open", language), rows=tuple(rows)
    )


def _list(key: str, found: Sequence[Listed], language: Language, *, first: int, start: str) -> ListMessage:
    page = found[first : first + _ROWS]
    rows = [
        ListRow(
            id=f"{start}{alert.id.hex}",
            title=product.name.get(language),
            description=_waits(alert, language),
        )
        for alert, product in page
    ]
    below: tuple[tuple[Button, ...], ...] = ()
    if first + _ROWS < len(found):
        below = ((Button(id=f"{PAGE}{first + _ROWS}", title=TEXTS.get("button.all", language)),),)
    return ListMessage(
        text=RichText.of(TEXTS.get(key, language)),
        button=TEXTS.get("button.open", language),
        rows=tuple(rows),
        buttons=below,
    )


def _see_button(product: ProductView, language: Language) -> Button:
    return replies.button("details", buttons.card(product.sku), language)


def all_button(language: Language) -> Button:
    """«Мои уведомления»."""
    return Button(id=ALL, title=TEXTS.get("button.list", language))


def _price_of(alert: Alert, language: Language) -> str:
    """The price that it waits to be met or beaten."""
    minor = alert.limit_minor if alert.condition is AlertCondition.BELOW else alert.mark_minor
    return format_money(Money(minor=minor or 0, currency=alert.currency), language)


def _waits(alert: Alert, language: Language) -> str:
    return TEXTS.get(f"waits.{alert.condition.value}", language, price=_price_of(alert, language))


def _day(moment: datetime, language: Language) -> str:
    return f"{moment:%d %B %Y}".lstrip("0") if language is Language.EN else f"{moment:%d.%m.%Y}"


def alert_id_in(button_id: str, start: str) -> UUID | None:
    """The id behind a button's beginning; ``None`` for a forged one."""
    try:
        return UUID(hex=button_id.removeprefix(start))
    except ValueError:
        return None
