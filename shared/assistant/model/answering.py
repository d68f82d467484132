"""A turn answered by the model: context in, words and cards out, nothing said that the database does not bear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.assistant import handing_over, replies
from shared.assistant.attachments import notes_on_attachments
from shared.assistant.model.context import estimate_tokens, history_messages, quote
from shared.assistant.model.conversation import converse
from shared.assistant.model.grounding import Facts, Grounded, ground
from shared.assistant.model.prompt import system_prompt
from shared.assistant.model.tools import Toolbox
from shared.assistant.products import CityFinder, FoundProduct, ProductFinder
from shared.assistant.state import PAGE_SIZE, AssistantState
from shared.assistant.usage import ModelUsage
from shared.channels.messages import OutboundMessage, Reply, RichText, TextMessage
from shared.dialogs.contract import AnalyticsEvent, Turn, TurnResult
from shared.escalations.schemas import EscalationReason
from shared.runtime.model.client import ChatClient
from shared.runtime.model.failures import FailureReason, ModelFailed
from shared.runtime.settings import Settings

__all__ = ["ModelAssistant"]

_LONGEST_QUESTION = 2000
"""Characters of a turn's words that the model reads."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """Products chosen for the cards, and the state after them."""

    products: Sequence[FoundProduct]
    has_more: bool
    state: AssistantState


class ModelAssistant:
    """Answers turns with words through the model; every failure is a ``ModelFailed``."""

    def __init__(
        self, settings: Settings, client: ChatClient, finder: ProductFinder, cities: CityFinder | None
    ) -> None:
        self._settings = settings
        self._client = client
        self._finder = finder
        self._cities = cities

    async def respond(self, turn: Turn, usage: ModelUsage) -> TurnResult:
        """Answer a turn, without the effect that records ``usage``.

        Raises:
            ModelFailed: the model gave nothing usable; ``usage`` holds what was spent all the same.
        """
        state = AssistantState.of(turn.state)
        shown = await self._shown_before(turn, state)
        toolbox = Toolbox(turn, self._finder, self._cities)
        words = await converse(
            self._client,
            toolbox,
            self._messages(turn, shown),
            usage=usage,
            call_timeout=self._settings.openai_timeout,
            deadline=turn.deadline,
        )
        if toolbox.escalation is not None:
            return self._handed_over(turn, state, toolbox.escalation)
        grounded = await self._grounded(turn, words, toolbox, shown)
        chosen = _choose(state, grounded, toolbox, shown)
        return self._result(turn, grounded, chosen, toolbox)

    async def _shown_before(self, turn: Turn, state: AssistantState) -> list[FoundProduct]:
        """What the shopper saw last, read again: a price may have changed since."""
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
        return [{"role": "system", "content": system_prompt(turn, shown)}, *history, question]

    async def _grounded(self, turn: Turn, words: str, toolbox: Toolbox, shown: Sequence[FoundProduct]) -> Grounded:
        products = {product.sku: product for product in shown} | toolbox.products
        categories: Sequence[str] = ()
        if not products:
            async with turn.session() as session:
                categories = await self._finder.categories(session, language=turn.language)
        bot = turn.bot
        return ground(
            words,
            Facts(
                products=tuple(products.values()),
                bounds=frozenset(toolbox.bounds),
                trusted="\n".join((bot.system_prompt, bot.company_name, bot.city_name or "")),
                said="\n".join((turn.text, *toolbox.query_words)),
                categories=categories,
            ),
        )

    def _handed_over(self, turn: Turn, state: AssistantState, reason: EscalationReason) -> TurnResult:
        return TurnResult(
            reply=handing_over.announce(turn, reason),
            state=state.with_help().into(turn.state),
            effects=(handing_over.escalation(turn, reason, seconds=self._settings.handover_seconds),),
            analytics=(handing_over.escalated(reason),),
        )

    def _result(self, turn: Turn, grounded: Grounded, chosen: _Shown, toolbox: Toolbox) -> TurnResult:
        if not grounded.text and not chosen.products:
            raise ModelFailed(FailureReason.UNGROUNDED)
        messages: list[OutboundMessage] = [*notes_on_attachments(turn)]
        messages.extend(_with_cards(grounded.text, chosen, turn))
        analytics = [AnalyticsEvent("model_answer", {"sentences_removed": grounded.removed})]
        if toolbox.last_search is not None:
            analytics.append(AnalyticsEvent("search", {"found": len(toolbox.last_search.page.items)}))
        return TurnResult(
            reply=Reply(messages=tuple(messages)), state=chosen.state.into(turn.state), analytics=tuple(analytics)
        )


def _choose(state: AssistantState, grounded: Grounded, toolbox: Toolbox, shown: Sequence[FoundProduct]) -> _Shown:
    """The products that the words name; where they name none, what the last tool call found."""
    known = {product.sku: product for product in shown} | toolbox.products
    named = [known[sku] for sku in grounded.mentioned][:PAGE_SIZE]
    search = toolbox.last_search
    if search is not None and search.page.items:
        products = named or list(search.page.items)
        return _Shown(products, search.page.has_more, state.with_list(search.query, products))
    if not named and toolbox.last_product is not None:
        named = [toolbox.last_product]
    if not named:
        return _Shown((), False, state.with_help())
    after = state.with_card(named[0]) if len(named) == 1 else state.with_help()
    return _Shown(named, False, after)


def _with_cards(words: str, chosen: _Shown, turn: Turn) -> list[OutboundMessage]:
    language = turn.language
    if not chosen.products:
        return [TextMessage(text=RichText.of(words))]
    if len(chosen.products) == 1 and not chosen.has_more:
        text = [TextMessage(text=RichText.of(words))] if words else []
        return [*text, replies.card_of(chosen.products[0], language)]
    text_above = words or replies.TEXTS.count("found", len(chosen.products), language)
    return [replies.cards_of(text_above, chosen.products, language, has_more=chosen.has_more)]
