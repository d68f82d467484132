"""Products as cards, built from database rows; each skill may put a button of its own on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.assistant import buttons, replies
from shared.assistant.products import FoundProduct
from shared.channels.messages import Button, MediaSource, ProductCard, ProductCards, RichText
from shared.kernel.languages import Language

__all__ = ["CardButton", "Cards"]

CardButton = Callable[[FoundProduct, Language], Button | None]
"""A button for a product's whole card, or ``None`` where it makes no sense (nothing to buy of what is sold out)."""

_LIST_DESCRIPTION = 120
_CARD_DESCRIPTION = 700
_FEATURES = 200
_TOLD_BY_THE_NAME = frozenset(["colour", "color"])


class Cards:
    """Makes the cards of a product and of a list of products.

    Args:
        card_buttons: the skills' buttons of a whole card, the most useful first.
    """

    def __init__(self, card_buttons: Sequence[CardButton] = ()) -> None:
        self._card_buttons = tuple(card_buttons)

    def one(self, product: FoundProduct, language: Language) -> ProductCard:
        """A product's whole card."""
        below = [*self.buttons(product, language), replies.button("manager", buttons.MANAGER, language)]
        card = _card(product, language, tuple((one,) for one in below), _CARD_DESCRIPTION)
        told = "\n".join(filter(None, (card.description, self.features(product))))
        return card.model_copy(update={"description": told})

    def buttons(self, product: FoundProduct, language: Language) -> tuple[Button, ...]:
        """What the skills offer to do with a product."""
        return tuple(filter(None, (make(product, language) for make in self._card_buttons)))

    @staticmethod
    def features(product: FoundProduct) -> str:
        """Material, size and the like, as the shop wrote them; what the name says already is left out."""
        name = product.name.casefold()
        known = (value for key, value in product.attributes.items() if key not in _TOLD_BY_THE_NAME)
        values = dict.fromkeys(" ".join(value.split()) for value in known)
        told = [value for value in values if value and value.casefold() not in name]
        return _shortened(" · ".join(told), _FEATURES)

    def several(
        self, text: str, products: Sequence[FoundProduct], language: Language, *, has_more: bool
    ) -> ProductCards:
        """Products under a text, a single one with its whole card; «Показать ещё» where there are more."""
        below = ((replies.button("more", buttons.MORE, language),),) if has_more else ()
        if len(products) == 1:
            cards: tuple[ProductCard, ...] = (self.one(products[0], language),)
        else:
            cards = tuple(_card_in_list(product, language) for product in products)
        return ProductCards(text=RichText.of(text), cards=cards, buttons=below)


def _card_in_list(product: FoundProduct, language: Language) -> ProductCard:
    details = replies.button("details", buttons.card(product.sku), language)
    return _card(product, language, ((details,),), _LIST_DESCRIPTION)


def _card(
    product: FoundProduct, language: Language, rows: tuple[tuple[Button, ...], ...], longest: int
) -> ProductCard:
    return ProductCard(
        sku=product.sku,
        name=product.name,
        price=product.price,
        old_price=product.old_price,
        description=_shortened(product.description, longest),
        availability=_availability(product, language),
        photo=MediaSource(url=product.images[0]) if product.images else None,
        buttons=rows,
        language=language,
    )


def _availability(product: FoundProduct, language: Language) -> str:
    if not product.orderable:
        return replies.TEXTS.get("stock.none", language)
    if product.quantity:
        return replies.TEXTS.get("stock.count", language, n=product.quantity)
    return replies.TEXTS.get("stock.some", language)


def _shortened(text: str, limit: int) -> str:
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(",.;:-") + "…"
