"""Issue 7, number 2: what says all of a request by itself, and what may be part of a thought."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.doubles.skills import skills_of_a_shop

SHOP = skills_of_a_shop()
ASSISTANT = Path(__file__).parents[3] / "shared" / "assistant"


def titles() -> list[str]:
    """The words on every button of the assistant's catalogues."""
    found = set()
    for file in ASSISTANT.rglob("*.po"):
        for message in read_po(io.BytesIO(file.read_bytes())):
            title = message.string
            if str(message.id).startswith("button.") and isinstance(title, str) and "{" not in title:
                found.add(title)
    return sorted(found)


@pytest.mark.parametrize("title", titles())
def test_the_words_on_any_button_are_a_whole_request(title: str) -> None:
    assert SHOP.is_whole_request(title)
    assert SHOP.is_whole_request(f" {title.upper()} ")


@pytest.mark.parametrize(
    "text",
    [
        "корзина",
        "Мои заказы",
        "добавь RUG-001",
        "Добавь, пожалуйста, rug-001!",
        "беру RUG-001",
        "добавь второй в корзину",
        "добавь диван Осло в корзину",
        "ещё один",
        "убери второй из корзины",
        "уберите стул",
        "очисти корзину",
        "сделай три",
        "оформить заказ",
        "где мой заказ",
        "заказ №12",
        "уведоми, когда диван подешевеет",
        "что ты обо мне знаешь",
        "люблю синие диваны",
        "ужасный сервис, верните деньги",
        "доставка есть?",
        "а он раскладывается",
        "дешевле",
        "что посоветуете?",
        "есть в наличии",
        "помощь",
        "вы работаете в воскресенье?)",
        "RUG-001 қос",
        "екіншісін себетке қос",
        "себетім",
        "тапсырыс беру",
        "жеткізу бар ма?",
        "арзанырақ",
        "менеджер шақырыңыз",
        "add RUG-001",
        "put the second one into my cart",
        "my orders",
        "cheaper",
        "do you deliver?",
        "call a manager",
    ],
)
def test_an_act_a_question_and_a_wish_that_is_understood_are_whole(text: str) -> None:
    assert SHOP.is_whole_request(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "хочу красный диван",
        "красный",
        "диван",
        "до 150 000",
        "не красный",
        "RUG-001",
        "добавь",
        "добавь в корзину",
        "беру",
        "второй",
        "2",
        "привет",
        "спасибо",
        "да",
        "ок",
        "Айгуль Ким",
        "Абая 10",
        "кв. 5, домофон 12",
        "қызыл диван",
        "150 мыңға дейін",
        "сәлем",
        "екінші",
        "a red sofa",
        "under 200k",
        "hello",
        "the first one",
    ],
)
def test_words_that_others_may_follow_are_not(text: str) -> None:
    assert not SHOP.is_whole_request(text)
