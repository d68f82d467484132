"""A language asked for in words: «қазақша жазыңызшы», «можно по-русски?», "in English, please", or just its name.

Only a message that says nothing else: «стол по-русски резной» is about a table.
"""

from __future__ import annotations

import re

from shared.kernel.languages import Language

__all__ = ["language_wished"]

_BEFORE = (
    r"(?:(?:а|давай(?:те)?|можно|отвечай(?:те)?|ответьте|пиши(?:те)?|говори(?:те)?|"
    r"can|could|you|we|please|speak|write|answer|reply|talk|continue)\s+)*"
)
_AFTER = (
    r"(?:\s+(?:пожалуйста|можно|язык|языке|please|тілі|тілінде|жаз\w*|сөйле\w*|жауап|бер\w*|"
    r"бола(?:ды)?|ма|өтінемін))*"
)
_NAMES = {
    Language.RU: r"по-?\s?русски|(?:на\s+)?русск(?:ий|ом)|орысша|орыс|(?:in\s+)?russian",
    Language.KK: r"по-?\s?казахски|(?:на\s+)?казахск(?:ий|ом)|қазақша|казакша|қазақ|(?:in\s+)?kazakh",
    Language.EN: r"по-?\s?английски|(?:на\s+)?английск(?:ий|ом)|ағылшынша|ағылшын|(?:in\s+)?english",
}
_WISHES = {
    language: re.compile(rf"\W*{_BEFORE}(?:{names}){_AFTER}\W*", re.IGNORECASE)
    for language, names in _NAMES.items()
}
_LONGEST = 80


def language_wished(text: str) -> Language | None:
    """The language that a message asks for and says nothing beyond, or ``None``."""
    if len(text) > _LONGEST:
        return None
    text = re.sub(r"[,.!?]+", " ", text).strip()
    return next((language for language, wish in _WISHES.items() if wish.fullmatch(text)), None)
