"""Words about oneself, in three languages."""

from __future__ import annotations

import pytest

from shared.assistant.offline.understanding import SearchWords, readable
from shared.assistant.skill import Said
from shared.assistant.skills.advice.phrases import ADVICE
from shared.assistant.skills.person.phrases import ABOUT_ME, FORGET_ME, FORGET_TASTES, read_liking


@pytest.mark.parametrize(
    "words",
    [
        "что ты обо мне знаешь?",
        "Что вы знаете обо мне",
        "мои данные",
        "покажи мои предпочтения",
        "сен мен туралы не білесің?",
        "менің деректерім",
        "what do you know about me?",
        "my data please",
    ],
)
def test_a_person_asks_what_is_known(words: str) -> None:
    assert ABOUT_ME.search(readable(words))


@pytest.mark.parametrize(
    "words",
    ["забудь меня", "Забудьте обо мне!", "удалите мои данные", "мені ұмыт", "forget me", "delete my personal data"],
)
def test_a_person_asks_to_be_forgotten(words: str) -> None:
    assert FORGET_ME.search(readable(words))


@pytest.mark.parametrize("words", ["сбрось мои предпочтения", "қалауларымды ұмыт", "reset my preferences"])
def test_a_person_asks_to_forget_their_tastes(words: str) -> None:
    assert FORGET_TASTES.search(readable(words))
    assert not FORGET_ME.search(readable(words))


@pytest.mark.parametrize(
    "words",
    [
        "посоветуй что-нибудь",
        "Что посоветуете?",
        "что ещё взять к этому",
        "хиты продаж",
        "бірдеңе ұсынші",
        "кеңес бер",
        "what do you recommend?",
        "Suggest something please",
    ],
)
def test_advice_is_asked_for(words: str) -> None:
    assert ADVICE.search(readable(words))


@pytest.mark.parametrize(
    "words", ["посоветуйте красный диван до 200 тысяч", "похожий диван синий", "recommend a bed"]
)
def test_advice_on_something_named_is_a_search(words: str) -> None:
    assert not ADVICE.search(readable(words))


@pytest.mark.parametrize(
    ("words", "liked"),
    [
        ("люблю синие диваны", SearchWords(words="диваны", colour="blue")),
        ("Мне нравится красный цвет", SearchWords(colour="red")),
        ("предпочитаю кресла до 100 000", SearchWords(words="кресла", price_max=100_000)),
        ("маған көк түс ұнайды", SearchWords(colour="blue")),
        ("I prefer grey sofas", SearchWords(words="sofas", colour="grey")),
    ],
)
def test_a_liking_is_read(words: str, liked: SearchWords) -> None:
    assert read_liking(Said(readable(words))) == liked


@pytest.mark.parametrize(
    "words",
    ["мне нравится этот диван", "I like it", "люблю", "люблю, когда не красное", "I'd like a sofa", "диван"],
)
def test_what_is_no_liking_is_left_to_others(words: str) -> None:
    assert read_liking(Said(readable(words))) is None
