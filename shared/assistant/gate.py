"""The way to a model: open while the company's budget lasts and the service answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.assistant.usage import spending_day, spent_micros
from shared.dialogs.contract import Turn
from shared.runtime.model.breaker import ModelBreaker
from shared.runtime.model.failures import FailureReason, ModelFailed

__all__ = ["ModelGate"]

_ABOUT_THE_TURN = frozenset(
    [
        FailureReason.CONTENT_FILTER,
        FailureReason.EMPTY,
        FailureReason.TOO_MANY_ROUNDS,
        FailureReason.UNGROUNDED,
    ]
)
"""Failures that show a model which answers."""


class ModelGate:
    """One for each kind of question, so that a server which only talks is not taken for one that is down.

    Args:
        daily_budget: US dollars a company may spend a day where it sets none of its own.
        breaker: leaves a failing model alone; by default 5 failures in a row rest it for 30 seconds.
    """

    def __init__(self, daily_budget: float, breaker: ModelBreaker | None = None) -> None:
        self._daily_budget = daily_budget
        self._breaker = breaker or ModelBreaker()

    @asynccontextmanager
    async def asking(self, turn: Turn) -> AsyncIterator[None]:
        """The block asks the model for a turn; how it ends is remembered.

        Raises:
            ModelFailed: the budget is used up, or the model is left alone for a while.
        """
        await self._check_budget(turn)
        self._breaker.admit()
        try:
            yield
        except ModelFailed as failure:
            if failure.reason in _ABOUT_THE_TURN:
                self._breaker.succeeded()
            else:
                self._breaker.failed(failure)
            raise
        self._breaker.succeeded()

    async def _check_budget(self, turn: Turn) -> None:
        """Compare the day's spending with the budget. Turns that run at once may together exceed it by one each."""
        own = turn.bot.daily_model_budget
        budget = self._daily_budget if own is None else own
        async with turn.session() as session:
            spent = await spent_micros(session, day=spending_day(turn.started_at, turn.bot.timezone))
        if spent >= budget * 1_000_000:
            raise ModelFailed(FailureReason.OVER_BUDGET)
