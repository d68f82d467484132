"""How many pieces are meant: «два таких», «екеуін», "a couple", ``3``."""

from __future__ import annotations

import re

__all__ = ["find_quantity", "is_quantity"]

_WORDS = (
    r"од(?:ин|на|но|ну|ного)|штук[ау]|бір(?:еу(?:ін)?)?|бир|one|an?",
    r"дв(?:а|е|ух)|двое|пар[ау]|парочк[ау]|екі|еки|екеу(?:ін)?|two|couple|pair",
    r"тр(?:и|[её]х)|трое|үш(?:еу(?:ін)?)?|уш|three",
    r"четыр(?:е|[её]х)|четверо|төрт(?:еу(?:ін)?)?|торт|four",
    r"пят(?:ь|и)|пятеро|бес(?:еу(?:ін)?)?|five",
    r"шест(?:ь|и)|алты(?:ауы?н?)?|six",
    r"сем(?:ь|и)|жеті|жети|seven",
    r"вос(?:емь|ьми)|сегіз|сегиз|eight",
    r"девят(?:ь|и)|тоғыз|тогыз|nine",
    r"десят(?:ь|и)|он|ten",
)
_NUMBER = re.compile(r"([1-9]\d{0,2})(?:-?(?:х|ех|ми|ти|и))?", re.IGNORECASE)
_FORMS = tuple(re.compile(words, re.IGNORECASE) for words in _WORDS)


def find_quantity(word: str) -> int | None:
    """The number of pieces that one word tells, from 1 to 999."""
    match = _NUMBER.fullmatch(word)
    if match is not None:
        return int(match[1])
    return next((number for number, form in enumerate(_FORMS, start=1) if form.fullmatch(word)), None)


def is_quantity(word: str) -> bool:
    """Whether the word is a number of pieces."""
    return find_quantity(word) is not None
