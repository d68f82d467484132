"""Preferences follow what a person does, forget what was long ago, and put what was said first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.analytics.kinds import EventKind
from shared.analytics.service import Interest
from shared.recommendations.preferences import Preferences, preferences_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def sign(kind: EventKind, *, days_ago: float = 0.0, **properties: Any) -> Interest:
    return Interest(kind, properties, NOW - timedelta(days=days_ago))


def viewed(days_ago: float = 0.0, **properties: Any) -> Interest:
    return sign(EventKind.CARD_VIEWED, days_ago=days_ago, **properties)


def test_of_nobody_known_nothing_is_said() -> None:
    assert preferences_of([], now=NOW) == Preferences()
    assert not Preferences().known


def test_what_is_looked_at_most_comes_first() -> None:
    signs = [viewed(category="sofas", colour="blue")] * 3 + [viewed(category="beds", colour="red")] * 2

    found = preferences_of(signs, now=NOW)

    assert found.categories == ("sofas", "beds")
    assert found.colours == ("blue", "red")


def test_a_single_glance_among_many_is_no_preference() -> None:
    signs = [viewed(category="sofas")] * 9 + [viewed(category="lamps")]

    assert preferences_of(signs, now=NOW).categories == ("sofas",)


def test_what_was_put_into_the_cart_counts_more_than_what_was_looked_at() -> None:
    signs = [viewed(colour="blue"), viewed(colour="blue"), sign(EventKind.CART_ADDED, colour="red")]

    assert preferences_of(signs, now=NOW).colours[0] == "red"


def test_what_was_long_ago_fades() -> None:
    signs = [viewed(colour="blue"), *[viewed(days_ago=120, colour="red")] * 3]

    assert preferences_of(signs, now=NOW).colours == ("blue",)


def test_the_range_is_the_middle_half_of_what_was_looked_at() -> None:
    signs = [viewed(price_minor=price) for price in (100, 200, 300, 400, 10_000)]

    found = preferences_of(signs, now=NOW)

    assert (found.price_min, found.price_max, found.stated) == (200, 400, False)


def test_a_range_is_not_guessed_from_two_prices() -> None:
    assert preferences_of([viewed(price_minor=100), viewed(price_minor=200)], now=NOW).price_max is None


def test_a_range_that_was_said_overrides_what_was_looked_at() -> None:
    signs = [
        sign(EventKind.PREFERENCE, price_max=150),
        sign(EventKind.PREFERENCE, days_ago=3, price_max=900),
        *[viewed(price_minor=1000)] * 9,
    ]

    found = preferences_of(signs, now=NOW)

    assert (found.price_min, found.price_max, found.stated) == (None, 150, True)


def test_the_latest_looked_at_are_remembered_once_each() -> None:
    signs = [viewed(sku="B"), viewed(sku="A"), viewed(sku="B")]

    assert preferences_of(signs, now=NOW).viewed == ("B", "A")


def test_what_is_not_a_price_or_a_word_is_left_out() -> None:
    hostile = [viewed(price_minor="1; DROP", category=["x"], colour={"a": 1}, sku=7), viewed(price_minor=True)] * 4

    assert preferences_of(hostile, now=NOW) == Preferences()
