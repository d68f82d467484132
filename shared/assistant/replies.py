"""The assistant's messages: texts from its catalogue, products as cards built from database rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shared.assistant import buttons
from shared.assistant.products import FoundProduct
from shared.channels.messages import (
    Button,
    ListMessage,
    ListRow,
    MediaSource,
    ProductCard,
    ProductCards,
    RichText,
    TextMessage,
)
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language

__all__ = ["TEXTS", "button", "card_of", "cards_of", "category_list", "product_buttons", "say"]

TEXTS = Texts(Path(__file__).parent / "locales", "assistant")

_LIST_DESCRIPTION = 120
_CARD_DESCRIPTION = 700
_LIST_ROWS = 10


def button(key: str, button_id: str, language: Language) -> Button:
    """A button with the text ``button.<key>``."""
    return Button(id=button_id, title=TEXTS.get(f"button.{key}", language))


def say(key: str, language: Language, *below: Button, **values: object) -> TextMessage:
    """The text ``key`` with buttons below, one a row."""
    return TextMessage(text=RichText.of(TEXTS.get(key, language, **values)), buttons=tuple((one,) for one in below))


def _availability(product: FoundProduct, language: Language) -> str:
    if not product.available:
        return TEXTS.get("stock.none", language)
    if product.quantity:
        return TEXTS.get("stock.count", language, n=product.quantity)
    return TEXTS.get("stock.some", language)


def _shortened(text: str, limit: int) -> str:
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(",.;:-") + "…"


def card_of(product: FoundProduct, language: Language, *, in_list: bool = False) -> ProductCard:
    """A product's card; in a list shorter, with a button that opens the whole of it."""
    rows = (
        ((button("details", buttons.card(product.sku), language),),)
        if in_list
        else ((button("manager", buttons.MANAGER, language),),)
    )
    return ProductCard(
        sku=product.sku,
        name=product.name,
        price=product.price,
        old_price=product.old_price,
        description=_shortened(product.description, _LIST_DESCRIPTION if in_list else _CARD_DESCRIPTION),
        availability=_availability(product, language),
        photo=MediaSource(url=product.images[0]) if product.images else None,
        buttons=rows,
        language=language,
    )


def product_buttons(sku: str, language: Language) -> tuple[Button, ...]:
    """What a shopper can do with a product that is spoken of outside of a turn."""
    return (button("details", buttons.card(sku), language),)


def cards_of(text: str, products: Sequence[FoundProduct], language: Language, *, has_more: bool) -> ProductCards:
    """Products under a text, a single one with its whole card; «Показать ещё» where there are more."""
    below = ((button("more", buttons.MORE, language),),) if has_more else ()
    cards = tuple(card_of(product, language, in_list=len(products) > 1) for product in products)
    return ProductCards(text=RichText.of(text), cards=cards, buttons=below)


def category_list(key: str, names: Sequence[str], language: Language) -> ListMessage:
    """The text ``key`` over a choice of categories."""
    rows = tuple(ListRow(id=buttons.category(name), title=name) for name in names[:_LIST_ROWS])
    return ListMessage(
        text=RichText.of(TEXTS.get(key, language)), button=TEXTS.get("button.categories", language), rows=rows
    )
