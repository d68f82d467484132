"""Which written forms meet: the analyser gives the index and the query a common lexeme, or none."""

from __future__ import annotations

import pytest

from shared.catalog.analyser import lexemes_of_text, terms_of, vocabulary_words

MEET = [
    # Russian: cases, plurals, gender
    ("диван", "диваны"),
    ("диван", "дивана"),
    ("диван", "диванами"),
    ("кресло", "кресел"),
    ("кресло", "креслами"),
    ("стул", "стулья"),
    ("стул", "стульев"),
    ("кровать", "кровати"),
    ("кровать", "кроватей"),
    ("ковёр", "ковры"),
    ("ковёр", "ковер"),
    ("полка", "полок"),
    ("подушка", "подушек"),
    ("красный", "красную"),
    ("угловой", "угловые"),
    # Kazakh: plural, possessive, cases, with and without Kazakh letters
    ("диван", "диванды"),
    ("диван", "дивандар"),
    ("диван", "дивандарды"),
    ("диван", "диванның"),
    ("диван", "диванға"),
    ("кресло", "креслолар"),
    ("кресло", "креслоны"),
    ("шкаф", "шкафтардың"),
    ("лампа", "лампалар"),
    ("үстел", "үстелдер"),
    ("үстел", "үстелі"),
    ("үстел", "устел"),
    ("орындық", "орындықтар"),
    ("орындық", "орындығы"),
    ("төсек", "төсегі"),
    ("төсек", "тосек"),
    ("қызыл", "кызыл"),
    ("былғары", "былғарыдан"),
    # borrowed words meet over the languages
    ("диваны", "дивандар"),
    ("лампы", "лампалар"),
    ("кровати", "кроваттар"),
    # English
    ("sofa", "sofas"),
    ("chair", "Chairs"),
    # signs: hyphens, multiplication, look-alike letters
    ("160×200", "160х200"),
    ("160×200", "160 x 200"),
    ("диван-кровать", "кровать"),
    ("SOFA-001", "sofa001"),
    ("А4", "A4"),
    ("дивaн", "диван"),
]

APART = [
    ("стол", "стул"),
    ("диван", "дверь"),
    ("кровать", "кресло"),
    ("шкаф", "шарф"),
    ("үстел", "төсек"),
    ("bed", "bench"),
    ("SOFA-001", "sofa002"),
]


def meet(indexed: str, sought: str) -> bool:
    index = set(lexemes_of_text(indexed))
    terms = terms_of(sought)
    return bool(terms) and all(
        not index.isdisjoint(term.lexemes)
        or (bool(term.parts) and all(not index.isdisjoint(part) for part in term.parts))
        for term in terms
    )


@pytest.mark.parametrize(("indexed", "sought"), MEET)
def test_forms_of_one_word_meet_both_ways(indexed: str, sought: str) -> None:
    assert meet(indexed, sought)
    if "-" not in indexed:
        assert meet(sought, indexed)


@pytest.mark.parametrize(("indexed", "sought"), APART)
def test_different_words_stay_apart(indexed: str, sought: str) -> None:
    assert not meet(indexed, sought)


def test_grammar_and_the_wish_to_buy_are_no_search_words() -> None:
    assert [term.text for term in terms_of("Здравствуйте, я хочу купить красный диван, пожалуйста")] == [
        "красный",
        "диван",
    ]
    assert [term.text for term in terms_of("маған қызыл диван керек")] == ["қызыл", "диван"]
    assert [term.text for term in terms_of("show me a red sofa please")] == ["red", "sofa"]


def test_a_query_is_bounded_however_long_the_message_is() -> None:
    assert len(terms_of(" ".join(f"слово{number}" for number in range(5000)))) == 8


@pytest.mark.parametrize(
    "text", ["", "   ", "!!! ??? …", "🛋️", "\u0000", "'; DROP TABLE products; --", "a" * 30_000]
)
def test_any_text_can_be_analysed(text: str) -> None:
    assert all(lexeme for lexeme in lexemes_of_text(text))
    assert all(len(term.text) <= 64 for term in terms_of(text))


def test_only_words_of_three_letters_and_more_are_offered_for_correction() -> None:
    assert vocabulary_words("Диван-кровать «Осло» SOFA-001, 200×90 см, и ещё не то") == {
        "диван",
        "кровать",
        "осло",
        "sofa",
    }
