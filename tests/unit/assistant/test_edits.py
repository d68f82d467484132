"""Issue 7, number 5: whatever leads to an action, an edit of what was carried out does not make it again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.cards import Cards
from shared.assistant.results import result_of
from shared.assistant.skill import Answer, ButtonFamily, Moment, Phrase, Said, Skill, Strength, Tool, ToolArguments
from shared.assistant.skillset import Skills
from shared.dialogs.contract import Turn, TurnResult
from tests.doubles.turns import turn, words


async def wrote(session: AsyncSession) -> Answer:
    return Answer()


async def refused(session: AsyncSession) -> Answer:
    return Answer(refused=True)


async def noted(session: AsyncSession) -> None:
    return None


CHANGES: Mapping[str, Answer] = {
    "a write": Answer(write=wrote),
    "an effect": Answer(effects=(noted,)),
    "a taste": Answer(learns=True),
}


class TakesAll:
    """A form that takes every message, and is open."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def is_open(self, moment: Moment) -> bool:
        return True

    async def take(self, moment: Moment, said: Said, other: object) -> Answer:
        return self.answer

    def finish(self, moment: Moment, result: TurnResult) -> TurnResult:
        return result


def all_ways(answer: Answer) -> Skills:
    """A skill whose every way leads to one answer."""

    async def act(moment: Moment, said: object = None) -> Answer:
        return answer

    async def now(moment: Moment) -> Answer:
        return Answer()

    skill = Skill(
        "a",
        tools=(Tool("do", "", ToolArguments, act),),
        buttons=(ButtonFamily("do", act),),
        phrases=(Phrase.matching("do", Strength.WHOLE, re.compile("do"), act),),
        form=TakesAll(answer),
        now=now,
    )
    return Skills((skill,), cards=Cards())


async def each_way(skills: Skills, moment: Moment) -> list[Answer]:
    wish = skills.understand(Said("do"))
    assert wish is not None
    answers = [
        await skills.tools["do"].run(moment, ToolArguments()),
        await skills.press(moment, "do"),
        await wish.answer(moment),
        await skills.forms[0].take(moment, Said("do"), wish),
    ]
    return [answer for answer in answers if answer is not None]


def edited(of: Turn) -> Moment:
    return Moment.of(replace(of, edited=True))


@pytest.mark.parametrize("change", CHANGES)
async def test_in_an_edit_no_way_to_an_action_changes_anything(change: str) -> None:
    answers = await each_way(all_ways(CHANGES[change]), edited(turn("do")))
    assert len(answers) == 4
    for answer in answers:
        assert not answer.changes
        assert answer.final
        assert "исправили" in words(result_of(edited(turn("do")), answer))


@pytest.mark.parametrize("change", CHANGES)
async def test_in_any_other_turn_every_way_leads_to_the_action(change: str) -> None:
    answers = await each_way(all_ways(CHANGES[change]), Moment.of(turn("do")))
    assert answers == [CHANGES[change]] * 4


async def test_a_correction_is_made_and_what_changes_nothing_is_told_in_an_edit_too() -> None:
    for answer in (Answer(write=wrote, corrects=True), Answer(facts="told")):
        assert await each_way(all_ways(answer), edited(turn("do"))) == [answer] * 4


@pytest.mark.parametrize(
    ("answer", "changed"),
    [
        (Answer(), False),
        (Answer(effects=(noted,)), True),
        (Answer(learns=True), True),
        (Answer(write=wrote), True),
        (Answer(write=refused), False),
    ],
)
async def test_a_result_tells_whether_anything_was_changed(answer: Answer, changed: bool) -> None:
    result = result_of(Moment.of(turn("do")), answer)
    if result.settle is not None:
        result = await result.settle(AsyncSession())
    assert result.changed is changed
