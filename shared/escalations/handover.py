"""Answers a dialog while a person has it: mostly by silence, so that the bot never talks over the staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.contract import InboundMessage
from shared.dialogs.bells import Bell
from shared.dialogs.contract import AnalyticsEvent, Effect, Turn, TurnResult, is_echo
from shared.escalations import replies, service
from shared.escalations.desk import EscalationDesk
from shared.escalations.rules import rules_of
from shared.escalations.schemas import RETURN_TO_BOT

__all__ = ["REMINDER_WINDOW", "HandoverResponder"]

REMINDER_WINDOW = timedelta(minutes=10)
"""How long after the opening one reminder may still be said."""

_STATE_KEY = "handover"


class HandoverResponder:
    """A ``Responder`` for dialogs whose ``handover_until`` lies ahead.

    * The button «Вернуться к боту» (or its words) ends the hand-over and says that the bot is back.
    * ``/start`` ends it and passes the turn on to the bot's own responder.
    * Words of the shop's own, written outside of Zeta (``Turn.echoes``), begin a hand-over or prolong it: somebody
      answers already.
    * Anything else is for the staff, and passed on to the member who has the dialog: silence, but for one reminder
      per escalation in its first minutes, while nobody has answered. So is an edit of what was carried out.
    """

    def __init__(self, desk: EscalationDesk) -> None:
        self._desk = desk

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer a turn; opens one short read transaction at most."""
        if turn.echoes:
            return await self._step_back(turn)
        if _wants_start(turn) and not turn.edited:
            return TurnResult(effects=(self._resolution(turn),), state=_without_reminder(turn.state), pass_on=True)
        if _wants_bot(turn) and not turn.edited:
            return TurnResult(
                reply=replies.welcome_back(turn.language),
                effects=(self._resolution(turn),),
                state=_without_reminder(turn.state),
                analytics=(AnalyticsEvent("returned_to_bot"),),
                changed=True,
            )
        return await self._wait(turn)

    async def _step_back(self, turn: Turn) -> TurnResult:
        """Leave the dialog to whoever of the shop writes in it; what the shopper wrote beside is for them."""
        step_back = self._stepping_back(turn)
        rest = replace(turn, events=[event for event in turn.events if not is_echo(event)])
        if not rest.events:
            return TurnResult(effects=(step_back,))
        if _wants_start(rest) or _wants_bot(rest):
            result = await self.respond(rest)
            return replace(result, effects=(step_back, *result.effects))
        forward = self._forwarding(rest)
        answered = is_echo(turn.events[-1])
        return TurnResult(effects=(forward, step_back) if answered else (step_back, forward))

    async def _wait(self, turn: Turn) -> TurnResult:
        if not any(isinstance(event, InboundMessage) for event in turn.events):
            return TurnResult()
        async with turn.session() as session:
            escalation = await service.find_open(session, dialog_id=turn.dialog_id)
        if escalation is None:
            return TurnResult()
        mark = str(escalation.id)
        effects = (self._forwarding(turn),)
        fresh = turn.started_at - escalation.opened_at < REMINDER_WINDOW
        if not fresh or escalation.answered_at is not None or turn.state.get(_STATE_KEY) == mark:
            return TurnResult(effects=effects)
        state = {**turn.state, _STATE_KEY: mark}
        return TurnResult(reply=replies.reminder(turn.language), state=state, effects=effects)

    def _forwarding(self, turn: Turn) -> Effect:
        said = [event.content for event in turn.events if isinstance(event, InboundMessage)]
        rules = rules_of(turn.bot)

        async def forward(session: AsyncSession) -> Bell | None:
            told = await self._desk.forward(session, turn.dialog_id, said, rules)
            return "deliveries" if told else None

        return forward

    def _stepping_back(self, turn: Turn) -> Effect:
        written_at = turn.echoes[-1].occurred_at

        async def step_back(session: AsyncSession) -> None:
            await self._desk.step_back(session, turn.dialog_id, written_at)

        return step_back

    def _resolution(self, turn: Turn) -> Effect:
        async def resolve(session: AsyncSession) -> Bell | None:
            await self._desk.give_back(session, turn.dialog_id)
            return "deliveries"

        return resolve


def _without_reminder(state: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in state.items() if key != _STATE_KEY}


def _wants_start(turn: Turn) -> bool:
    return any(
        line.split(maxsplit=1)[0].split("@")[0].lower() == "/start"
        for line in turn.text.splitlines()
        if line.strip()
    )


def _wants_bot(turn: Turn) -> bool:
    pressed = turn.choice is not None and turn.choice.id == RETURN_TO_BOT
    return pressed or any(replies.is_return_label(line) for line in turn.text.splitlines())
