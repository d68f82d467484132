"""Phrases as patterns: anywhere in a message, or all that it says."""

from __future__ import annotations

import re

__all__ = ["anywhere", "either", "whole"]

_BEFORE = (
    r"а|ну|и|да|ой|ого|ладно|хорошо|тогда|подскажите|скажите|слушай(?:те)?|извините|простите|блин|капец"
    r"|здравствуйте|привет|спасибо|ок|жарайды|жақсы|сонда|айтыңызшы|кешіріңіз|ал|рахмет|сәлем(?:етсіз\s+бе)?"
    r"|and|but|so|well|hi|hello|sorry|ok(?:ay)?|thanks|excuse\s+me"
)
"""Words that a phrase may begin with and that change nothing."""
_AFTER = (
    r"пожалуйста|пожалуста|пжлст|плиз|пж|вам|тоже|бот|и|уже|там|же|блин|брат(?:ан|ишка)?|друг|дорогая|дорогой|девушка"
    r"|өтінемін|отинемин|сізге|сізгеде|енді|ғой|гой|балам|қарағым|айналайын|бауырым|қызым|ұлым"
    r"|please|pls|plz|you|mate|bro|dear|then|there|now"
)
"""Words that a phrase may end with: courtesies, and whom one speaks to."""


def anywhere(*patterns: str) -> re.Pattern[str]:
    """The phrases as whole words, wherever they stand."""
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.IGNORECASE)


def whole(*patterns: str) -> re.Pattern[str]:
    """The phrase is all there is, but for courtesies and punctuation."""
    return re.compile(
        rf"^\W*(?:(?:{_BEFORE})\W+)*(?:" + "|".join(patterns) + rf")(?:[\s,]*(?:{_AFTER})(?!\w))*\W*$",
        re.IGNORECASE,
    )


def either(*patterns: re.Pattern[str]) -> re.Pattern[str]:
    """Any of the patterns: of words that mean something anywhere and of those that do only alone."""
    return re.compile("|".join(f"(?:{pattern.pattern})" for pattern in patterns), re.IGNORECASE)
