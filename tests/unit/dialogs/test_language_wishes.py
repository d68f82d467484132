"""Which messages ask for a language, and which only mention one."""

from __future__ import annotations

import pytest

from shared.dialogs.turns.commands import command_of
from shared.dialogs.turns.language_wishes import language_wished
from shared.kernel.languages import Language
from tests.doubles.turns import turn

RU, KK, EN = Language.RU, Language.KK, Language.EN


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Қазақша жауап беріңізші", KK),
        ("қазақша сөйлеуге бола ма?", KK),
        ("можно на казахском?", KK),
        ("Русский", RU),
        ("давайте по-русски, пожалуйста", RU),
        ("орысша жазыңызшы", RU),
        ("English", EN),
        ("Can you speak English, please?", EN),
        ("in english please", EN),
        ("стол в английском стиле", None),
        ("қазақша ою бар кілем", None),
        ("english sofa", None),
        ("", None),
    ],
)
def test_a_language_is_wished_by_a_message_that_says_nothing_else(said: str, language: Language | None) -> None:
    assert language_wished(said) is language


def test_a_language_asked_for_in_words_is_the_command() -> None:
    assert command_of(turn("қазақша жазыңызшы")) == ("language", "kk")
