"""What a word may have been meant to be when it was typed on the wrong keyboard layout or in the wrong alphabet.

«lbdfy» is «диван» typed with the English layout on; «divan» is «диван» spelt in Latin letters. Whether a variant
is a word at all is for the catalogue's vocabulary to say.
"""

from __future__ import annotations

from shared.catalog.tokens import normalise

__all__ = ["variants_of"]

_QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_JCUKEN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_JCUKEN = str.maketrans(_QWERTY, _JCUKEN)
_TO_QWERTY = str.maketrans(_JCUKEN + "е", _QWERTY + "t")

# Longest spellings first. The second column of a pair is what the same letters stand for in Kazakh words.
_SOUNDS: tuple[tuple[str, str], ...] = (
    *(("shch", "щ"), ("sch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("yu", "ю")),
    *(("ya", "я"), ("yo", "е"), ("ye", "е"), ("ju", "ю"), ("ja", "я"), ("iy", "ий"), ("yi", "ый"), ("ay", "ай")),
    *(("oy", "ой"), ("ey", "ей"), ("uy", "уй"), ("ck", "к"), ("a", "а"), ("b", "б"), ("v", "в"), ("g", "г")),
    *(("d", "д"), ("e", "е"), ("z", "з"), ("i", "и"), ("j", "й"), ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н")),
    *(("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("f", "ф"), ("h", "х")),
    *(("c", "к"), ("y", "ы"), ("w", "в"), ("x", "кс")),
)


def _spelt_in_cyrillic(word: str) -> str:
    result: list[str] = []
    position = 0
    while position < len(word):
        for latin, cyrillic in _SOUNDS:
            if word.startswith(latin, position):
                result.append(cyrillic)
                position += len(latin)
                break
        else:
            result.append(word[position])
            position += 1
    return "".join(result)


def variants_of(word: str) -> tuple[str, ...]:
    """Other readings of a normalised word: the other keyboard layout first, then its sound in Cyrillic letters."""
    if word.isascii():
        readings = [normalise(word.translate(_TO_JCUKEN)), _spelt_in_cyrillic(word)]
        if word.endswith("i"):
            readings.append(_spelt_in_cyrillic(word[:-1]) + "ы")
    else:
        readings = [word.translate(_TO_QWERTY)]
    return tuple(reading for reading in dict.fromkeys(readings) if reading != word and reading.isalpha())
