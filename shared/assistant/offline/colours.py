"""Colour words inside a sentence of a shopper, as the catalogue's codes (``shared/catalog/colours.py``).

The catalogue knows the words of product data; here are the endings, diminutives and spellings of speech, and «не
красный». A word that both know is of the same colour in both (a test compares them). Woods are left to the search:
«дубовый стол» names a material.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from shared.catalog.colours import Colour

__all__ = ["ColourMention", "colour_of", "find_colour"]

# adjective endings: Russian cases and comparatives, short forms are rare enough to leave out
_HARD = r"(?:ый|ая|ое|ые|ого|ой|ому|ую|ым|ых|ыми|ом|енький|енькая|енькое|енькие)"
_SOFT = r"(?:ий|яя|ее|ие|его|ей|ему|юю|им|их|ими|ем|енький|енькая)"
_K = r"(?:ий|ая|ое|ие|ого|ой|ому|ую|им|их|ими|ом)"
# Kazakh case and possessive endings that colours take as nouns («қызылы», «ақтан»)
_KK = r"(?:ы|і|сы|сі|ын|ін|ды|ді|ты|ті|дан|ден|тан|тен|лар|лер|тар|тер|дар|дер|ырақ|ірек|рақ)?"

# longer and compound colours come first: «қызғылт сары» is orange, «светло-серый» is grey
_PATTERNS: tuple[tuple[Colour, str], ...] = (
    (Colour.ORANGE, rf"оранж(?:ев{_HARD})?|қызғылт\s+сары|кызгылт\s+сары|сарғылт|orange"),
    (Colour.TURQUOISE, rf"бирюз(?:а|ов{_HARD})|мят(?:а|н{_HARD})|көгілжасыл|turquoise|teal|mint"),
    (Colour.BURGUNDY, rf"бордо|бордов{_HARD}|винн{_HARD}|күрең|burgundy|maroon|wine[- ]red"),
    (Colour.LIGHT_BLUE, rf"голуб{_HARD}|көгілдір|когилдир|аспан\s+түс\w*|light[- ]blue|sky[- ]blue"),
    (Colour.BROWN, rf"коричнев{_HARD}|шоколадн{_HARD}|қоңыр{_KK}|коныр{_KK}|brown|chocolate"),
    (Colour.PURPLE, rf"фиолетов{_HARD}|сиренев{_HARD}|лилов{_HARD}|күлгін{_KK}|кулгин{_KK}|purple|violet|lilac"),
    (Colour.PINK, rf"розов{_HARD}|қызғылт|кызгылт|алқызыл|pink"),
    (Colour.BEIGE, rf"беж|бежев{_HARD}|ақшыл\s+сары|beige"),
    (
        Colour.GREY,
        rf"(?:светло-|т[её]мно-)?сер{_HARD}|сер(?=\s+цвет)|графит(?:ов{_HARD})?|сұр{_KK}|сур{_KK}|gr[ae]y|graphite",
    ),
    (Colour.GOLD, rf"золот(?:ой|ая|ое|ые|ого|ую|ым|ых|ист{_HARD})|алтын\s+түс\w*|gold(?:en)?"),
    (Colour.SILVER, rf"серебрист{_HARD}|серебрян{_HARD}|күміс\s+түс\w*|silver"),
    (Colour.RED, rf"(?:т[её]мно-)?красн{_HARD}|красненьк{_K}|ал{_HARD}|қызыл{_KK}|кызыл{_KK}|red"),
    (Colour.GREEN, rf"(?:светло-|т[её]мно-)?зел[её]н{_HARD}|изумрудн{_HARD}|жасыл{_KK}|green|emerald"),
    (
        Colour.BLUE,
        rf"(?:т[её]мно-)?син{_SOFT}|синеньк{_K}|көк{_KK}|көгі(?:н|нен)?|кок{_KK}|(?:navy|dark)?[- ]?blue|navy",
    ),
    (Colour.MUSTARD, rf"горчичн{_HARD}|қыша\s+түсті|mustard"),
    (Colour.YELLOW, rf"ж[её]лт{_HARD}|сары{_KK}|yellow"),
    (
        Colour.WHITE,
        rf"бел{_HARD}|беленьк{_K}|кремов{_HARD}|молочн{_HARD}|ақ{_KK}|ағы(?:н|нан)?|ак|white|cream|ivory",
    ),
    (Colour.BLACK, rf"ч[её]рн{_HARD}|ч[её]рненьк{_K}|қара(?:сы|сын|лар)?|кара(?:сы|сын)?|black"),
)
_WORD = r"(?<![\w-])(?:{})(?![\w-])"
_COLOURS = tuple((code, re.compile(_WORD.format(pattern), re.IGNORECASE)) for code, pattern in _PATTERNS)

_ANY = "|".join(pattern for _, pattern in _PATTERNS)
# «көгі емес, қарасы», «не синий, а чёрный», "not blue, black"
_REFUSED = re.compile(rf"(?<![\w-])(?:(?:{_ANY})\s+емес|(?:не|not)\s+(?:{_ANY}))(?![\w-])", re.IGNORECASE)

_COLOUR_NOUN = re.compile(
    r"(?<!\w)(?:цвет(?:а|ов|е|ом|у)?|расцветк\w*|түсті|түс(?:і|тегі|пен)?|тусти|тусі|туси|colou?r(?:ed|s)?)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ColourMention:
    """The first colour of a text, and the text without it (and without words such as «цвет»)."""

    code: Colour | None
    rest: str
    refused: bool = False
    """It is the colour that is not wanted («не красный»)."""


def find_colour(text: str) -> ColourMention:
    """Find the colour that a shopper names first; the words of it are taken out of the text.

    A colour that is refused counts only where no other is named.
    """
    without_refused = _REFUSED.sub(" ", text)
    wanted = _first_colour(without_refused)
    if wanted.code is not None or without_refused == text:
        return wanted
    return replace(_first_colour(text), rest=without_refused, refused=True)


def colour_of(said: str) -> Colour | None:
    """The colour that a model means, which may say the code or any word for it."""
    code = said.strip().casefold().replace(" ", "_")
    return Colour(code) if code in set(Colour) else find_colour(said).code


def _first_colour(text: str) -> ColourMention:
    best: tuple[int, Colour, re.Match[str]] | None = None
    for code, pattern in _COLOURS:
        match = pattern.search(text)
        if match is not None and (best is None or match.start() < best[0]):
            best = (match.start(), code, match)
    if best is None:
        return ColourMention(None, text)
    _, code, match = best
    rest = _COLOUR_NOUN.sub(" ", text[: match.start()] + " " + text[match.end() :])
    return ColourMention(code, " ".join(rest.split()))
