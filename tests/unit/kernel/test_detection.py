"""Which language a shopper's message is in: a table of real-looking messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
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
    ("себеттен алып таста", KK),
    ("мынаны себетке салып берши", KK),
    ("тапсырысым кайда", KK),
    ("тапсырысты растаймын", KK),
    ("багасы туссе хабарла", KK),
    ("диваннын баска тустегисин корсетиниз", KK),
    ("менеджермен сойлескым келеди", KK),
    ("уйге жеткизесиздер ме", KK),
    ("улкен диван издеп журмын", KK),
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


CLOSE_TO_KAZAKH = """
карниз
вниз
найди карниз подешевле
эскиз кухни
сервиз на 12 персон
витамин
куст жасмин
оплата долларами и рублями
я Адам Еремин
меня зовут Береке
торт бес килем
диван-кровать «Алтын»
мебель Керемет
Кайрат Жаксыбеков
Абая 10
проспект Абылай хана 15
доставка на Толе би
Шымкент, микрорайон Нурсат
у вас есть салфетки
а не мало ли
""".strip().splitlines()


@pytest.mark.parametrize("text", CLOSE_TO_KAZAKH)
def test_russian_that_looks_a_little_kazakh_stays_russian_or_tells_nothing(text: str) -> None:
    assert detect_language(text) is not KK


def shop_texts(language: Language) -> list[str]:
    """All that the shop itself says in a language."""
    found: list[str] = []
    for catalogue in sorted(Path("shared").glob(f"**/locales/{language.value}/LC_MESSAGES/*.po")):
        with catalogue.open("rb") as file:
            for message in read_po(file):
                words = "\n".join([message.string] if isinstance(message.string, str) else message.string or ())
                found += [re.sub(r"\{\w*\}", " ", words)] if message.id and words else []
    assert len(found) > 300
    return found


def test_no_russian_sentence_of_the_shop_is_taken_for_kazakh() -> None:
    assert [words for words in shop_texts(RU) if detect_language(words) is KK] == []


def test_kazakh_typed_on_a_russian_keyboard_is_seldom_taken_for_russian() -> None:
    plain = str.maketrans("әғқңөұүһіӘҒҚҢӨҰҮҺІ", "агкноуухиАГКНОУУХИ")
    typed = [words.translate(plain) for words in shop_texts(KK)]
    taken = [detect_language(words) for words in typed]
    assert taken.count(KK) > 0.7 * len(typed)
    assert taken.count(RU) < 0.08 * len(typed)


@given(st.text())
def test_any_text_gets_an_answer_without_an_error(text: str) -> None:
    assert detect_language(text) in {RU, KK, EN, None}


@given(st.integers(min_value=0), st.sampled_from([m for m in MESSAGES if m[1] is not None]))
def test_numbers_around_the_words_change_nothing(number: int, message: tuple[str, Language | None]) -> None:
    text, language = message
    assert detect_language(f"{number} {text} {number}") is language
