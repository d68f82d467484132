"""The colours of a shopper's sentence are those of the catalogue, word for word."""

from __future__ import annotations

import pytest

from shared.assistant.offline.colours import colour_of, find_colour
from shared.catalog.colours import WOODS, Colour, colour_name, colour_of_word
from shared.kernel.languages import Language


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("colour", [colour for colour in Colour if colour not in WOODS])
def test_a_colours_name_is_understood_in_every_language(colour: Colour, language: Language) -> None:
    assert find_colour(f"диван {colour_name(colour, language)}").code is colour


@pytest.mark.parametrize(
    "word",
    [
        "кремовый",
        "молочный",
        "ivory",
        "cream",
        "графитовый",
        "бордо",
        "мятный",
        "сиреневый",
        "изумрудный",
        "шоколадный",
        "золотистый",
        "қоңыр",
        "кызыл",
        "кок",
        "көгілдір",
        "navy",
        "maroon",
        "teal",
        "violet",
    ],
)
def test_speech_and_catalogue_agree_on_a_word(word: str) -> None:
    assert find_colour(word).code is colour_of_word(word)


@pytest.mark.parametrize("colour", list(Colour))
def test_a_model_may_say_the_code(colour: Colour) -> None:
    assert colour_of(colour.value.replace("_", " ").upper()) is colour
