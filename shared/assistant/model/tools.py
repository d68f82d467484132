"""Carries out what the model calls. Tools act for one turn: the company is the session's, the dialog is the turn's;
no argument of the model names either, so nothing that it is talked into reaches another's data."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from pydantic import ValidationError

from shared.assistant.facts import Evidence, as_data
from shared.assistant.products import FoundProduct
from shared.assistant.skill import Answer, Found, Moment, Write
from shared.assistant.skillset import Skills
from shared.dialogs.contract import AnalyticsEvent
from shared.runtime.model.wire import ToolCall

__all__ = ["CALLS_PER_ROUND", "Toolbox"]

CALLS_PER_ROUND = 6
"""Calls of one answer that are carried out; more are refused in words."""


class _RolledBack(Exception):
    """Ends a rehearsal's transaction without a commit."""


def _roll_back() -> NoReturn:
    raise _RolledBack


class Toolbox:
    """Carries out the calls of one turn and keeps what they returned: the facts that the answer may use, and the
    changes that are to be committed with the turn."""

    def __init__(self, moment: Moment, skills: Skills) -> None:
        self._moment = moment
        self._tools = skills.tools
        self.definitions = skills.tool_definitions
        """The tools as a request carries them."""
        self.evidence: list[Evidence] = []
        self.found: Found | None = None
        """What the last call found that found anything to show."""
        self.analytics: list[AnalyticsEvent] = []
        self.answer = Answer()
        """Messages and state of the last call that has any: they follow the model's words."""
        self.writes: list[Write] = []
        """Changes to commit with the turn, in their order."""
        self.learns = False
        """Whether a call learnt something about the shopper."""
        self.final: Answer | None = None
        """The whole answer, where a call ended the turn."""

    @property
    def products(self) -> dict[str, FoundProduct]:
        """Everything that a tool returned in this turn, by article number."""
        return {product.sku: product for evidence in self.evidence for product in evidence.products}

    async def run(self, call: ToolCall) -> str:
        """Carry a call out. Whatever is wrong with it is told to the model in words, never raised."""
        tool = self._tools.get(call.name)
        if tool is None:
            return f"error: there is no tool {call.name[:64]!r}; use one of {', '.join(self._tools)}"
        try:
            arguments = tool.arguments.model_validate_json(call.arguments or "{}")
        except ValidationError as error:
            return "error: " + "; ".join(
                f"{'.'.join(map(str, one['loc'])) or 'arguments'}: {one['msg']}" for one in error.errors()[:5]
            )
        answer = await tool.run(self._moment, arguments)
        if answer.write is not None:
            answer = await self._rehearsed(answer, answer.write)
        self._remember(answer)
        return answer.facts if isinstance(answer.facts, str) else as_data(answer.facts)

    async def _rehearsed(self, answer: Answer, write: Write) -> Answer:
        """What a change will come to, after those of the calls before it; nothing of it stays.

        A change that comes to an error is not made: the model hears why, and may try another.
        """
        told = Answer()
        try:
            async with self._moment.turn.session() as session:
                for one in (*self.writes, write):
                    told = await one(session)
                _roll_back()
        except _RolledBack:
            if not told.refused:
                self.writes.append(write)
        return replace(answer, facts=told.facts, evidence=told.evidence)

    def _remember(self, answer: Answer) -> None:
        self.evidence.append(answer.evidence)
        self.analytics.extend(answer.analytics)
        self.learns = self.learns or answer.learns
        if answer.found is not None:
            self.found = answer.found
        if answer.final:
            self.final = answer
        elif answer.messages:
            self.answer = answer
