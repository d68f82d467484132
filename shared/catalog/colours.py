"""Colours: canonical codes, their names in three languages and the words people use for them.

A product carries codes, whatever language its supplier wrote in; a query's colour word becomes a code as well, so
that «қызыл», «красного» and "red" find the same sofa.
"""

from __future__ import annotations

from enum import StrEnum

from shared.catalog.analyser import lexemes_of_word, terms_of
from shared.kernel.languages import Language

__all__ = [
    "WOODS",
    "Colour",
    "colour_name",
    "colour_of_pair",
    "colour_of_word",
    "colours_of_text",
    "is_shade",
    "lexemes_of_colour",
]


class Colour(StrEnum):
    """The canonical colours; the value is what the database and the assistant's tools say."""

    WHITE = "white"
    BLACK = "black"
    GREY = "grey"
    BEIGE = "beige"
    BROWN = "brown"
    RED = "red"
    BURGUNDY = "burgundy"
    ORANGE = "orange"
    YELLOW = "yellow"
    MUSTARD = "mustard"
    GREEN = "green"
    TURQUOISE = "turquoise"
    LIGHT_BLUE = "light_blue"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"
    GOLD = "gold"
    SILVER = "silver"
    OAK = "oak"
    WALNUT = "walnut"


WOODS = frozenset({Colour.OAK, Colour.WALNUT})
"""Colours that are materials too: «дубовый стол» may be of oak and painted white."""

_NAMES: dict[Colour, tuple[str, str, str]] = {
    Colour.WHITE: ("белый", "ақ", "white"),
    Colour.BLACK: ("чёрный", "қара", "black"),
    Colour.GREY: ("серый", "сұр", "grey"),
    Colour.BEIGE: ("бежевый", "беж", "beige"),
    Colour.BROWN: ("коричневый", "қоңыр", "brown"),
    Colour.RED: ("красный", "қызыл", "red"),
    Colour.BURGUNDY: ("бордовый", "күрең қызыл", "burgundy"),
    Colour.ORANGE: ("оранжевый", "қызғылт сары", "orange"),
    Colour.YELLOW: ("жёлтый", "сары", "yellow"),
    Colour.MUSTARD: ("горчичный", "қыша түсті", "mustard"),
    Colour.GREEN: ("зелёный", "жасыл", "green"),
    Colour.TURQUOISE: ("бирюзовый", "көгілжасыл", "turquoise"),
    Colour.LIGHT_BLUE: ("голубой", "көгілдір", "light blue"),
    Colour.BLUE: ("синий", "көк", "blue"),
    Colour.PURPLE: ("фиолетовый", "күлгін", "purple"),
    Colour.PINK: ("розовый", "қызғылт", "pink"),
    Colour.GOLD: ("золотой", "алтын түсті", "gold"),
    Colour.SILVER: ("серебристый", "күміс түсті", "silver"),
    Colour.OAK: ("дуб", "емен", "oak"),
    Colour.WALNUT: ("орех", "жаңғақ", "walnut"),
}

