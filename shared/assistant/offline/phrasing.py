"""Phrases as patterns: anywhere in a message, or all that it says."""

from __future__ import annotations

import re

__all__ = ["anywhere", "whole"]


def anywhere(*patterns: str) -> re.Pattern[str]:
    """The phrases as whole words, wherever they stand."""
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.IGNORECASE)


def whole(*patterns: str) -> re.Pattern[str]:
    """The phrase is all there is, but for courtesies and punctuation."""
    courtesy = r"(?:[\s,]*(?:пожалуйста|плиз|пж|please|өтінемін|отинемин|вам|сізге|you|тоже|бот|и))*"
    return re.compile(
        r"^\W*(?:(?:а|ну|and|ал|ok(?:ay)?|ок|спасибо|рахмет|thanks)[,.!]?\s+)*(?:"
        + "|".join(patterns)
        + r")"
        + courtesy
        + r"\W*$",
        re.IGNORECASE,
    )
