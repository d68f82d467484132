"""Products as Viber's carousel: cards of six columns by seven rows beside each other (Viber REST Bot API).

From above: the picture, a text, up to two buttons. Parts that a product lacks give their rows to the text, since
all cards of a carousel are equally tall.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.channels.choices import Choice, card_choice, flat
from shared.channels.messages import Button, LinkButton, ProductCard
from shared.channels.product_text import card_price
from shared.channels.settings import ChannelSettings
from shared.channels.viber.keyboards import answer_button, button_text, is_page, open_button

__all__ = ["carousel"]

_COLUMNS = 6
_ROWS = 7
_PICTURE_ROWS = 3
_MOST_BUTTONS = 2


def carousel(cards: Sequence[ProductCard], settings: ChannelSettings) -> dict[str, Any]:
    """The ``rich_media`` object that shows ``cards``."""
    return {
        "Type": "rich_media",
        "ButtonsGroupColumns": _COLUMNS,
        "ButtonsGroupRows": _ROWS,
        "BgColor": "#FFFFFF",
        "Buttons": [part for card in cards for part in _card(card, settings)],
    }


def _card(card: ProductCard, settings: ChannelSettings) -> list[dict[str, Any]]:
    pressable = [
        button
        for button in flat(card.buttons)
        if isinstance(button, Button) or (isinstance(button, LinkButton) and is_page(button.url))
    ][:_MOST_BUTTONS]
    picture = card.photo.url if card.photo and card.photo.url and is_page(card.photo.url) else None
    text_rows = _ROWS - len(pressable) - (_PICTURE_ROWS if picture else 0)
    choice = card_choice(card)
    parts = []
    if picture:
        parts.append({**_surface(choice, "", _PICTURE_ROWS, settings), "Image": picture})
    words = _surface(choice, _words(card, settings.viber_button_text_limit), text_rows, settings)
    parts.append({**words, "TextHAlign": "left", "TextVAlign": "top"})
    return [*parts, *(_pressable(button, settings) for button in pressable)]


def _words(card: ProductCard, limit: int) -> str:
    """Price first within the limit: a name can be shortened, a price cannot."""
    price = f"<b>{button_text(card_price(card, strikes=False).plain, limit)}</b>"
    availability = button_text(card.availability, limit)
    tail = f"<br>{price}<br>{availability}" if availability else f"<br>{price}"
    if len(tail) > limit // 2:
        tail = f"<br>{price}"
    return f"{button_text(card.name, max(limit - len(tail), 10))}{tail}"


def _surface(choice: Choice | None, text: str, rows: int, settings: ChannelSettings) -> dict[str, Any]:
    """The picture or the text: tapping it means choosing the product, where there is something to choose."""
    if choice is not None:
        return answer_button(choice, text=text, columns=_COLUMNS, rows=rows, settings=settings)
    return {
        "Columns": _COLUMNS,
        "Rows": rows,
        "Text": text,
        "TextSize": "regular",
        "Silent": True,
        "ActionType": "none",
        "ActionBody": "none",
    }


def _pressable(button: Button | LinkButton, settings: ChannelSettings) -> dict[str, Any]:
    if isinstance(button, LinkButton):
        return open_button(button, columns=_COLUMNS, rows=1, settings=settings)
    text = button_text(button.title, settings.viber_button_text_limit)
    choice = Choice(id=button.id, title=button.title)
    return answer_button(choice, text=text, columns=_COLUMNS, rows=1, settings=settings)
