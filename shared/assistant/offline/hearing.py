"""A turn's words, made ready for reading."""

from __future__ import annotations

from shared.assistant.offline.understanding import readable
from shared.assistant.skill import Said
from shared.dialogs.contract import Turn

__all__ = ["said_in"]

_WHOLE_THOUSANDS = frozenset(["KZT", "UZS", "RUB", "KGS"])
"""Currencies where «до 150» means 150 thousand: hardly anything costs less than a thousand."""


def said_in(turn: Turn) -> Said:
    """The words of all the turn's messages."""
    return Said(readable(turn.text), implied_thousands=turn.bot.currency in _WHOLE_THOUSANDS)
