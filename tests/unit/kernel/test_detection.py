"""Which language a shopper's message is in: a table of real-looking messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.detection import detect_language
from shared.kernel.languages import Language

RU, KK, EN = Language.RU, Language.KK, Language.EN

MESSAGES: list[tuple[str, Language | None]] = [
    ("хочу красный диван до 150000", RU),
    ("кресло от 50 до 120 тыс, серое", RU),
    ("Здравствуйте!", RU),
    ("сколько стоит SOFA-001?", RU),
    ("а синий есть?", RU),
    ("дешевле", RU),
    ("ещё", RU),
    ("позовите менеджера", RU),
    ("хочу iPhone 15", RU),
    ("спасибо, ok", RU),
    ("красный", RU),
    ("диван кровать матрас", RU),
    ("подскажите есть доставка в Алматы", RU),
    ("меня интересует диван Жұлдыз, сколько он стоит", RU),
    ("privet, skolko stoit divan", RU),
    ("hochu krasnyy divan", RU),
    ("қызыл диван керек 150 мыңға дейін", KK),
    ("кызыл диван керек", KK),
    ("диван бар ма", KK),
    ("канша турады", KK),
    ("Сәлем", KK),
    ("салем", KK),
    ("рахмет", KK),
    ("көрсетіңізші", KK),
    ("арзан орындык бар ма?", KK),
    ("тағы", KK),
    ("қанша тұрады?", KK),
    ("salem, divan bar ma", KK),
    ("менеджерді шақырыңыз", KK),
    ("cheap white desk under 80k", EN),
    ("Hello", EN),
    ("hi!", EN),
    ("do you have a red sofa?", EN),
    ("show me more", EN),
    ("thanks", EN),
    ("I need a chair", EN),
    ("I\u2019m looking for a bed", EN),
    ("grey armchair", EN),
    ("red sofa", EN),
    ("sofa Oslo", None),
    ("ok", None),
    ("OK 👍", None),
    ("SOFA-001", None),
    ("sofa", None),
    ("wow", None),
    ("iPhone", None),
    ("диван", None),
    ("150000", None),
    ("", None),
    ("👍👍👍", None),
    ("https://example.com/divan", None),
    ("me@example.com", None),
    ("/start", None),
    ("+7 701 000 00 00", None),
    ("Привіт, як справи, є їжа", None),
    ("我想要一張沙發", None),
]


@pytest.mark.parametrize(("text", "language"), MESSAGES)
def test_a_message_is_recognised(text: str, language: Language | None) -> None:
    assert detect_language(text) is language


@given(st.text())
def test_any_text_gets_an_answer_without_an_error(text: str) -> None:
    assert detect_language(text) in {RU, KK, EN, None}


@given(st.integers(min_value=0), st.sampled_from([m for m in MESSAGES if m[1] is not None]))
def test_numbers_around_the_words_change_nothing(number: int, message: tuple[str, Language | None]) -> None:
    text, language = message
    assert detect_language(f"{number} {text} {number}") is language
