"""The skill of calling a person, by words, by button, and by the model."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from pydantic import Field

from shared.assistant import buttons, replies
from shared.assistant.asked import OFFERED_MANAGER
from shared.assistant.asked import STATE_KEY as ASKED
from shared.assistant.offline.understanding import read_search
from shared.assistant.skill import (
    Answer,
    ButtonFamily,
    Label,
    Moment,
    Phrase,
    Said,
    Skill,
    Strength,
    Tool,
    ToolArguments,
)
from shared.assistant.skills.handover import opening, phrases
from shared.assistant.state import MISSES_BEFORE_OFFER
from shared.escalations import replies as escalation_replies
from shared.escalations.schemas import EscalationReason

__all__ = ["handover_skill", "offer_for_question"]


_PHONE = re.compile(r"\+?[78](?:[\s().\-]*\d){10}")


class _EscalateToManager(ToolArguments):
    reason: EscalationReason = Field(
        description="asked: wants a person; angry: complains; order_problem: about an order; repeated_failure: you"
        " could not help several times"
    )


def handover_skill(*, handover_seconds: float) -> Skill:
    """Complaints, trouble with orders, the wish for a person, questions for the staff.

    Args:
        handover_seconds: how long an escalation keeps the bot silent.
    """
    calling = _Calling(handover_seconds)
    return Skill(
        name="handover",
        tools=(
            Tool(
                "escalate_to_manager",
                "Hand the conversation over to a person of the shop.",
                _EscalateToManager,
                calling.by_model,
            ),
        ),
        buttons=(
            ButtonFamily(buttons.MANAGER, calling.by_button),
            ButtonFamily(buttons.RETURN_TO_BOT, _still_here),
        ),
        labels=(
            Label(lambda: escalation_replies.TEXTS.variants("button.return"), buttons.RETURN_TO_BOT),
            Label(lambda: replies.TEXTS.variants("button.manager"), buttons.MANAGER),
        ),
        phrases=(
            Phrase.matching("angry", Strength.URGENT, phrases.ANGRY, calling.because(EscalationReason.ANGRY)),
            Phrase.matching(
                "order_problem", Strength.URGENT, phrases.ORDER, calling.because(EscalationReason.ORDER_PROBLEM)
            ),
            Phrase.matching("manager", Strength.URGENT, phrases.MANAGER, calling.asked),
            Phrase.matching("displeased", Strength.WHOLE, phrases.DISPLEASED, _offer_in_trouble, public=True),
            Phrase("phone_number", Strength.PASSING, _read_phone, _offer_to_call),
            Phrase("service_question", Strength.PASSING, _read_question, offer_for_question, public=True),
        ),
        now=_offer_in_trouble,
        rules="When the shopper asks for a person, complains, or has a problem with an order, call"
        " escalate_to_manager.",
    )


class _Calling:
    """Opens escalations: in this very dialog, committed with the turn."""

    def __init__(self, handover_seconds: float) -> None:
        self._seconds = handover_seconds

    def because(self, reason: EscalationReason) -> Callable[[Moment], Awaitable[Answer]]:
        async def call(moment: Moment) -> Answer:
            return self._call(moment, reason)

        return call

    async def asked(self, moment: Moment) -> Answer:
        failed = moment.state.misses >= MISSES_BEFORE_OFFER
        return self._call(moment, EscalationReason.REPEATED_FAILURE if failed else EscalationReason.ASKED)

    async def by_button(self, moment: Moment, _button_id: str) -> Answer:
        return await self.asked(moment)

    async def by_model(self, moment: Moment, wanted: _EscalateToManager) -> Answer:
        return self._call(moment, wanted.reason)

    def _call(self, moment: Moment, reason: EscalationReason) -> Answer:
        return Answer(
            opening.announce(moment.turn, reason).messages,
            moment.state.with_help(),
            analytics=(opening.escalated(reason),),
            effects=(opening.escalation(moment.turn, reason, seconds=self._seconds),),
            facts="ok: a person takes over",
            final=True,
        )


async def _still_here(moment: Moment, _button_id: str) -> Answer:
    """The way back, pressed again after the hand-over ended by itself."""
    return Answer((replies.say("here", moment.language),), moment.state.with_help())


def _read_phone(said: Said) -> bool | None:
    """A telephone number and nothing else: somebody waits for a call."""
    return True if _PHONE.fullmatch(said.text.strip()) else None


async def _offer_to_call(moment: Moment, _read: object) -> Answer:
    manager = replies.button("manager", buttons.MANAGER, moment.language)
    thanks = replies.say("contact", moment.language, manager)
    return Answer((thanks,), moment.state.with_help(), asks=OFFERED_MANAGER)


def _read_question(said: Said) -> object | None:
    if phrases.haggles(said.text):
        return True
    if not phrases.SERVICE.search(said.text):
        return None
    searched = read_search(said.text, implied_thousands=said.implied_thousands)
    # «диван до 200 тыс с доставкой» is a search with a remark
    return None if searched.priced and searched.words else True


async def _offer_in_trouble(moment: Moment) -> Answer:
    offer = replies.offer_of_manager(moment.language)
    return Answer((offer,), moment.state.with_help(), asks=OFFERED_MANAGER)


async def offer_for_question(moment: Moment, _read: object = None) -> Answer:
    """Whether to call a person for a question that only the staff can answer."""
    manager = replies.button("manager", buttons.MANAGER, moment.language)
    again = moment.kept(ASKED).get("yes") == buttons.MANAGER
    asked = replies.say("service_question.again" if again else "service_question", moment.language, manager)
    return Answer((asked,), moment.state.with_help(), asks=OFFERED_MANAGER)
