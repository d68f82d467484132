"""How a product reads as text: the same words on every messenger."""

from __future__ import annotations

from shared.channels.choices import card_choice, choices_of, flat, of_type
from shared.channels.messages import LinkButton, ProductCard, ProductCards, RichText, Span, Style
from shared.channels.text_layout import clip, joined
from shared.channels.texts import TEXTS
from shared.kernel.money import format_money

__all__ = ["card_price", "card_summary", "card_text", "numbered_cards"]

_DESCRIPTION_LIMIT = 600


def card_price(card: ProductCard, *, strikes: bool = True) -> RichText:
    """The price in bold, and the old one where the product became cheaper: struck out, or in words."""
    price = Span(text=format_money(card.price, card.language), style=Style.BOLD)
    if card.old_price is None or card.old_price.minor <= card.price.minor:
        return RichText.of(price)
    old = format_money(card.old_price, card.language)
    if not strikes:
        return RichText.of(price, f" ({TEXTS.get('price.was', card.language, price=old)})")
    return RichText.of(price, " ", Span(text=old, style=Style.STRIKE))


def card_text(card: ProductCard, *, strikes: bool = True) -> RichText:
    """A whole card: name, price, availability, description."""
    head = joined(
        RichText.of(Span(text=card.name, style=Style.BOLD)),
        card_price(card, strikes=strikes),
        RichText.of(card.availability),
        separator="\n",
    )
    return joined(head, RichText.of(clip(card.description, _DESCRIPTION_LIMIT)))


def card_summary(card: ProductCard) -> str:
    """Price and availability on one plain line, the price first: it must survive shortening."""
    price = format_money(card.price, card.language)
    return " · ".join(filter(None, (price, card.availability)))


def numbered_cards(message: ProductCards, *, strikes: bool = True, first: int = 1) -> RichText:
    """The intro and the products, each with its number in ``choices_of`` (or a dot: nothing to choose).

    ``first`` is the number of the first product, where these go on from others.
    """
    numbers = {choice.id: number for number, choice in enumerate(choices_of(message), start=first)}
    lines = []
    for card in message.cards:
        choice = card_choice(card)
        mark = f"{numbers[choice.id]}. " if choice else "• "
        facts = joined(card_price(card, strikes=strikes), RichText.of(card.availability), separator=" · ")
        link = next(iter(of_type(flat(card.buttons), LinkButton)), None) if choice is None else None
        name = Span(text=card.name, style=Style.BOLD, url=link.url if link else None)
        lines.append(RichText.of(mark, name, "\n", *facts.spans))
    return joined(message.text, *lines)
