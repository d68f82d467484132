"""What a person reads about what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.assistant.asked import Asked
from shared.assistant.skills.talk.phrases import Question
from shared.assistant.texts import AssistantTexts, message
from shared.catalog.colours import Colour, colour_name
from shared.channels.messages import TextMessage
from shared.kernel.languages import Language
from shared.kernel.money import Money, format_money
from shared.kernel.phones import format_phone
from shared.recommendations.preferences import Preferences

__all__ = [
    "ABOUT_ME",
    "ASKED_TO_FORGET",
    "FORGET_ME",
    "FORGET_TASTES",
    "TEXTS",
    "About",
    "ask_to_forget",
    "forgotten",
    "liking",
    "show_known",
]

TEXTS = AssistantTexts(Path(__file__).parent / "locales", "person")

ABOUT_ME, FORGET_TASTES, FORGET_ME = "aboutme", "forgettastes", "forgetme"
_YES, _NO = "forgetme:yes", "forgetme:no"
ASKED_TO_FORGET = Asked(_YES, _NO, Question.ERASE)
"""The buttons of the question whether to erase everything."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a person."""

    name: str
    phone: str | None
    orders: int
    preferences: Preferences
    categories: Mapping[str, str]
    """Names of categories by code."""
    currency: str


def show_known(about: About, language: Language) -> TextMessage:
    """All that is known, a line each, with the ways to have it forgotten."""
    known = about.preferences
    lines = [TEXTS.get("known", language)]
    if about.name:
        lines.append(TEXTS.get("known.name", language, name=about.name))
    if about.phone:
        lines.append(TEXTS.get("known.phone", language, phone=format_phone(about.phone)))
    if about.orders:
        lines.append(TEXTS.count("known.orders", about.orders, language))
    names = [about.categories[code] for code in known.categories if code in about.categories]
    if names:
        lines.append(TEXTS.get("known.categories", language, names=", ".join(names)))
    if colours := _colours(known.colours, language):
        lines.append(TEXTS.get("known.colours", language, names=colours))
    if price := _prices(known.price_min, known.price_max, about.currency, language):
        lines.append(TEXTS.get("known.price", language, price=price))
    lines.append(TEXTS.get("known.history", language))
    below = [TEXTS.button("forget_tastes", FORGET_TASTES, language)] if known.known else []
    buttons = (*below, TEXTS.button("forget_me", FORGET_ME, language))
    return message("\n".join(lines), *buttons)


def ask_to_forget(language: Language, orders_under_way: Sequence[int]) -> TextMessage:
    """Whether to erase everything; an open order keeps what it takes to deliver it until then."""
    words = _with_orders("forget.ask", "forget.orders", language, orders_under_way)
    buttons = (TEXTS.button("forget_yes", _YES, language), TEXTS.button("forget_no", _NO, language))
    return message(words, *buttons)


def forgotten(language: Language, orders_under_way: Sequence[int]) -> TextMessage:
    """Everything is erased; of an open order, what it takes to deliver it is kept until then."""
    return message(_with_orders("forget.done", "forget.kept", language, orders_under_way))


def liking(
    language: Language,
    *,
    category: str | None,
    colour: str | None,
    price_min: int | None,
    price_max: int | None,
    currency: str,
) -> str:
    """What was remembered, in words: «диваны, синий, до 200 000 ₸»."""
    parts = (
        category,
        _colours([colour], language) if colour else None,
        _prices(price_min, price_max, currency, language),
    )
    return ", ".join(part for part in parts if part)


def _with_orders(key: str, of_orders: str, language: Language, numbers: Sequence[int]) -> str:
    words = TEXTS.get(key, language)
    if not numbers:
        return words
    listed = ", ".join(f"№{number}" for number in numbers)
    return f"{words}\n\n{TEXTS.count(of_orders, len(numbers), language, numbers=listed)}"


def _colours(codes: Sequence[str], language: Language) -> str:
    return ", ".join(colour_name(Colour(code), language) for code in codes if code in set(Colour))


def _prices(low: int | None, high: int | None, currency: str, language: Language) -> str:
    values = {
        "low": format_money(Money(minor=low or 0, currency=currency), language),
        "high": format_money(Money(minor=high or 0, currency=currency), language),
    }
    if low is not None and high is not None:
        return TEXTS.get("price.between", language, **values)
    if high is not None:
        return TEXTS.get("price.up_to", language, **values)
    return TEXTS.get("price.from", language, **values) if low is not None else ""
