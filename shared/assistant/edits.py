"""An edit of a message that was carried out changes nothing by itself: the one place that sees to it.

«добавь RUG-001 в корзину», edited to «…!», is no second wish. Whatever leads to an action (words, a label, a form,
the model) leads through its skill. ``unrepeated`` makes a skill whose actions tell how things stand (``Skill.now``)
in the turn of such an edit, where they would change something. The exception is an answer to a form that the person
corrected (``Answer.corrects``): it replaces what it said before, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from shared.assistant import replies
from shared.assistant.skill import Answer, Form, Moment, Said, Skill, Wish
from shared.dialogs.contract import TurnResult

__all__ = ["nothing_repeated", "unrepeated"]

_FACTS = "not done: the shopper only edited an earlier message; they are shown how things stand"


def nothing_repeated(moment: Moment, now: Answer) -> Answer:
    """``now``, how things stand, as the whole answer to an edit."""
    said = replies.say("edited", moment.language)
    # a model that took it for done would say so: nothing is left for it to add
    return replace(now, messages=(said, *now.messages), facts=_FACTS, final=True)


def unrepeated(skill: Skill) -> Skill:
    """The skill, none of whose actions changes anything in a turn of an edit."""
    return replace(
        skill,
        tools=tuple(replace(tool, run=_always(skill, tool.run)) for tool in skill.tools),
        buttons=tuple(replace(family, press=_maybe(skill, family.press)) for family in skill.buttons),
        phrases=tuple(replace(phrase, answer=_maybe(skill, phrase.answer)) for phrase in skill.phrases),
        form=None if skill.form is None else _UnrepeatedForm(skill, skill.form),
    )


def _always(
    skill: Skill, act: Callable[[Moment, Any], Awaitable[Answer]]
) -> Callable[[Moment, Any], Awaitable[Answer]]:
    async def acted(moment: Moment, said: Any) -> Answer:
        return await _judged(skill, moment, await act(moment, said))

    return acted


def _maybe(
    skill: Skill, act: Callable[[Moment, Any], Awaitable[Answer | None]]
) -> Callable[[Moment, Any], Awaitable[Answer | None]]:
    async def acted(moment: Moment, said: Any) -> Answer | None:
        answer = await act(moment, said)
        return None if answer is None else await _judged(skill, moment, answer)

    return acted


@dataclass(frozen=True, slots=True)
class _UnrepeatedForm:
    """A ``Form`` whose answers are judged."""

    skill: Skill
    form: Form

    def is_open(self, moment: Moment) -> bool:
        return self.form.is_open(moment)

    async def take(self, moment: Moment, said: Said, other: Wish | None) -> Answer | None:
        answer = await self.form.take(moment, said, other)
        return None if answer is None else await _judged(self.skill, moment, answer)

    def finish(self, moment: Moment, result: TurnResult) -> TurnResult:
        return self.form.finish(moment, result)


async def _judged(skill: Skill, moment: Moment, answer: Answer) -> Answer:
    """The answer, or how things stand where it would change something because of an edit."""
    if not moment.turn.edited or not answer.changes or answer.corrects:
        return answer
    return nothing_repeated(moment, Answer() if skill.now is None else await skill.now(moment))
