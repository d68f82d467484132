"""«Похожие»: products of the same category at about the same price."""

from __future__ import annotations

from shared.assistant import buttons, replies
from shared.assistant.products import FoundProduct, ProductQuery
from shared.channels.messages import Button
from shared.kernel.languages import Language

__all__ = ["SIMILAR", "query_of_similar", "similar_button"]

SIMILAR = "similar:"
_CHEAPER, _DEARER = 0.7, 1.3
"""How far from the product's price is still about the same."""


def similar_button(product: FoundProduct, language: Language) -> Button | None:
    """The button on a card; an article number that fits no button has none."""
    card = buttons.card(product.sku)
    plain = card.startswith("card:") and len(SIMILAR) + len(product.sku) <= buttons.LONGEST
    return replies.button("similar", SIMILAR + product.sku, language) if plain and product.category else None


def query_of_similar(product: FoundProduct, query: ProductQuery, *, priced: bool) -> ProductQuery:
    """The search for what is like a product; ``query`` gives city, language and length."""
    return ProductQuery(
        category=product.category,
        price_min=round(product.price.minor * _CHEAPER) if priced else None,
        price_max=round(product.price.minor * _DEARER) if priced else None,
        city_id=query.city_id,
        language=query.language,
        limit=query.limit + 1,
    )
