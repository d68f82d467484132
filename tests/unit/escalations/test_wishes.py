"""What a member of staff wants, read from buttons, commands and words."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from shared.channels.contract import InboundMessage
from shared.escalations.staff.cards import CLOSE, DONE, REPLY
from shared.escalations.staff.linking import answer_link
from shared.escalations.staff.wishes import LinkWish, StaffWish, Words, link_wish, steps_of
from tests.doubles.turns import pressed, turn, typed, words

ID = UUID(int=7)


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("/link K7QF-2M9D", LinkWish("K7QF2M9D", asked=True)),
        ("/link k7qf2m9d", LinkWish("K7QF2M9D", asked=True)),
        ("/link@uyut_bot K7QF-2M9D", LinkWish("K7QF2M9D", asked=True)),
        ("/start link_K7QF2M9D", LinkWish("K7QF2M9D", asked=True)),
        ("K7QF-2M9D", LinkWish("K7QF2M9D", asked=False)),
        ("/link", LinkWish(None, asked=True)),
        ("/link K7QF", LinkWish(None, asked=True)),
        ("/start promo", None),
        ("/start", None),
        ("красный диван", None),
        ("SOFA-001", None),
        ("K7QF-2M9D красный", None),
    ],
)
def test_a_code_is_told_from_other_words(said: str, wish: LinkWish | None) -> None:
    assert link_wish(turn(said)) == wish


def test_steps_come_in_their_order_and_words_are_joined() -> None:
    heard = turn(pressed(f"{REPLY}{ID}"), "Добрый день", "Сейчас посмотрю", pressed(f"{CLOSE}{ID}"))

    assert steps_of(heard) == [
        StaffWish("reply", ID),
        Words("Добрый день\nСейчас посмотрю", parts=(("1", "Добрый день"), ("1", "Сейчас посмотрю"))),
        StaffWish("close", ID),
    ]


def test_words_that_may_be_for_different_people_are_not_joined() -> None:
    quoting = typed("Да").model_copy(update={"reply_to": "7"})
    corrected = typed("Нет").model_copy(update={"edited": True})

    assert [step.text for step in steps_of(turn("Добрый день", quoting, corrected)) if isinstance(step, Words)] == [
        "Добрый день",
        "Да",
        "Нет",
    ]


@pytest.mark.parametrize("foreign", [pressed("card:ALM-1"), pressed("staff:take:nonsense"), typed("/help")])
def test_what_is_not_the_staff_s_is_no_step(foreign: InboundMessage) -> None:
    assert steps_of(turn(foreign)) == []


def test_done_is_a_button_and_a_command() -> None:
    assert steps_of(turn(pressed(DONE))) == steps_of(turn("/done")) == [StaffWish("done")]


async def test_a_group_is_nobody_s_own_messenger() -> None:
    in_group = replace(turn("/link K7QF-2M9D"), group=True)

    answer = await answer_link(in_group, LinkWish("K7QF2M9D", asked=True))

    assert "только личный чат" in words(answer)
    assert not answer.effects
