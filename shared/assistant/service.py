"""The assistant as dialogs know it: asks the model where it can, and answers by rules where it cannot."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial, reduce

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.gate import ModelGate
from shared.assistant.groups import GroupSkills
from shared.assistant.model.answering import ModelAssistant
from shared.assistant.offline.assistant import OfflineAssistant
from shared.assistant.products import ProductFinder
from shared.assistant.recognition.perception import Recognition
from shared.assistant.referred import follow_reference
from shared.assistant.results import once_decided, one_after_another, preceded, result_of
from shared.assistant.skill import Moment
from shared.assistant.skillset import Skills
from shared.assistant.usage import ModelUsage, record_usage, spending_day
from shared.channels.contract import InboundMessage, MembershipChange
from shared.channels.messages import TextContent
from shared.dialogs.contract import AnalyticsEvent, Effect, Turn, TurnResult
from shared.media.service import MediaService
from shared.runtime.model.breaker import ModelBreaker
from shared.runtime.model.client import ChatClient
from shared.runtime.model.failures import ModelFailed
from shared.runtime.settings import Settings

__all__ = ["AssistantResponder"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways to an answer, all with the same skills."""

    skills: Skills
    offline: OfflineAssistant
    model: ModelAssistant
    recognition: Recognition | None


class AssistantResponder:
    """Answers turns of bots in assistant mode. One per worker; safe to call concurrently.

    Args:
        settings: which model, its time-outs, prices and budget.
        skills: what the assistant can do.
        finder: the catalogue.
        client: the model's client; by default built from the settings.
        breaker: leaves a failing model alone; by default 5 failures in a row rest it for 30 seconds.
        media: reads photos and voice notes; without it they are politely declined.
    """

    def __init__(
        self,
        settings: Settings,
        skills: Skills,
        finder: ProductFinder,
        *,
        client: ChatClient | None = None,
        breaker: ModelBreaker | None = None,
        media: MediaService | None = None,
    ) -> None:
        self._settings = settings
        self._client = client or ChatClient(settings)
        self._gate = ModelGate(settings.daily_model_budget, breaker)
        self._finder = finder
        self._groups = GroupSkills(skills)
        self._private = self._ways(skills, finder, media)
        self._in_groups = self._ways(self._groups.skills, finder, media)

    def _ways(self, skills: Skills, finder: ProductFinder, media: MediaService | None) -> _Ways:
        settings = self._settings
        return _Ways(
            skills=skills,
            offline=OfflineAssistant(skills),
            model=ModelAssistant(settings, self._client, skills, finder),
            recognition=None if media is None else Recognition(settings, media, skills, finder),
        )

    async def aclose(self) -> None:
        """Close the model's connections."""
        await self._client.aclose()

    def is_whole_request(self, text: str) -> bool:
        """Whether a message says all of a request, so that nothing typed beside it is added to it."""
        return self._private.skills.is_whole_request(text)

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer a turn before its deadline; without a usable model by rules. Database errors pass through.

        What needs no words (an order) is answered by its skill. Of the rest, voice notes become words first, and
        photos what is in them; all else is answered as if it had been typed.
        """
        if not turn.group:
            return await self._respond(turn, self._private)
        result = await self._respond(turn, self._in_groups)
        return once_decided(result, partial(self._groups.for_everybody, turn))

    async def _respond(self, turn: Turn, ways: _Ways) -> TurnResult:
        referred = await follow_reference(turn, self._finder, ways.skills)
        if referred.answer is not None:
            return _finished(referred.turn, ways, result_of(Moment.of(referred.turn), referred.answer))
        return await self._take_arrivals(referred.turn, ways)

    async def _take_arrivals(self, turn: Turn, ways: _Ways) -> TurnResult:
        """Answer what needs no words, then everything else."""
        results: list[TurnResult] = []
        rest: list[InboundMessage | MembershipChange] = []
        for event in turn.events:
            arrival = ways.skills.arrival(event)
            if arrival is None or not isinstance(event, InboundMessage):
                rest.append(event)
                continue
            moment = Moment.of(replace(turn, events=[event]))
            results.append(result_of(moment, await arrival.answer(moment, event.content)))
            if words := arrival.words(event.content):
                rest.append(event.model_copy(update={"content": TextContent(text=words)}))
        if rest:
            results.append(await self._perceive(replace(turn, events=rest), ways))
        elif results:
            results[-1] = _finished(turn, ways, results[-1])
        return reduce(lambda first, second: one_after_another(first, second, turn.state), results or [TurnResult()])

    async def _perceive(self, turn: Turn, ways: _Ways) -> TurnResult:
        if ways.recognition is None:
            return await self._answer(turn, ways)
        seen = await ways.recognition.perceive(turn)
        if seen.answer is None:
            result = await self._answer(seen.turn, ways)
        else:
            result = result_of(seen.moment, seen.answer)
        result = preceded(result, seen.before)
        for usage in seen.usage:
            result = _with_usage(result, turn, usage)
        for counted in seen.analytics:
            result = _extended(result, analytics=counted)
        return result

    async def _answer(self, turn: Turn, ways: _Ways) -> TurnResult:
        if not turn.events:
            return TurnResult()
        return _finished(turn, ways, await self._answer_to(turn, ways))

    async def _answer_to(self, turn: Turn, ways: _Ways) -> TurnResult:
        if not self._is_for_model(turn, ways):
            return await ways.offline.respond(turn)
        moment = Moment.of(turn)
        taken = await ways.offline.fill_form(moment)
        if taken is not None:
            return result_of(moment, taken)
        usage = ModelUsage(
            model=self._settings.openai_model,
            price_input=self._settings.model_price_input,
            price_output=self._settings.model_price_output,
        )
        try:
            async with self._gate.asking(turn.bot, turn.session, at=turn.started_at):
                result = await ways.model.respond(turn, usage)
        except ModelFailed as failure:
            result = await _fall_back(turn, ways, failure)
        return _with_usage(result, turn, usage)

    def _is_for_model(self, turn: Turn, ways: _Ways) -> bool:
        """Words of a person. Buttons and attachments have one right answer, which needs no model."""
        words = turn.text.strip()
        return (
            self._client.configured
            and turn.choice is None
            and bool(words)
            and not words.startswith("/")
            and ways.skills.typed_button(turn) is None
        )


def _finished(turn: Turn, ways: _Ways, result: TurnResult) -> TurnResult:
    """The result with what forms add that wait for an answer."""
    moment = Moment.of(turn)
    for form in ways.skills.forms:
        result = once_decided(result, partial(form.finish, moment))
    return result


async def _fall_back(turn: Turn, ways: _Ways, failure: ModelFailed) -> TurnResult:
    _log.warning(
        "the offline assistant answers",
        extra={
            "reason": failure.reason.value,
            "company_id": str(turn.bot.company_id),
            "dialog_id": turn.dialog_id,
        },
    )
    result = await ways.offline.respond(turn)
    fallback = AnalyticsEvent("model_fallback", {"reason": failure.reason.value})
    return _extended(result, analytics=fallback)


def _with_usage(result: TurnResult, turn: Turn, usage: ModelUsage) -> TurnResult:
    if usage.calls == 0:
        return result
    day = spending_day(turn.started_at, turn.bot.timezone)

    async def record(session: AsyncSession) -> None:
        await record_usage(session, usage, day=day)

    return _extended(result, effect=record)


def _extended(
    result: TurnResult, *, effect: Effect | None = None, analytics: AnalyticsEvent | None = None
) -> TurnResult:
    return replace(
        result,
        effects=result.effects if effect is None else (*result.effects, effect),
        analytics=result.analytics if analytics is None else (*result.analytics, analytics),
    )
