"""The offline assistant: answers every kind of turn from rules and the catalogue, without a model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from shared.assistant import buttons, handing_over, replies
from shared.assistant.attachments import notes_on_attachments
from shared.assistant.labels import button_words
from shared.assistant.offline.browsing import Answer, Browsing
from shared.assistant.offline.intents import Intent
from shared.assistant.offline.understanding import Utterance, understand
from shared.assistant.products import ProductFinder
from shared.assistant.state import AssistantState
from shared.channels.contract import InboundMessage, Membership, MembershipChange
from shared.channels.messages import (
    Button,
    ChoiceContent,
    Reply,
    TextMessage,
)
from shared.dialogs.contract import AnalyticsEvent, Turn, TurnResult
from shared.escalations.schemas import EscalationReason

__all__ = ["OfflineAssistant"]

_WHOLE_THOUSANDS = frozenset(["KZT", "UZS", "RUB", "KGS"])
"""Currencies where «до 150» means 150 thousand: hardly anything costs less than a thousand."""

_MISSES_BEFORE_OFFER = 2

_SIMPLE = {
    Intent.GREETING: "greeting",
    Intent.THANKS: "thanks",
    Intent.GOODBYE: "goodbye",
    Intent.ACKNOWLEDGED: "acknowledged",
    Intent.HELP: "help",
}
_ESCALATING = {
    Intent.ANGRY: EscalationReason.ANGRY,
    Intent.ORDER_PROBLEM: EscalationReason.ORDER_PROBLEM,
}
_FOR_THE_STAFF = {Intent.SERVICE_QUESTION: "service_question", Intent.ORDERING: "ordering"}


class OfflineAssistant:
    """Answers turns by rules; deterministic for a given catalogue and state.

    Args:
        finder: the catalogue.
        handover_seconds: how long an escalation keeps the bot silent.
    """

    def __init__(self, finder: ProductFinder, *, handover_seconds: float) -> None:
        self._browsing = Browsing(finder)
        self._handover_seconds = handover_seconds

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer whatever the turn holds; only a turn of nothing but a block stays unanswered."""
        state = AssistantState.of(turn.state)
        choice = turn.choice
        notes = notes_on_attachments(turn)
        if choice is not None:
            return await self._answer_choice(turn, state, choice)
        # «есть такой?» under a photo says no more than the photo does
        if turn.text.strip() and not (notes and self._understand(turn).intent is Intent.UNKNOWN):
            result = await self._answer_text(turn, state)
            if not notes:
                return result
            return _with_messages(result, (*notes, *result.reply.messages))
        if notes:
            return TurnResult(reply=Reply(messages=tuple(notes)), state=state.with_help().into(turn.state))
        if any(
            isinstance(event, MembershipChange) and event.change is not Membership.BLOCKED for event in turn.events
        ):
            return self._say(turn, state, "greeting")
        if any(isinstance(event, InboundMessage) for event in turn.events):
            return self._miss(turn, state)
        return TurnResult()

    # ---- words --------------------------------------------------------------------------------------------

    async def _answer_text(self, turn: Turn, state: AssistantState) -> TurnResult:
        wanted = button_words(turn)
        if wanted is not None:
            return await self._answer_choice(turn, state, ChoiceContent(id=wanted))
        utterance = self._understand(turn)
        if utterance.intent in _SIMPLE:
            return self._say(turn, state, _SIMPLE[utterance.intent])
        if utterance.intent in _ESCALATING:
            return self._escalate(turn, state, _ESCALATING[utterance.intent])
        if utterance.intent is Intent.MANAGER:
            return self._call_manager(turn, state)
        if utterance.intent in _FOR_THE_STAFF:
            manager = replies.button("manager", buttons.MANAGER, turn.language)
            said = replies.say(_FOR_THE_STAFF[utterance.intent], turn.language, manager)
            return self._said(turn, state, (said,))
        return await self._browse(turn, state, utterance)

    @staticmethod
    def _understand(turn: Turn) -> Utterance:
        return understand(turn.text, implied_thousands=turn.bot.currency in _WHOLE_THOUSANDS)

    async def _browse(self, turn: Turn, state: AssistantState, utterance: Utterance) -> TurnResult:
        steps: dict[Intent, Callable[[], Awaitable[Answer | None]]] = {
            Intent.MORE: lambda: self._browsing.more(turn, state),
            Intent.CHEAPER: lambda: self._browsing.cheaper(turn, state),
            Intent.DEARER: lambda: self._browsing.dearer(turn, state),
            Intent.OTHER_COLOUR: lambda: self._browsing.other_colour(turn, state),
            Intent.SHOW_NUMBER: lambda: self._browsing.show_number(turn, state, utterance.number or 1),
            Intent.DETAILS: lambda: self._browsing.details(turn, state),
            Intent.CATEGORIES: lambda: self._browsing.categories(turn, state),
            Intent.SEARCH: lambda: self._browsing.search(turn, state, utterance),
        }
        step = steps.get(utterance.intent)
        answer = await step() if step is not None else None
        if answer is None:
            return self._miss(turn, state)
        return self._answered(turn, answer)

    # ---- buttons ------------------------------------------------------------------------------------------

    async def _answer_choice(self, turn: Turn, state: AssistantState, choice: ChoiceContent) -> TurnResult:
        if choice.id == buttons.MANAGER:
            return self._call_manager(turn, state)
        if choice.id == buttons.RETURN_TO_BOT:
            # pressed again after the hand-over ended by itself
            return self._say(turn, state, "here")
        if choice.id == buttons.MORE:
            return self._answered(turn, await self._browsing.more(turn, state))
        if choice.id == buttons.CATEGORIES:
            return self._answered(turn, await self._browsing.categories(turn, state))
        sku = buttons.find_sku(choice.id, state.shown)
        if sku is not None:
            return self._answered(turn, await self._browsing.show_card(turn, state, sku))
        answer = await self._browsing.show_category(turn, state, choice.id)
        if answer is not None:
            return self._answered(turn, answer)
        return self._say(turn, state, "button.expired")

    # ---- results ------------------------------------------------------------------------------------------

    def _answered(self, turn: Turn, answer: Answer) -> TurnResult:
        messages = answer.messages
        if answer.state.misses >= _MISSES_BEFORE_OFFER:
            messages = (*messages, _offer_of_manager(turn))
        return TurnResult(
            reply=Reply(messages=messages), state=answer.state.into(turn.state), analytics=answer.analytics
        )

    def _said(self, turn: Turn, state: AssistantState, messages: Sequence[TextMessage]) -> TurnResult:
        return TurnResult(reply=Reply(messages=tuple(messages)), state=state.with_help().into(turn.state))

    def _say(self, turn: Turn, state: AssistantState, key: str) -> TurnResult:
        below: tuple[Button, ...] = ()
        if key in {"greeting", "help"}:
            below = (replies.button("categories", buttons.CATEGORIES, turn.language),)
        return self._said(turn, state, (replies.say(key, turn.language, *below, company=turn.bot.company_name),))

    def _miss(self, turn: Turn, state: AssistantState) -> TurnResult:
        missed = state.with_miss()
        if missed.misses >= _MISSES_BEFORE_OFFER:
            messages = (_offer_of_manager(turn),)
        else:
            below = replies.button("categories", buttons.CATEGORIES, turn.language)
            messages = (replies.say("not_understood", turn.language, below),)
        return TurnResult(
            reply=Reply(messages=messages),
            state=missed.into(turn.state),
            analytics=(AnalyticsEvent("not_understood"),),
        )

    def _call_manager(self, turn: Turn, state: AssistantState) -> TurnResult:
        failed = state.misses >= _MISSES_BEFORE_OFFER
        return self._escalate(turn, state, EscalationReason.REPEATED_FAILURE if failed else EscalationReason.ASKED)

    def _escalate(self, turn: Turn, state: AssistantState, reason: EscalationReason) -> TurnResult:
        return TurnResult(
            reply=handing_over.announce(turn, reason),
            state=state.with_help().into(turn.state),
            effects=(handing_over.escalation(turn, reason, seconds=self._handover_seconds),),
            analytics=(handing_over.escalated(reason),),
        )


def _offer_of_manager(turn: Turn) -> TextMessage:
    return replies.say("offer_of_manager", turn.language, replies.button("manager", buttons.MANAGER, turn.language))


def _with_messages(result: TurnResult, messages: Sequence[object]) -> TurnResult:
    return TurnResult(
        reply=Reply.model_validate({"messages": tuple(messages)}),
        state=result.state,
        effects=result.effects,
        analytics=result.analytics,
    )