# Words beside the names; one word has one colour. Short and feminine forms are spelt where stems differ.
_WORDS: dict[Colour, str] = {
    Colour.WHITE: "белый белая белое белые молочный айвори кремовый ақ ақтау ақшыл white ivory cream",
    Colour.BLACK: "черный черная черное антрацит қара қаралау black anthracite",
    Colour.GREY: "серый серая графит графитовый пепельный сұр сұрғылт grey gray graphite",
    Colour.BEIGE: "бежевый бежевая бежевое беж песочный капучино құмсары beige sand taupe",
    Colour.BROWN: "коричневый коричневая шоколадный шоколад кофейный венге қоңыр brown chocolate wenge",
    Colour.RED: "красный красная красное алый қызыл red scarlet",
    Colour.BURGUNDY: "бордовый бордо винный вишневый күрең burgundy bordeaux maroon",
    Colour.ORANGE: "оранжевый терракотовый терракота рыжий orange terracotta",
    Colour.YELLOW: "желтый желтая желтое лимонный сары yellow lemon",
    Colour.MUSTARD: "горчичный горчица охра қыша mustard ochre",
    Colour.GREEN: "зеленый зеленая зеленое изумрудный оливковый салатовый фисташковый жасыл green emerald olive",
    Colour.TURQUOISE: "бирюзовый мятный мята тиффани көгілжасыл turquoise mint teal",
    Colour.LIGHT_BLUE: "голубой голубая голубое небесный лазурный көгілдір azure",
    Colour.BLUE: "синий синяя синее индиго көк blue navy indigo",
    Colour.PURPLE: "фиолетовый сиреневый лиловый лавандовый күлгін purple violet lilac lavender",
    Colour.PINK: "розовый розовая пудровый қызғылт pink",
    Colour.GOLD: "золотой золотистый золото латунь алтын gold golden brass",
    Colour.SILVER: "серебристый серебряный серебро хром күміс silver chrome",
    Colour.OAK: "дуб дубовый сонома емен oak sonoma",
    Colour.WALNUT: "орех ореховый жаңғақ walnut",
}
_SHADES = (
    "светлый светло темный темно ярко яркий цвет цвета түс түсті ашық қою күңгірт light dark bright colour color"
)
# Two words that mean another colour than either alone.
_PAIRS = {
    ("қызғылт", "сары"): Colour.ORANGE,
    ("light", "blue"): Colour.LIGHT_BLUE,
    ("күрең", "қызыл"): Colour.BURGUNDY,
}


def _by_lexeme() -> dict[str, Colour]:
    return {
        lexeme: colour
        for colour, words in _WORDS.items()
        for word in words.split()
        for lexeme in lexemes_of_word(word)
    }


_LEXEMES = _by_lexeme()
_SHADE_LEXEMES = frozenset(lexeme for word in _SHADES.split() for lexeme in lexemes_of_word(word))
_PAIR_LEXEMES = {
    (lexemes_of_word(first)[0], lexemes_of_word(second)[0]): colour for (first, second), colour in _PAIRS.items()
}
_CODES = frozenset(colour.value for colour in Colour)


def colour_name(colour: Colour, language: Language) -> str:
    """The name for a person: «красный», «қызыл», "red"."""
    russian, kazakh, english = _NAMES[colour]
    return {Language.RU: russian, Language.KK: kazakh, Language.EN: english}[language]


def colour_of_word(word: str) -> Colour | None:
    """The colour that one normalised word names in any form, or ``None``."""
    return next((_LEXEMES[lexeme] for lexeme in lexemes_of_word(word) if lexeme in _LEXEMES), None)


def lexemes_of_colour(colour: Colour) -> tuple[str, ...]:
    """The stems of all words that name the colour."""
    return tuple(lexeme for lexeme, named in _LEXEMES.items() if named is colour)


def colour_of_pair(first: str, second: str) -> Colour | None:
    """The colour that two words name together and neither alone: «қызғылт сары» is orange."""
    return _PAIR_LEXEMES.get((lexemes_of_word(first)[0], lexemes_of_word(second)[0]))


def is_shade(word: str) -> bool:
    """Whether the word only qualifies a colour («тёмный», «түсті», "light")."""
    return any(lexeme in _SHADE_LEXEMES for lexeme in lexemes_of_word(word))


def colours_of_text(text: str) -> tuple[Colour, ...]:
    """The colours a text names, in order: a code (``light_blue``), «тёмно-синий», «қызғылт сары», "red, white"."""
    code = text.strip().lower()
    if code in _CODES:
        return (Colour(code),)
    words = [part for term in terms_of(text, limit=40) for part in (term.parts or (term.lexemes,))]
    found: dict[Colour, None] = {}
    position = 0
    while position < len(words):
        pair = (words[position][0], words[position + 1][0]) if position + 1 < len(words) else None
        if pair in _PAIR_LEXEMES:
            found[_PAIR_LEXEMES[pair]] = None
            position += 2
            continue
        colour = next((_LEXEMES[lexeme] for lexeme in words[position] if lexeme in _LEXEMES), None)
        if colour:
            found[colour] = None
        position += 1
    return tuple(found)
