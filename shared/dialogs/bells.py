"""The doorbell: a queue message says "there is work"; the work itself is in Postgres.

A marker in Redis remembers that somebody has rung since the last drain began, so that a busy system sends
few messages. A drainer takes the marker down, and knows it down, before it first looks: whoever rings later
sends again. A lost ring only delays (the sweep rings again); Redis down means more rings.
"""

from __future__ import annotations

import logging
import math
import time
from typing import Literal

from shared.kernel.errors import Unavailable
from shared.runtime.cache import Cache
from shared.runtime.queues import ALERTS, DELIVERIES, ESCALATIONS, RESERVATIONS, TURNS, Queues

__all__ = ["Bell", "Bells"]

_log = logging.getLogger(__name__)

Bell = Literal["turns", "deliveries", "alerts", "escalations", "reservations"]
_QUEUES: dict[Bell, str] = {
    "turns": TURNS,
    "deliveries": DELIVERIES,
    "alerts": ALERTS,
    "escalations": ESCALATIONS,
    "reservations": RESERVATIONS,
}


class Bells:
    """Rings whoever works off what is recorded: a queue, and a marker, of its own for each bell."""

    def __init__(self, queues: Queues, cache: Cache, *, marker_seconds: float) -> None:
        self._queues = queues
        self._cache = cache
        self._marker_seconds = marker_seconds

    async def ring(self, bell: Bell) -> None:
        """Ring, unless somebody has since the last drain began. Never raises: a failed ring only delays."""
        if await self._cache.claim(f"ring:{bell}", seconds=self._marker_seconds) is not False:
            await self._send(bell, delay=0.0)

    async def ring_more(self, bell: Bell) -> None:
        """Ring whatever the marker says: for help."""
        await self._send(bell, delay=0.0)

    async def ring_later(self, bell: Bell, delay: float) -> None:
        """Ring for work that is due in ``delay`` seconds, unless somebody has for that very second.

        Each drainer that ends with work due later rings for it; without the marker every such ring would
        beget another for as long as anything waits, and every postponed call would add one more.
        """
        due = math.ceil(time.time() + delay)
        if await self._cache.claim(f"ring:{bell}:{due}", seconds=delay + 1.0) is not False:
            await self._send(bell, delay=delay, marker=f"ring:{bell}:{due}")

    async def answered(self, bell: Bell) -> None:
        """Take the marker down; on return later rings are sent again."""
        await self._cache.drop(f"ring:{bell}")

    async def _send(self, bell: Bell, *, delay: float, marker: str | None = None) -> None:
        try:
            await self._queues.send(_QUEUES[bell], bell, delay=delay)
        except Unavailable as error:
            _log.warning(
                "the doorbell could not be rung; the sweep will",
                extra={"bell": bell, "cause": type(error.__cause__).__name__},
            )
            await self._cache.drop(marker or f"ring:{bell}")
