"""Words that ask for an alert, for the list, and for an end, in three languages; and words that do not."""

from __future__ import annotations

import pytest

from shared.alerts.schemas import AlertCondition
from shared.assistant.offline.understanding import read_search
from shared.assistant.skill import Said
from shared.assistant.skills.alerts.phrases import CANCEL, LIST, UNDO, Asked, read_asked

DROP, BELOW, RESTOCK = AlertCondition.DROP, AlertCondition.BELOW, AlertCondition.RESTOCK


def asked(text: str) -> Asked | None:
    return read_asked(Said(text, implied_thousands=True))


@pytest.mark.parametrize(
    ("text", "condition", "limit", "words"),
    [
        ("уведоми меня, когда диван подешевеет", DROP, None, "диван"),
        ("Сообщите, пожалуйста, когда Диван «Алма» станет дешевле", DROP, None, "Диван Алма"),
        ("сообщи когда подешевеет", DROP, None, ""),
        ("напиши, если будет скидка", DROP, None, ""),
        ("следи за ценой", DROP, None, ""),
        ("сообщи, если станет ниже 200000", BELOW, 200_000, ""),
        ("дай знать, когда красный диван будет дешевле 200 тысяч", BELOW, 200_000, "красный диван"),
        ("уведоми, если цена упадёт до 150 000 тг", BELOW, 150_000, ""),
        ("уведомите, когда появится в наличии", RESTOCK, None, ""),
        ("скажите, когда диван Номад снова появится", RESTOCK, None, "диван Номад"),
        ("диван арзандаса, хабарлаңыз", DROP, None, "диван"),
        ("бағасы түссе айтыңызшы", DROP, None, ""),
        ("бағасы 200 мыңнан төмен болса хабар беріңіз", BELOW, 200_000, ""),
        ("қайта түскенде хабарлаңыз", RESTOCK, None, ""),
        ("let me know when it gets cheaper", DROP, None, ""),
        ("notify me if the sofa drops below 200k", BELOW, 200_000, "sofa"),
        ("tell me when it is back in stock", RESTOCK, None, ""),
        ("watch the price", DROP, None, ""),
    ],
)
def test_a_wish_to_be_told_is_understood(
    text: str, condition: AlertCondition, limit: int | None, words: str
) -> None:
    found = asked(text)

    assert found is not None
    assert (found.condition, found.limit) == (condition, limit)
    left = read_search(found.words)
    wanted = read_search(words)
    assert (left.words, left.colour) == (wanted.words, wanted.colour)


@pytest.mark.parametrize(
    "text",
    [
        "хочу красный диван до 200000",
        "скажите цену",
        "скажите, есть скидка?",
        "сообщите цену дивана",
        "когда подешевеет?",
        "напишите адрес",
        "скажите, когда привезёте диван",
        "дешевле есть?",
        "арзанырақ бар ма",
        "бағасын айтыңызшы",
        "tell me the price",
        "I want a watch under 200k",
        "is it in stock?",
        "не следи за ценой",
    ],
)
def test_other_words_are_no_wish_to_be_told(text: str) -> None:
    assert asked(text) is None


@pytest.mark.parametrize(
    "text",
    ["мои уведомления", "Покажи мои уведомления", "за чем ты следишь?", "хабарландыруларым", "my alerts"],
)
def test_the_list_is_asked_for(text: str) -> None:
    assert LIST.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "отмени уведомление",
        "отключите уведомления, пожалуйста",
        "не следи больше",
        "отпишите меня",
        "хабарландыруды тоқтатыңыз",
        "бақыламаңыз",
        "cancel the alert",
        "stop watching",
    ],
)
def test_an_end_is_asked_for(text: str) -> None:
    assert CANCEL.search(text)
    assert asked(text) is None


@pytest.mark.parametrize("text", ["отмени", "нет, отмена", "болдырмаңыз", "cancel that"])
def test_an_end_of_what_was_just_made(text: str) -> None:
    assert UNDO.search(text)
