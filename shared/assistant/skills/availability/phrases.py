"""Words that ask whether it can be had."""

from __future__ import annotations

from shared.assistant.offline.phrasing import whole

__all__ = ["AVAILABLE"]

AVAILABLE = whole(
    r"(?:(?:он|она|оно|они|это|этот|эта|такой|такая)\s+)?(?:сейчас\s+)?(?:есть|имеется)\s+(?:сейчас\s+)?(?:в\s+наличии|на\s+складе)",
    r"(?:(?:он|она|оно|они|это)\s+)?(?:сейчас\s+)?в\s+наличии(?:\s+(?:есть|ли))?",
    r"(?:а\s+)?наличие",
    r"сколько\s+(?:штук\s+)?(?:осталось|в\s+наличии)",
    r"(?:ол\s+)?(?:қазір\s+)?қолда\s+бар\s+ма",
    r"қоймада\s+бар\s+ма",
    r"қанша\s+(?:дана\s+)?(?:қалды|бар)",
    r"(?:is\s+)?(?:it|this)\s+(?:still\s+)?(?:in\s+stock|available)",
    r"in\s+stock",
    r"how\s+many\s+(?:are\s+)?left",
)
