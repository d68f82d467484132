"""Typed words as the answer to a question that was put with buttons."""

from __future__ import annotations

import time

import pytest

from shared.assistant.asked import STATE_KEY, Asked, answered_button
from shared.assistant.skills.talk.phrases import Question
from tests.doubles.turns import turn

_OFFER = Asked("yes", "no")
_MANAGER = Asked("yes", "no", Question.MANAGER)
_CANCEL = Asked("yes", "no", Question.CANCEL_ORDER)
_ERASE = Asked("yes", "no", Question.ERASE)
_ALL = (_OFFER, _MANAGER, _CANCEL, _ERASE)


def answer(asked: Asked, text: str, *, said_since: int = 0) -> str | None:
    """What the words press, right after the question was put."""
    put = {STATE_KEY: asked.kept(turn("что угодно"))}
    return answered_button(turn(text, state=put, said_since=said_since))


@pytest.mark.parametrize("asked", _ALL)
def test_a_plain_yes_and_no_answer_every_question(asked: Asked) -> None:
    assert [answer(asked, text) for text in ("да", "да, да!", "Иә", "yes please")] == ["yes"] * 4
    assert [answer(asked, text) for text in ("нет", "жоқ", "не надо", "нет, спасибо")] == ["no"] * 4


@pytest.mark.parametrize(
    ("asked", "verbs"),
    [
        (_MANAGER, ("позовите", "да, позови", "шақырыңыз", "call one")),
        (_CANCEL, ("отмените", "ок, отменяйте", "тоқтатыңыз", "cancel it", "yes, cancel")),
        (_ERASE, ("удали", "да, сотрите", "өшіріңіз", "erase everything")),
    ],
)
def test_a_question_is_agreed_to_by_its_own_verbs_only(asked: Asked, verbs: tuple[str, ...]) -> None:
    assert [answer(asked, verb) for verb in verbs] == ["yes"] * len(verbs)
    assert "yes" not in {answer(other, verb) for other in _ALL if other is not asked for verb in verbs}


def test_the_kazakh_verb_of_both_serves_both() -> None:
    assert [answer(asked, "жойыңыз") for asked in (_CANCEL, _ERASE, _MANAGER)] == ["yes", "yes", None]


@pytest.mark.parametrize("asked", [_CANCEL, _ERASE])
@pytest.mark.parametrize("text", ["ок", "ладно", "хорошо", "жақсы", "okay", "👍", "👎👍", "call"])
def test_what_cannot_be_undone_is_not_agreed_to_in_passing(asked: Asked, text: str) -> None:
    assert answer(asked, text) is None


def test_an_ok_takes_a_harmless_offer_but_not_beside_a_sign_against_it() -> None:
    assert [answer(_MANAGER, text) for text in ("ок", "👍", "👎👍")] == ["yes", "yes", None]


@pytest.mark.parametrize("asked", [_CANCEL, _ERASE])
@pytest.mark.parametrize("text", ["отмена", "cancel", "нет, отмена"])
def test_calling_it_off_keeps_the_order_and_the_data(asked: Asked, text: str) -> None:
    assert answer(asked, text) == "no"


@pytest.mark.parametrize("text", ["отмени", "отмените", "тоқтат", "cancel it"])
def test_to_stop_the_erasure_is_no_agreement_to_it(text: str) -> None:
    assert answer(_ERASE, text) == "no"


def test_a_question_is_over_once_somebody_else_spoke() -> None:
    assert answer(_CANCEL, "да", said_since=1) is None


def test_a_long_text_is_no_answer_and_costs_nothing() -> None:
    began = time.perf_counter()
    assert answer(_OFFER, "да " * 5000 + "!x") is None
    assert answer(_ERASE, "да " * 200 + "но не удаляйте") is None
    assert time.perf_counter() - began < 0.5
