"""What a person likes, read from what they did and said. Pure: signs in, preferences out.

Nothing is kept of it: preferences are worked out anew from the events of the person's dialogs, so that they can
never say more than the events do, and are gone with them. A sign counts half as much after ``HALF_LIFE``; what was
put into the cart counts more than what was looked at, and what was said counts most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.analytics.kinds import EventKind
from shared.analytics.service import Interest

__all__ = ["HALF_LIFE", "Preferences", "preferences_of"]

HALF_LIFE = timedelta(days=30)

_WEIGHTS: Mapping[EventKind, float] = {
    EventKind.SEARCH: 1.0,
    EventKind.CARD_VIEWED: 2.0,
    EventKind.CART_ADDED: 5.0,
    EventKind.PREFERENCE: 20.0,
}
_LEAST_SHARE = 0.2
"""A category or colour with less of all signs than this is no preference."""
_MOST = 3
_LEAST_PRICES = 3
"""Prices looked at before a range is told."""
_RECENT = 10


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person seems to like, strongest first; empty where too little is known."""

    categories: tuple[str, ...] = ()
    """Codes of categories, as the catalogue has them."""
    colours: tuple[str, ...] = ()
    """Codes of colours."""
    price_min: int | None = None
    price_max: int | None = None
    """The range that they look in, minor units: stated, or the middle half of what was looked at."""
    stated: bool = False
    """Whether the range was said in so many words."""
    viewed: tuple[str, ...] = ()
    """Article numbers looked at lately, latest first."""

    @property
    def known(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.categories or self.colours or self.price_min is not None or self.price_max is not None)


def preferences_of(signs: Sequence[Interest], *, now: datetime) -> Preferences:
    """Work the preferences out of ``signs`` (newest first, as they are kept)."""
    weighed = [(sign.kind, sign.properties, _weight(sign, now)) for sign in signs if sign.kind in _WEIGHTS]
    low, high, stated = _stated_range(weighed)
    if not stated:
        low, high = _range_looked_in(weighed)
    return Preferences(
        categories=_strongest((_word(properties, "category"), weight) for _, properties, weight in weighed),
        colours=_strongest((_word(properties, "colour"), weight) for _, properties, weight in weighed),
        price_min=low,
        price_max=high,
        stated=stated,
        viewed=_viewed(signs),
    )


def _weight(sign: Interest, now: datetime) -> float:
    age = max(timedelta(0), now - sign.at)
    return float(_WEIGHTS[sign.kind] * 0.5 ** (age / HALF_LIFE))


def _word(properties: Mapping[str, Any], name: str) -> str | None:
    value = properties.get(name)
    return value if isinstance(value, str) and value else None


def _strongest(signs: Iterable[tuple[str | None, float]]) -> tuple[str, ...]:
    sums: dict[str, float] = defaultdict(float)
    for value, weight in signs:
        if value is not None:
            sums[value] += weight
    least = _LEAST_SHARE * sum(sums.values())
    strong = sorted((-weight, value) for value, weight in sums.items() if weight >= least)
    return tuple(value for _, value in strong[:_MOST])


_Weighed = Sequence[tuple[EventKind, Mapping[str, Any], float]]


def _stated_range(weighed: _Weighed) -> tuple[int | None, int | None, bool]:
    """The range said last in so many words."""
    for kind, properties, _ in weighed:
        if kind is EventKind.PREFERENCE:
            low, high = _price(properties, "price_min"), _price(properties, "price_max")
            if low is not None or high is not None:
                return low, high, True
    return None, None, False


def _range_looked_in(weighed: _Weighed) -> tuple[int | None, int | None]:
    """From the first to the third quarter of the prices looked at, each by its weight."""
    prices = sorted(
        (price, weight)
        for kind, properties, weight in weighed
        if kind in (EventKind.CARD_VIEWED, EventKind.CART_ADDED)
        and (price := _price(properties, "price_minor")) is not None
    )
    if len(prices) < _LEAST_PRICES:
        return None, None
    return _quantile(prices, 0.25), _quantile(prices, 0.75)


def _quantile(prices: Sequence[tuple[int, float]], share: float) -> int:
    wanted, passed = share * sum(weight for _, weight in prices), 0.0
    for price, weight in prices:
        passed += weight
        if passed >= wanted:
            return price
    return prices[-1][0]


def _price(properties: Mapping[str, Any], name: str) -> int | None:
    value = properties.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _viewed(signs: Sequence[Interest]) -> tuple[str, ...]:
    skus = (
        _word(sign.properties, "sku")
        for sign in signs
        if sign.kind in (EventKind.CARD_VIEWED, EventKind.CART_ADDED)
    )
    return tuple(dict.fromkeys(sku for sku in skus if sku is not None))[:_RECENT]
