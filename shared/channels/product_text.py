"""How a product reads as text: the same words on every messenger."""

from __future__ import annotations

from shared.channels.messages import ProductCard, ProductCards, RichText, Span, Style
from shared.channels.text_layout import clip, joined
from shared.kernel.money import format_money

__all__ = ["card_price", "card_summary", "card_text", "numbered_cards"]

_DESCRIPTION_LIMIT = 600


def card_price(card: ProductCard) -> RichText:
    """The price in bold, and the old one struck out where the product became cheaper."""
    price = Span(text=format_money(card.price, card.language), style=Style.BOLD)
    if card.old_price is None or card.old_price.minor <= card.price.minor:
        return RichText.of(price)
    return RichText.of(price, " ", Span(text=format_money(card.old_price, card.language), style=Style.STRIKE))


def card_text(card: ProductCard) -> RichText:
    """A whole card: name, price, availability, description."""
    head = joined(
        RichText.of(Span(text=card.name, style=Style.BOLD)),
        card_price(card),
        RichText.of(card.availability),
        separator="\n",
    )
    return joined(head, RichText.of(clip(card.description, _DESCRIPTION_LIMIT)))


def card_summary(card: ProductCard) -> str:
    """Price and availability on one plain line, the price first: it must survive shortening."""
    price = format_money(card.price, card.language)
    return " · ".join(filter(None, (price, card.availability)))


def numbered_cards(message: ProductCards) -> RichText:
    """The intro and the products as numbered lines."""
    lines = []
    for number, card in enumerate(message.cards, start=1):
        name = Span(text=card.name, style=Style.BOLD)
        facts = joined(card_price(card), RichText.of(card.availability), separator=" · ")
        lines.append(RichText.of(f"{number}. ", name, "\n", *facts.spans))
    return joined(message.text, joined(*lines, separator="\n\n"))
