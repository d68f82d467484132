"""The messengers' clock: real time, which a test can move forward or make run faster."""

from __future__ import annotations

import asyncio
import time

__all__ = ["SimulatedClock"]


class SimulatedClock:
    """Unix time in seconds, plus what ``advance`` added; waits end early when time is moved.

    ``speed`` divides every wait of the simulator (retry delays, lifetimes are not affected): 100
    makes a retry after 2 s come after 20 ms.
    """

    def __init__(self, *, speed: float = 1.0) -> None:
        self.speed = speed
        self._offset = 0.0
        self._moved = asyncio.Event()

    @property
    def offset(self) -> float:
        """Seconds that ``advance`` added in all."""
        return self._offset

    def now(self) -> float:
        """The messengers' present moment, Unix seconds."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once, e.g. 90,000 to close WhatsApp's window."""
        self._offset += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, seconds: float) -> None:
        """Wait until ``seconds`` (divided by the speed) have passed on this clock."""
        deadline = self.now() + seconds / self.speed
        while (left := deadline - self.now()) > 0:
            moved = self._moved
            try:
                await asyncio.wait_for(moved.wait(), left)
            except TimeoutError:
                continue
