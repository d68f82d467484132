"""A turn answered by the model: context in, words and cards out, nothing said that the database does not bear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.assistant import replies
from shared.assistant.attachments import notes_on_attachments
from shared.assistant.counting import viewed
from shared.assistant.model.context import estimate_tokens, history_messages, quote
from shared.assistant.model.conversation import converse
from shared.assistant.model.grounding import Facts, Grounded, ground
from shared.assistant.model.prompt import system_prompt
from shared.assistant.model.tools import Toolbox
from shared.assistant.products import FoundProduct, ProductFinder
from shared.assistant.results import result_of
from shared.assistant.skill import Answer, Moment
from shared.assistant.skillset import Skills
from shared.assistant.state import PAGE_SIZE, AssistantState
from shared.assistant.usage import ModelUsage
from shared.channels.messages import OutboundMessage, RichText, TextMessage
from shared.dialogs.contract import AnalyticsEvent, Turn, TurnResult
from shared.kernel.languages import Language
from shared.runtime.model.client import ChatClient
from shared.runtime.model.failures import FailureReason, ModelFailed
from shared.runtime.settings import Settings

__all__ = ["ModelAssistant"]

_LONGEST_QUESTION = 2000
"""Characters of a turn's words that the model reads."""


class ModelAssistant:
    """Answers turns with words through the model; every failure is a ``ModelFailed``."""

    def __init__(self, settings: Settings, client: ChatClient, skills: Skills, finder: ProductFinder) -> None:
        self._settings = settings
        self._client = client
        self._skills = skills
        self._finder = finder

    async def respond(self, turn: Turn, usage: ModelUsage) -> TurnResult:
        """Answer a turn, without the effect that records ``usage``.

        Raises:
            ModelFailed: the model gave nothing usable; ``usage`` holds what was spent all the same.
        """
        moment = Moment.of(turn)
        shown = await self._shown_before(moment)
        toolbox = Toolbox(moment, self._skills)
        words = await converse(
            self._client,
            toolbox,
            self._messages(turn, shown),
            usage=usage,
            call_timeout=self._settings.openai_timeout,
            deadline=turn.deadline,
        )
        if toolbox.final is not None:
            return result_of(moment, toolbox.final, writes=toolbox.writes)
        grounded = await self._grounded(turn, words, toolbox, shown)
        return self._result(moment, grounded, shown, toolbox)

    async def _shown_before(self, moment: Moment) -> list[FoundProduct]:
        """What the shopper saw last, read again: a price may have changed since."""
        turn, state = moment.turn, moment.state
        wanted = dict.fromkeys((*state.shown[:PAGE_SIZE], *((state.focus,) if state.focus else ())))
        if not wanted:
            return []
        async with turn.session() as session:
            found = [
                await self._finder.get(session, sku, language=turn.language, city_id=turn.bot.city_id)
                for sku in wanted
            ]
        return [product for product in found if product is not None]

    def _messages(self, turn: Turn, shown: Sequence[FoundProduct]) -> list[Mapping[str, Any]]:
        question = {"role": "user", "content": quote(turn.text[:_LONGEST_QUESTION])}
        history = history_messages(
            turn.memory,
            messages=self._settings.context_messages,
            tokens=self._settings.context_tokens - estimate_tokens(question["content"]),
        )
        prompt = system_prompt(turn, shown, rules=self._skills.rules)
        return [{"role": "system", "content": prompt}, *history, question]

    async def _grounded(self, turn: Turn, words: str, toolbox: Toolbox, shown: Sequence[FoundProduct]) -> Grounded:
        products = {product.sku: product for product in shown} | toolbox.products
        categories: Sequence[str] = ()
        if not products:
            async with turn.session() as session:
                categories = await self._finder.categories(session, language=turn.language)
        bot = turn.bot
        stated = [evidence.stated for evidence in toolbox.evidence]
        return ground(
            words,
            Facts(
                products=tuple(products.values()),
                bounds=frozenset(bound for evidence in toolbox.evidence for bound in evidence.bounds),
                trusted="\n".join((bot.system_prompt, bot.company_name, bot.city_name or "", *stated)),
                said="\n".join((turn.text, *(evidence.said for evidence in toolbox.evidence))),
                categories=categories,
            ),
        )

    def _result(
        self, moment: Moment, grounded: Grounded, shown: Sequence[FoundProduct], toolbox: Toolbox
    ) -> TurnResult:
        done = toolbox.answer
        chosen = None if done.messages or toolbox.writes else _choose(moment.state, grounded, toolbox, shown)
        if not (grounded.text or done.messages or toolbox.writes or (chosen and chosen.products)):
            raise ModelFailed(FailureReason.UNGROUNDED)
        if chosen is not None:
            messages, after = self._with_cards(grounded.text, chosen, moment.language), chosen.state
        else:
            words = (TextMessage(text=RichText.of(grounded.text)),) if grounded.text else ()
            messages = (*words, *done.messages)
            after = done.state if done.state is not None else moment.state.with_help()
        counted = AnalyticsEvent("model_answer", {"sentences_removed": grounded.removed})
        # a single product is shown with its whole card
        seen = [viewed(one) for one in chosen.products] if chosen and len(chosen.products) == 1 else []
        answer = Answer(
            (*notes_on_attachments(moment.turn), *messages),
            after,
            analytics=(counted, *toolbox.analytics, *(one for one in seen if one not in toolbox.analytics)),
            effects=done.effects,
            learns=toolbox.learns,
            kept=done.kept,
            asks=done.asks if chosen is None else None,
        )
        return result_of(moment, answer, writes=toolbox.writes)

    def _with_cards(self, words: str, chosen: _Chosen, language: Language) -> tuple[OutboundMessage, ...]:
        cards = self._skills.cards
        if not chosen.products:
            return (TextMessage(text=RichText.of(words)),)
        if len(chosen.products) == 1 and not chosen.has_more:
            text = (TextMessage(text=RichText.of(words)),) if words else ()
            return (*text, cards.one(chosen.products[0], language))
        text_above = words or replies.found(len(chosen.products), language)
        return (cards.several(text_above, chosen.products, language, has_more=chosen.has_more),)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Products chosen for the cards, and the state after them."""

    products: Sequence[FoundProduct]
    has_more: bool
    state: AssistantState


def _choose(state: AssistantState, grounded: Grounded, toolbox: Toolbox, shown: Sequence[FoundProduct]) -> _Chosen:
    """The products that the words name; where they name none, what the last tool call found."""
    known = {product.sku: product for product in shown} | toolbox.products
    named = [known[sku] for sku in grounded.mentioned][:PAGE_SIZE]
    found = toolbox.found
    if found is not None and found.query is not None and found.products:
        products = named or list(found.products)
        return _Chosen(products, found.has_more, state.with_list(found.query, products))
    if not named and found is not None and found.query is None:
        named = list(found.products[:PAGE_SIZE])
    if not named:
        return _Chosen((), False, state.with_help())
    after = state.with_card(named[0]) if len(named) == 1 else state.with_help()
    return _Chosen(named, False, after)
