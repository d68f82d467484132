"""Money: whole minor units and an ISO 4217 code; never a float."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.languages import Language

__all__ = ["Currency", "Money", "format_money", "price_bound"]

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

_SYMBOLS = {"KZT": "₸", "RUB": "₽", "USD": "$", "EUR": "€", "KGS": "сом", "UZS": "сум"}
_NO_BREAK_SPACE = "\u00a0"


class Money(BaseModel):
    """An amount in minor units (tiyn, kopecks, cents: hundredths for every currency we take)."""

    model_config = ConfigDict(frozen=True)

    minor: int
    currency: Currency


def price_bound(amount: float | None) -> int | None:
    """An amount as people and models say it («до 200 000»), in minor units; 0 is no bound."""
    return round(amount * 100) if amount else None


def format_money(money: Money, language: Language) -> str:
    """Write an amount for a person: ``149 990 ₸``, ``1,299.50 $``; cents only where there are some."""
    sign = "-" if money.minor < 0 else ""
    whole, cents = divmod(abs(money.minor), 100)
    group, point = (",", ".") if language is Language.EN else (_NO_BREAK_SPACE, ",")
    digits = f"{whole:,}".replace(",", group)
    fraction = f"{point}{cents:02d}" if cents else ""
    symbol = _SYMBOLS.get(money.currency, money.currency)
    return f"{sign}{digits}{fraction}{_NO_BREAK_SPACE}{symbol}"
