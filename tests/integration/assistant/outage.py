"""An outage as shoppers live through it: what they wrote meanwhile is delivered late, all at once, in any order."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.host import PATIENCE
from tests.integration.conversation import Shopper, Stage

__all__ = ["Outage", "outage"]


class Outage:
    """People write into it; ``seconds`` from its beginning, in the order of writing."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._passed = 0.0

    async def writes(self, shopper: Shopper, words: str, *, at: float) -> None:
        """Write ``at`` seconds after the beginning; nothing is delivered yet."""
        self._wait_until(at)
        assert await shopper.person.send_text(words) == 0, "it was delivered after all"

    async def corrects(self, shopper: Shopper, words: str, *, at: float) -> None:
        """Edit the last own message."""
        self._wait_until(at)
        assert await shopper.person.edit(words) == 0, "it was delivered after all"

    def _wait_until(self, at: float) -> None:
        assert at >= self._passed, "time does not run backwards"
        self._stage.simulator.clock.advance(at - self._passed)
        self._passed = at


@asynccontextmanager
async def outage(stage: Stage, *, seconds: float = 7200.0, order: str = "shuffled") -> AsyncIterator[Outage]:
    """For the block, webhooks are held back; it began ``seconds`` ago. At its end all of them are delivered."""
    simulator = stage.simulator
    simulator.delivery.hold()
    simulator.clock.advance(-seconds)
    told = Outage(stage)
    yield told
    simulator.clock.advance(seconds - told._passed)
    random.seed(7)  # the simulator shuffles by it
    assert simulator.delivery.release(order=order)
    assert await simulator.delivery.settle(within=PATIENCE), "not every webhook was taken"
