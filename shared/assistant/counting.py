"""Facts about looking and finding, as analytics counts them and preferences are read from them."""

from __future__ import annotations

from shared.analytics.kinds import EventKind
from shared.analytics.service import searched_words
from shared.assistant.products import FoundPage, FoundProduct, ProductQuery
from shared.dialogs.contract import AnalyticsEvent

__all__ = ["searched", "viewed"]


_MET = frozenset(["nothing", "sold_out"])


def searched(query: ProductQuery, page: FoundPage, *, given_up: str) -> AnalyticsEvent:
    """A search and what came of it.

    ``given_up`` tells which wishes nothing met; what was shown in their place counts as not found.
    """
    properties = {
        "query": searched_words(query.text),
        "found": len(page.items) if given_up in _MET else 0,
        "shown": len(page.items),
        "given_up": given_up,
        "category": page.items[0].category if query.category and page.items else None,
        "colour": query.colour,
        "price_min": query.price_min,
        "price_max": query.price_max,
        "offset": query.offset,
    }
    return AnalyticsEvent(
        EventKind.SEARCH, {name: value for name, value in properties.items() if value is not None}
    )


def viewed(product: FoundProduct) -> AnalyticsEvent:
    """A product's whole card was shown."""
    return AnalyticsEvent(
        EventKind.CARD_VIEWED,
        {
            "sku": product.sku,
            "category": product.category,
            "colour": product.colour,
            "price_minor": product.price.minor,
        },
    )
