"""Kazakh stems. Kazakh is agglutinative: stem + plural + possessive + case; the suffixes come off in reverse order.

What matters for search is not the dictionary form but that every form of a word ends in the same stem, in the index
and in the query alike: «үстел», «үстелдер», «үстелдің», «үстелі» → «үстел».
"""

from __future__ import annotations

__all__ = ["fold_kazakh", "has_kazakh_letters", "stem_kazakh", "stem_shared_cyrillic"]

_LETTERS = frozenset("әғқңөұүһі")
_FOLD = str.maketrans("әғқңөұүһі", "агкноуухи")

_RELATIVE = ("дағы", "дегі", "тағы", "тегі", "ндағы", "ндегі")
_CASES = (
    *("ның", "нің", "дың", "дің", "тың", "тің"),
    *("ға", "ге", "қа", "ке", "на", "не"),
    *("нда", "нде", "да", "де", "та", "те"),
    *("дан", "ден", "тан", "тен", "нан", "нен"),
    *("ны", "ні", "ды", "ді", "ты", "ті"),
    *("мен", "бен", "пен"),
)
_POSSESSIVES = ("ымыз", "іміз", "ыңыз", "іңіз", "мыз", "міз", "ым", "ім", "ың", "ің", "сы", "сі", "ы", "і")
_PLURALS = ("лар", "лер", "дар", "дер", "тар", "тер")
_ADJECTIVES = ("лық", "лік", "дық", "дік", "тық", "тік", "лы", "лі")
_RESTORE = {"ғ": "қ", "г": "к", "б": "п"}

# Words without a letter of their own («дивандарды», «диванга») may be Russian too: only what is safe comes off.
_SHARED_CASES = ("ды", "ты", "ны", "дан", "тан", "нан", "дын", "тын", "га", "мен", "бен", "пен", "да")


def has_kazakh_letters(word: str) -> bool:
    """Whether the word has a letter that Russian has not."""
    return not _LETTERS.isdisjoint(word)


def fold_kazakh(word: str) -> str:
    """Write the nine Kazakh letters as people do on a Russian keyboard: «қызыл» → «кызыл», «үстел» → «устел»."""
    return word.translate(_FOLD)


def _strip(word: str, suffixes: tuple[str, ...], shortest: int) -> str:
    """Take off the longest of the suffixes that leaves at least ``shortest`` letters."""
    fitting = [suffix for suffix in suffixes if word.endswith(suffix) and len(word) - len(suffix) >= shortest]
    return word[: -max(map(len, fitting))] if fitting else word


def stem_kazakh(word: str) -> str:
    """The stem of a Kazakh word in lower case."""
    stem = _strip(word, _RELATIVE, 3)
    stem = _strip(stem, _CASES, 3)
    owned = _strip(stem, _POSSESSIVES, 3)
    if owned != stem:
        stem = owned[:-1] + _RESTORE.get(owned[-1], owned[-1])
    stem = _strip(stem, _PLURALS, 3)
    return _strip(stem, _ADJECTIVES, 4)


def stem_shared_cyrillic(word: str) -> str:
    """Take Kazakh endings off a word without Kazakh letters: «дивандарды» → «диван», «креслолар» → «кресло»."""
    stem = _strip(word, _SHARED_CASES, 3 if word.endswith(("ды", "ты")) else 4)
    bare = stem[:-1] if stem.endswith("ы") else stem
    single = _strip(bare, _PLURALS, 3)
    return single if single != bare else stem
