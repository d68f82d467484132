"""The ways of an order.

    new ──▶ confirmed ──▶ paid ──▶ shipped ──▶ done
     └────────┴────────────┴─────────┴──▶ cancelled

A step may be left out: cash on delivery is shipped unpaid, a pick-up is done without being shipped. The goods leave
the warehouse when an order is shipped or done; a cancelled order gives back what it held or took.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.orders.schemas import OrderStatus

__all__ = ["ENDED", "GOODS_LEAVE", "SHOPPER", "SHOPPER_MAY_CANCEL", "WAYS"]

SHOPPER = "shopper"
"""Who changed an order, where it was the shopper; else it is a user's id."""

_NEW, _CONFIRMED, _PAID = OrderStatus.NEW, OrderStatus.CONFIRMED, OrderStatus.PAID
_SHIPPED, _DONE, _CANCELLED = OrderStatus.SHIPPED, OrderStatus.DONE, OrderStatus.CANCELLED

WAYS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    _NEW: frozenset({_CONFIRMED, _PAID, _CANCELLED}),
    _CONFIRMED: frozenset({_PAID, _SHIPPED, _DONE, _CANCELLED}),
    _PAID: frozenset({_SHIPPED, _DONE, _CANCELLED}),
    _SHIPPED: frozenset({_DONE, _CANCELLED}),
    _DONE: frozenset(),
    _CANCELLED: frozenset(),
}
"""Where an order may come to from each status."""
ENDED = frozenset(status for status, onward in WAYS.items() if not onward)
GOODS_LEAVE = frozenset({_SHIPPED, _DONE})
SHOPPER_MAY_CANCEL = frozenset({_NEW, _CONFIRMED})
"""Once paid, a person of the shop has to see to the money."""
