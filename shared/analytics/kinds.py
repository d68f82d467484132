"""The kinds of events that reports count, and what their properties mean.

An event is a countable fact with non-personal properties. Those of a turn are committed with it
(``TurnResult.analytics``), others by ``service.record``. A shop may send kinds of its own through the API; reports
count those by name and read nothing else of them.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["RESERVED", "EventKind"]


class EventKind(StrEnum):
    """Kinds that a report knows."""

    TURN = "turn"
    """A finished turn. ``messages``: how many the person wrote; ``replies``: how many the bot said; ``ms``: from
    the arrival of the last message to the commit of the answer, absent where the bot kept silent."""
    SEARCH = "search"
    """A search. ``found``: products of the first page; ``query``: the words, shortened; ``offset``: where its page
    begins, only the first page is counted; ``category``, ``colour``, ``price_min``, ``price_max`` (minor units)."""
    CARD_VIEWED = "card_viewed"
    """A product's card was shown. ``sku``, ``category``, ``colour``, ``price_minor``."""
    CART_ADDED = "cart_added"
    """Something was put into the cart. As ``CARD_VIEWED``, and ``quantity``."""
    PREFERENCE = "preference"
    """A person said what they like. ``category``, ``colour``, ``price_min`` or ``price_max``."""
    CHECKOUT_STARTED = "checkout_started"
    """The shopper began to order. ``lines``: products in the cart."""
    ORDER_PLACED = "order_placed"
    """An order. ``order_id``; ``total_minor`` and ``currency``."""
    ORDER_CANCELLED = "order_cancelled"
    """An order was cancelled, by whomever. Same properties."""
    ESCALATED = "escalated"
    """A person was asked for. ``reason``."""
    ESCALATION_ANSWERED = "escalation_answered"
    """A person answered first. ``seconds`` since the escalation."""
    STAFF_REPLIED = "staff_replied"
    """A person of the staff wrote to the shopper, from the panel or their own messenger."""
    ESCALATION_RESOLVED = "escalation_resolved"
    """An escalation ended. ``seconds`` since it began."""
    ALERT_SENT = "alert_sent"
    """A price or restock alert was told."""


RESERVED = frozenset(
    [
        *EventKind,
        "alert_cancelled",
        "alert_made",
        "checkout_changed",
        "command",
        "language_chosen",
        "limited",
        "photo_search",
        "staff_linked",
        "voice",
        "turn_failed",
        "model_answer",
        "model_fallback",
        "not_understood",
        "returned_to_bot",
    ]
)
"""Kinds that Zeta records itself; a shop's own events must be named otherwise."""
