"""Price bounds in words: laws that hold for any number, beside the table of utterances."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.assistant.offline.prices import find_amounts, find_price_bounds

THOUSANDS = st.integers(min_value=1, max_value=900)
PRICES = st.integers(min_value=1_000, max_value=99_000_000)


def bounds(text: str, *, implied_thousands: bool = False) -> tuple[int | None, int | None]:
    found = find_price_bounds(text, implied_thousands=implied_thousands)
    return found.minimum, found.maximum


@given(
    PRICES,
    st.sampled_from(["до {}", "не дороже {}", "under {}", "up to {}", "{}-ға дейін", "{} теңгеге дейін", "за {}"]),
)
def test_an_upper_bound_is_read_in_any_language(price: int, phrase: str) -> None:
    assert bounds(phrase.format(price)) == (None, price)


@given(
    PRICES,
    st.sampled_from(["от {}", "дороже {}", "from {}", "over {}", "{} и выше", "{} теңгеден бастап", "at least {}"]),
)
def test_a_lower_bound_is_read_in_any_language(price: int, phrase: str) -> None:
    assert bounds(phrase.format(price)) == (price, None)


@given(
    THOUSANDS,
    st.sampled_from(["до {} тыс", "до {}к", "до {} тысяч", "under {}k", "{} мыңға дейін", "до {}т", "до {} т.р."]),
)
def test_thousands_are_multiplied(thousands: int, phrase: str) -> None:
    assert bounds(phrase.format(thousands)) == (None, thousands * 1000)


@given(
    THOUSANDS,
    THOUSANDS,
    st.sampled_from(["от {} до {} тыс", "{}-{} тыс", "{} - {}к", "from {} to {}k", "{} мен {} мың арасында"]),
)
def test_a_range_shares_its_thousands(one: int, two: int, phrase: str) -> None:
    low, high = sorted((one, two))
    assert bounds(phrase.format(low, high)) == (low * 1000, high * 1000)


@given(PRICES, st.sampled_from([" ", "\u00a0", "\u202f", ",", ".", "'"]))
def test_grouped_digits_are_one_number(price: int, separator: str) -> None:
    assert bounds("до " + f"{price:,}".replace(",", separator) + " ₸") == (None, price)


@given(PRICES)
def test_what_is_about_a_price_lies_within_a_fifth(price: int) -> None:
    low, high = bounds(f"около {price}")
    assert low is not None
    assert high is not None
    assert low <= price <= high
    assert (low, high) == (price * 4 // 5, price * 6 // 5)


@pytest.mark.parametrize(
    "text",
    [
        "покажи 2",
        "шкаф 120 см",
        "160x200",
        "3-местный",
        "SOFA-1001",
        "+7 701 123 45 67",
        "2 стула",
        "1800 мм",
        "50%",
        "№ 15000",
    ],
)
def test_numbers_that_are_no_prices_stay_words(text: str) -> None:
    found = find_price_bounds(text, implied_thousands=True)
    assert (found.minimum, found.maximum) == (None, None)
    assert found.rest == text


def test_a_small_bound_means_thousands_only_where_nothing_costs_so_little() -> None:
    assert bounds("до 150", implied_thousands=True) == (None, 150_000)
    assert bounds("under 150", implied_thousands=False) == (None, 150)
    assert bounds("до 500 тг", implied_thousands=True) == (None, 500)


def test_swapped_bounds_are_put_right() -> None:
    assert bounds("до 50000 и от 100000") == (50_000, 100_000)


def test_words_of_the_price_leave_the_text() -> None:
    assert find_price_bounds("красный диван до 150 000 тенге с ящиком").rest == "красный диван с ящиком"


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = find_price_bounds(text, implied_thousands=True)
    for bound in (found.minimum, found.maximum):
        assert bound is None or 0 <= bound < 10**13


@given(st.decimals(min_value=0, max_value=999, places=2))
def test_amounts_keep_their_cents(value: Decimal) -> None:
    assert find_amounts(f"{value} ₸")[0].value == value
