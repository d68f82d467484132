"""Which of the products shown is meant: «покажи второй», «екіншісін көрсет», "the first one", a bare ``2``."""

from __future__ import annotations

import re

__all__ = ["find_ordinal"]

_ORDINALS = (
    r"перв\w+|1-?(?:й|ый|ая|ое|ую|го)|бірінші\w*|биринши\w*|first|1st",
    r"втор\w+|2-?(?:й|ой|ая|ое|ую|го)|екінші\w*|екинши\w*|second|2nd",
    r"треть\w+|третий|3-?(?:й|ий|ья|ье|ью|го)|үшінші\w*|ушинши\w*|third|3rd",
    r"четв[её]рт\w+|4-?(?:й|ый|ая|ое|ую|го)|төртінші\w*|тортинши\w*|fourth|4th",
    r"пят(?:ый|ая|ое|ую|ого)|5-?(?:й|ый|ая|ое|ую|го)|бесінші\w*|бесинши\w*|fifth|5th",
)
_SHOW = (
    r"(?:покажи(?:те)?|хочу|беру|возьму|да(?:й(?:те)?|вай(?:те)?)|можно|подробнее|расскажи(?:те)?|про|о|об|вариант|номер|товар|№|#|"
    r"show|me|the|option|number|i'll|take|want|about|see|tell|more|көрсет\w*|көрсетіңіз\w*|керек|нұсқа\w*|алам\w*)"
)
_ORDINAL_FORMS = tuple(
    re.compile(
        rf"^[^\w№#]*(?:а\s+)?(?:{_SHOW}[\s,]*)*(?:{words})(?:[\s,]+(?:вариант|диван\w*|one|option|нұсқа\w*|please|пожалуйста|{_SHOW}))*\W*$",
        re.I,
    )
    for words in _ORDINALS
)
_NUMBER_FORM = re.compile(
    rf"^[^\w№#]*(?:а\s+)?(?:{_SHOW}\s*)*(10|[1-9])(?:\s+(?:вариант|пожалуйста|please|нұсқа\w*|{_SHOW}))*\W*$",
    re.IGNORECASE,
)


def find_ordinal(text: str) -> int | None:
    """The place (from 1) of one of the products shown, where that is all that is asked: «покажи второй», ``2``."""
    match = _NUMBER_FORM.match(text)
    if match is not None:
        return int(match[1])
    for place, form in enumerate(_ORDINAL_FORMS, start=1):
        if form.match(text):
            return place
    return None
