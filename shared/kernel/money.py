"""Money: whole minor units and an ISO 4217 code; never a float.

A minor unit is the smallest that the currency has by ISO 4217: a hundredth of a tenge, a thousandth of a Kuwaiti
dinar, a whole yen. Whoever goes from amounts as people say them to minor units, or back, does it here.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.languages import Language

__all__ = ["Currency", "Money", "format_money", "major_of", "minor_digits", "minor_of", "price_bound", "symbol_of"]

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

_SYMBOLS = {"KZT": "₸", "RUB": "₽", "USD": "$", "EUR": "€", "KGS": "сом", "UZS": "сум"}
_HUNDREDTHS = 2
_NO_BREAK_SPACE = "\u00a0"
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS = "CLF UYW"
_DIGITS = {
    currency: count
    for count, currencies in ((0, _NO_DIGITS), (3, _THREE_DIGITS), (4, _FOUR_DIGITS))
    for currency in currencies.split()
}
"""Digits of the minor unit where they are not two (ISO 4217)."""


class Money(BaseModel):
    """An amount in minor units of its currency."""

    model_config = ConfigDict(frozen=True)

    minor: int
    currency: Currency


def symbol_of(currency: str) -> str:
    """What stands beside an amount: the currency's sign or short name, else its code."""
    return _SYMBOLS.get(currency, currency)


def minor_digits(currency: str) -> int:
    """How many digits after the point an amount of the currency has."""
    return _DIGITS.get(currency, 2)


def minor_of(amount: Decimal | float, currency: str) -> int:
    """An amount as people say it, in minor units, rounded to the nearest."""
    minor = Decimal(str(amount)).scaleb(minor_digits(currency))
    return int(minor.to_integral_value(ROUND_HALF_UP))


def major_of(money: Money) -> Decimal:
    """An amount as people say it."""
    return Decimal(money.minor).scaleb(-minor_digits(money.currency))


def price_bound(amount: float | None, currency: str) -> int | None:
    """A bound as people and models say it («до 200 000»), in minor units; 0 is no bound."""
    return minor_of(amount, currency) if amount else None


def format_money(money: Money, language: Language) -> str:
    """Write an amount for a person: ``149 990 ₸``, ``1,299.50 $``, ``15 000 JPY``.

    A part of 0 is left out, but for currencies with thousandths: ``2,000 KWD`` would be taken for two thousand.
    """
    sign = "-" if money.minor < 0 else ""
    count = minor_digits(money.currency)
    whole, part = divmod(abs(money.minor), 10**count)
    group, point = (",", ".") if language is Language.EN else (_NO_BREAK_SPACE, ",")
    digits = f"{whole:,}".replace(",", group)
    fraction = f"{point}{part:0{count}d}" if part or count > _HUNDREDTHS else ""
    return f"{sign}{digits}{fraction}{_NO_BREAK_SPACE}{symbol_of(money.currency)}"
