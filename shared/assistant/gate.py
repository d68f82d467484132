"""The way to a model: open while the company's budget lasts and the service answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.usage import spending_day, spent_micros
from shared.bots.schemas import BotSnapshot
from shared.runtime.model.breaker import ModelBreaker
from shared.runtime.model.failures import FailureReason, ModelFailed

__all__ = ["ModelGate"]

OpenSession = Callable[[], AbstractAsyncContextManager[AsyncSession]]

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
    async def asking(self, bot: BotSnapshot, session: OpenSession, *, at: datetime) -> AsyncIterator[None]:
        """The block asks the model for a bot; how it ends is remembered.

        Args:
            bot: for whom; its company's budget counts.
            session: opens a short transaction of that company.
            at: the moment, whose day's spending is looked up.

        Raises:
            ModelFailed: the budget is used up, or the model is left alone for a while.
        """
        await self._check_budget(bot, session, at)
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

    async def _check_budget(self, bot: BotSnapshot, session: OpenSession, at: datetime) -> None:
        """Compare the day's spending with the budget. Turns that run at once may together exceed it by one each."""
        own = bot.daily_model_budget
        budget = self._daily_budget if own is None else own
        async with session() as opened:
            spent = await spent_micros(opened, day=spending_day(at, bot.timezone))
        if spent >= budget * 1_000_000:
            raise ModelFailed(FailureReason.OVER_BUDGET)
