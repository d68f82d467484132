"""From a text to its tokens: letters in one shape, numbers, sizes and stock numbers kept whole.

Both the index and the query go through here, so a difference that a shopper does not see (ё and е, a Cyrillic «А»
in «А4», a hyphen, «160×200» and «160х200») never hides a product.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Token", "fold_lookalikes", "normalise", "sku_key", "sku_key_candidates", "tokenise"]

_TOKEN = re.compile(r"[^\W_]+(?:[-./'’_&+][^\W_]+)*")
_SPLIT = re.compile(r"[-./'’_&+]|(?<=\d)x(?=\d)")
_SIZE_SIGN = re.compile(r"(?<=\d)\s*[×хx*]\s*(?=\d)")
_WITH_UNIT = re.compile(r"(\d+)(?:см|мм|м|cm|mm|m|кг|kg|л|l|вт|w)")
_LATIN = re.compile(r"[a-z]")
_CYRILLIC = re.compile(r"[а-яәғқңөұүһі]")
_MAX_TOKEN = 64
_MAX_TEXT = 20_000

# Letters that look alike in both scripts.
_TO_LATIN = str.maketrans("авекмнорстухі", "abekmhopctyxi")
_TO_CYRILLIC = str.maketrans("abekmhopctyxi", "авекмнорстухі")
# What a Russian «С» or «Ф» stands for when somebody spells a stock number aloud.
_SOUNDS = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхцы", "abvgdeziiklmnoprstufhcy", strict=True)) | {"ш": "sh", "ч": "ch", "я": "ya"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """One written word; ``parts`` are the pieces of a compound («диван-кровать», «SOFA-001», «160x200»)."""

    text: str
    parts: tuple[str, ...] = ()


def normalise(text: str) -> str:
    """Lower case, one Unicode form, «ё» as «е», one multiplication sign between numbers."""
    plain = unicodedata.normalize("NFKC", text[:_MAX_TEXT]).casefold().replace("ё", "е")
    return _SIZE_SIGN.sub("x", plain)


@lru_cache(maxsize=50_000)
def fold_lookalikes(word: str) -> str:
    """Bring a word to one script: with a digit to Latin (stock numbers), else to the script most of it is in."""
    if any(letter.isdigit() for letter in word):
        return word.translate(_TO_LATIN)
    latin, cyrillic = len(_LATIN.findall(word)), len(_CYRILLIC.findall(word))
    if latin and cyrillic:
        return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)
    return word


def tokenise(text: str) -> list[Token]:
    """The tokens of ``text`` in their order, normalised; punctuation is gone."""
    return [_token(match.group()[:_MAX_TOKEN]) for match in _TOKEN.finditer(normalise(text))]


@lru_cache(maxsize=50_000)
def _token(raw: str) -> Token:
    with_unit = _WITH_UNIT.fullmatch(raw)
    if with_unit:
        return Token(with_unit.group(1))
    pieces = [fold_lookalikes(piece) for piece in _SPLIT.split(raw) if piece]
    if len(pieces) < 2:
        return Token(fold_lookalikes(raw))
    if _SIZE_SIGN.search(raw):
        return Token("x".join(pieces), tuple(pieces))
    has_digit = any(letter.isdigit() for letter in raw)
    joined = fold_lookalikes("".join(pieces)) if has_digit else "".join(pieces)
    return Token(joined, tuple(pieces))


def sku_key(sku: str) -> str:
    """A stock number without case, separators and look-alikes: «SOFA-001», «sofa 001» → «sofa001»."""
    return "".join(letter for letter in normalise(sku) if letter.isalnum()).translate(_TO_LATIN)


def sku_key_candidates(text: str) -> tuple[str, ...]:
    """Keys ``text`` may mean as a stock number: by the letters' look, then by their sound; none without a digit."""
    if not any(letter.isdigit() for letter in text):
        return ()
    compact = "".join(letter for letter in normalise(text) if letter.isalnum())
    return tuple(dict.fromkeys((compact.translate(_TO_LATIN), compact.translate(_SOUNDS))))
