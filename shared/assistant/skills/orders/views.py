"""What a shopper reads of orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.assistant import buttons, replies
from shared.assistant.asked import Asked
from shared.assistant.skills.checkout.actions import ORDER_BUTTON
from shared.assistant.skills.talk.phrases import Question
from shared.assistant.texts import AssistantTexts, message
from shared.bots.schemas import BotSnapshot
from shared.channels.messages import Button, ListMessage, ListRow, RichText, TextMessage
from shared.kernel.languages import Language
from shared.kernel.money import format_money
from shared.orders.replies import status_name
from shared.orders.schemas import DeliveryMethod, Order
from shared.orders.statuses import SHOPPER_MAY_CANCEL

__all__ = [
    "CANCEL",
    "CANCEL_SURELY",
    "TEXTS",
    "ask_cancel",
    "asked_to_cancel",
    "cancelled",
    "no_orders",
    "order_card",
    "order_list",
    "too_late",
]

TEXTS = AssistantTexts(Path(__file__).parent / "locales", "orders")

CANCEL, CANCEL_SURELY = "cancelorder:", "cancelsurely:"
"""Before an order's number: ask whether to cancel it, and do."""


def no_orders(language: Language) -> TextMessage:
    """Nothing was ordered yet, as far as this messenger knows."""
    catalogue = replies.button("categories", buttons.CATEGORIES, language)
    return message(TEXTS.get("none", language), catalogue, _manager(language))


def no_such_order(number: int, language: Language) -> TextMessage:
    """The shopper has no order of that number."""
    return message(TEXTS.get("missing", language, number=number), _manager(language))


def order_list(orders: Sequence[Order], bot: BotSnapshot, language: Language) -> ListMessage:
    """Orders to choose from, newest first."""
    rows = tuple(
        ListRow(
            id=f"{ORDER_BUTTON}{order.number}",
            title=TEXTS.get("row", language, number=order.number, status=status_name(order.status, language)),
            description=TEXTS.get(
                "row.details",
                language,
                date=_date(order.created_at, bot),
                total=format_money(order.total, language),
            ),
        )
        for order in orders
    )
    return ListMessage(
        text=RichText.of(TEXTS.get("list", language)), button=TEXTS.get("button.choose", language), rows=rows
    )


def order_words(order: Order, bot: BotSnapshot, language: Language) -> str:
    """An order in words: where it is, what is in it, for how much, and how it comes."""
    lines = [
        TEXTS.get(
            "card",
            language,
            number=order.number,
            date=_date(order.created_at, bot),
            status=status_name(order.status, language),
        )
    ]
    lines += [
        TEXTS.get(
            "card.line",
            language,
            name=line.name.get(language),
            quantity=line.quantity,
            price=format_money(line.price, language),
        )
        for line in order.lines
    ]
    lines.append(TEXTS.get("card.total", language, total=format_money(order.total, language)))
    return "\n".join(lines)


def order_card(order: Order, bot: BotSnapshot, language: Language) -> TextMessage:
    """An order whole, with what can still be done about it."""
    if order.method is DeliveryMethod.DELIVERY and order.address:
        how = TEXTS.get("card.delivery", language, address=order.address)
    else:
        how = TEXTS.get(f"card.{order.method.value}", language)
    words = "\n".join((order_words(order, bot, language), how))
    cancel = TEXTS.button("cancel", f"{CANCEL}{order.number}", language)
    return message(words, *((cancel,) if order.status in SHOPPER_MAY_CANCEL else ()), _manager(language))


def ask_cancel(order: Order, language: Language) -> TextMessage:
    """Whether to cancel it, really."""
    words = TEXTS.get("cancel.ask", language, number=order.number, total=format_money(order.total, language))
    surely = TEXTS.button("cancel.yes", f"{CANCEL_SURELY}{order.number}", language)
    return message(words, surely, TEXTS.button("cancel.no", f"{ORDER_BUTTON}{order.number}", language))


def asked_to_cancel(order: Order) -> Asked:
    """The buttons of that question."""
    return Asked(f"{CANCEL_SURELY}{order.number}", f"{ORDER_BUTTON}{order.number}", Question.CANCEL_ORDER)


def cancelled(order: Order, language: Language) -> TextMessage:
    """It is cancelled."""
    return message(
        TEXTS.get("cancelled", language, number=order.number),
        replies.button("categories", buttons.CATEGORIES, language),
    )


def too_late(order: Order, language: Language) -> TextMessage:
    """It is too far on its way to be cancelled without a person."""
    words = TEXTS.get("cancel.late", language, number=order.number, status=status_name(order.status, language))
    return message(words, _manager(language))


def _manager(language: Language) -> Button:
    return replies.button("manager", buttons.MANAGER, language)


def _date(moment: datetime, bot: BotSnapshot) -> str:
    """The day where the shop is."""
    zone: tzinfo | None
    try:
        zone = ZoneInfo(bot.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    return moment.astimezone(zone).strftime("%d.%m.%Y") if zone else moment.strftime("%d.%m.%Y")
