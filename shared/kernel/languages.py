"""The three languages Zeta speaks with people."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["DEFAULT_LANGUAGE", "Language", "language_of"]


class Language(StrEnum):
    """ISO 639-1 codes of the languages that every text of ours exists in."""

    RU = "ru"
    KK = "kk"
    EN = "en"


DEFAULT_LANGUAGE = Language.RU


def language_of(tag: str | None) -> Language | None:
    """Map an IETF tag such as ``kk-KZ`` or ``en_US`` to a language of ours; ``None`` when there is none."""
    if not tag:
        return None
    primary = tag.replace("_", "-").split("-", 1)[0].lower()
    return next((language for language in Language if language.value == primary), None)
