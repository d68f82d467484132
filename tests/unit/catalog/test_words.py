"""Colours, stock numbers, mistyped words and their correction."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from shared.catalog.analyser import Term, terms_of
from shared.catalog.colours import Colour, colour_name, colour_of_word, colours_of_text
from shared.catalog.mistyping import variants_of
from shared.catalog.tokens import sku_key, sku_key_candidates
from shared.catalog.vocabulary import Vocabulary, VocabularyCache, vocabulary_word
from shared.kernel.languages import Language

WORDS = {
    "диван": 90,
    "диваны": 5,
    "кресло": 40,
    "кровать": 30,
    "шкаф": 25,
    "стеллаж": 8,
    "осло": 6,
    "қызыл": 4,
    "table": 3,
}


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(vocabulary_word(word, number) for word, number in WORDS.items())


def only(text: str) -> Term:
    (term,) = terms_of(text)
    return term


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("девани", "диван"),
        ("диваан", "диван"),
        ("дивна", "диван"),
        ("кросло", "кресло"),
        ("креслло", "кресло"),
        ("краватъ", "кровать"),
        ("стелаж", "стеллаж"),
        ("lbdfy", "диван"),
        ("rhtckj", "кресло"),
        ("divan", "диван"),
        ("krovat", "кроват"),
        ("shkaf", "шкаф"),
        ("oslo", "осло"),
        ("кызил", "қызыл"),
        ("tabel", "table"),
    ],
)
def test_a_mistyped_word_is_read_as_the_one_meant(vocabulary: Vocabulary, typed: str, meant: str) -> None:
    corrected = vocabulary.correct(only(typed))
    assert corrected is not None
    assert corrected.text == meant
    assert vocabulary.knows(corrected)


@pytest.mark.parametrize("typed", ["самолёт", "кот", "телевизор", "xyzzy"])
def test_a_word_like_none_of_the_catalogue_is_left_alone(vocabulary: Vocabulary, typed: str) -> None:
    assert not vocabulary.knows(only(typed))
    assert vocabulary.correct(only(typed)) is None


@pytest.mark.parametrize("typed", ["диванами", "дивандар", "кроватей", "160x200", "sofa-001"])
def test_forms_of_known_words_and_numbers_need_no_correction(vocabulary: Vocabulary, typed: str) -> None:
    assert vocabulary.knows(only(typed))


def test_of_equally_near_words_the_more_frequent_is_chosen() -> None:
    words = Vocabulary([vocabulary_word("стол", 50), vocabulary_word("стул", 3)])
    corrected = words.correct(only("стпл"))
    assert corrected is not None
    assert corrected.text == "стол"


def test_the_cache_gives_only_the_version_asked_for_and_stays_within_its_bound() -> None:
    cache = VocabularyCache(max_words=2)
    small = Vocabulary([vocabulary_word("диван", 1)])
    first, second, third = (UUID(int=number) for number in range(3))
    cache.put(first, 1, small)
    assert cache.get(first, 1) is small
    assert cache.get(first, 2) is None
    cache.put(second, 1, small)
    cache.put(third, 1, small)
    assert cache.get(first, 1) is None
    assert cache.get(third, 1) is small
    assert cache.get(uuid4(), 1) is None


@pytest.mark.parametrize(
    ("text", "colours"),
    [
        ("красного", [Colour.RED]),
        ("чёрную", [Colour.BLACK]),
        ("синее", [Colour.BLUE]),
        ("тёмно-синий", [Colour.BLUE]),
        ("светло серая", [Colour.GREY]),
        ("қызылды", [Colour.RED]),
        ("қызғылт сары", [Colour.ORANGE]),
        ("қызғылт", [Colour.PINK]),
        ("көк түсті", [Colour.BLUE]),
        ("light blue", [Colour.LIGHT_BLUE]),
        ("light_blue", [Colour.LIGHT_BLUE]),
        ("gray", [Colour.GREY]),
        ("белый с золотом", [Colour.WHITE, Colour.GOLD]),
        ("Сонома", [Colour.OAK]),
        ("квадратный", []),
    ],
)
def test_colour_words_of_three_languages_become_codes(text: str, colours: list[Colour]) -> None:
    assert list(colours_of_text(text)) == colours


@pytest.mark.parametrize("colour", Colour)
@pytest.mark.parametrize("language", Language)
def test_every_colours_name_is_understood(colour: Colour, language: Language) -> None:
    assert colours_of_text(colour_name(colour, language))[0] is colour


@pytest.mark.parametrize("word", ["кресло", "красивый", "стол", "ковёр", "сарай", "красота"])
def test_other_words_are_no_colours(word: str) -> None:
    assert colour_of_word(word) is None


@pytest.mark.parametrize("written", ["SOFA-001", "sofa 001", "Sofa_001", "SОFА-001"])
def test_a_stock_number_has_one_key_however_it_is_written(written: str) -> None:
    assert sku_key(written) == "sofa001"


def test_a_stock_number_may_be_spelt_by_its_sound() -> None:
    assert "sofa001" in sku_key_candidates("СОФА-001")
    assert sku_key_candidates("диван") == ()


def test_the_other_layout_is_tried_before_the_other_alphabet() -> None:
    assert variants_of("lbdfy")[0] == "диван"
    assert variants_of("divan")[-1] == "диван"
