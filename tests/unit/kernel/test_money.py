"""Money is shown with its currency's own digits, and read as it was shown (number 8)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.assistant.offline.prices import find_amounts
from shared.catalog.bulk.cells import minor_units_of, price_text
from shared.kernel.languages import Language
from shared.kernel.money import Money, format_money, major_of, minor_digits, minor_of, price_bound

DIGITS = {
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "CLP": 0,
    "KZT": 2,
    "RUB": 2,
    "USD": 2,
    "UZS": 2,
    "KWD": 3,
    "BHD": 3,
    "CLF": 4,
}
"""From ISO 4217; a code that it does not have counts hundredths, as most do."""
MINORS = (0, 1, 9, 10, 99, 100, 101, 999, 1000, 1500, 12_345, 100_000, 14_999_000, 14_999_050, 1_234_567_891)


@pytest.mark.parametrize("currency", [*DIGITS, "XYZ"])
def test_every_currency_has_its_own_digits(currency: str) -> None:
    assert minor_digits(currency) == DIGITS.get(currency, 2)


@pytest.mark.parametrize(
    ("minor", "currency", "ru", "en"),
    [
        (14_999_000, "KZT", "149 990 ₸", "149,990 ₸"),
        (14_999_050, "KZT", "149 990,50 ₸", "149,990.50 ₸"),
        (14_999_005, "KZT", "149 990,05 ₸", "149,990.05 ₸"),
        (15_000, "JPY", "15 000 JPY", "15,000 JPY"),
        (1, "JPY", "1 JPY", "1 JPY"),
        (1500, "KWD", "1,500 KWD", "1.500 KWD"),
        (2000, "KWD", "2,000 KWD", "2.000 KWD"),
        (14_999_000, "KWD", "14 999,000 KWD", "14,999.000 KWD"),
        (12_345, "CLF", "1,2345 CLF", "1.2345 CLF"),
        (-129_950, "USD", "-1 299,50 $", "-1,299.50 $"),
        (0, "KZT", "0 ₸", "0 ₸"),
    ],
)
def test_an_amount_is_shown_with_its_currencys_digits(minor: int, currency: str, ru: str, en: str) -> None:
    money = Money(minor=minor, currency=currency)
    assert format_money(money, Language.RU).replace("\N{NO-BREAK SPACE}", " ") == ru
    assert format_money(money, Language.EN).replace("\N{NO-BREAK SPACE}", " ") == en


@pytest.mark.parametrize("currency", DIGITS)
@pytest.mark.parametrize("language", Language)
def test_what_is_shown_is_read_as_the_same_amount(currency: str, language: Language) -> None:
    for minor in MINORS:
        money = Money(minor=minor, currency=currency)
        assert minor_units_of(format_money(money, language), currency) == minor
        assert minor_units_of(price_text(money), currency) == minor
        assert minor_of(major_of(money), currency) == minor


@pytest.mark.parametrize("currency", [code for code, digits in DIGITS.items() if digits <= 2])
@pytest.mark.parametrize("language", Language)
def test_shoppers_and_the_model_may_repeat_what_is_shown(currency: str, language: Language) -> None:
    for minor in MINORS:
        money = Money(minor=minor, currency=currency)
        assert [amount.value for amount in find_amounts(format_money(money, language))] == [major_of(money)]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("149 990", "KZT", 14_999_000),
        ("1,299.50", "USD", 129_950),
        ("1.299,5 €", "EUR", 129_950),
        ("1,500", "USD", 150_000),
        ("1,500", "KWD", 1500),
        ("1,234.500", "KWD", 1_234_500),
        ("1,500", "JPY", 1500),
        ("1500.00 JPY", "JPY", 1500),
        ("1500.50", "JPY", None),
        ("1299.505", "USD", None),
        ("12.3.4", "KZT", None),
        ("дорого", "KZT", None),
        ("9" * 40, "KZT", None),
    ],
)
def test_a_cell_is_read_in_its_currency(text: str, currency: str, minor: int | None) -> None:
    assert minor_units_of(text, currency) == minor


@pytest.mark.parametrize(("currency", "minor"), [("KZT", 20_000_000), ("JPY", 200_000), ("KWD", 200_000_000)])
def test_a_bound_in_words_is_in_minor_units(currency: str, minor: int) -> None:
    assert price_bound(200_000, currency) == minor
    assert price_bound(None, currency) is None
    assert price_bound(0, currency) is None
    assert minor_of(Decimal("0.125"), "KZT") == 13
