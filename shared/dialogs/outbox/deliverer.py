"""The deliverer: applies delivery statuses and sends what could not be sent at once."""

from __future__ import annotations

import asyncio
import logging
import time

from shared.dialogs.bells import Bells
from shared.dialogs.outbox.claims import LaneClaims
from shared.dialogs.outbox.delivery import DeliveryStatuses
from shared.dialogs.outbox.lane import Lane, SendLane
from shared.kernel.errors import ZetaError
from shared.runtime.settings import Settings

__all__ = ["Deliverer"]

_log = logging.getLogger(__name__)


class Deliverer:
    """Drains the outbox. One per worker; ``run`` is one invocation of the queue function."""

    def __init__(
        self,
        *,
        lanes: LaneClaims,
        lane: SendLane,
        statuses: DeliveryStatuses,
        bells: Bells,
        settings: Settings,
    ) -> None:
        self._lanes = lanes
        self._lane = lane
        self._statuses = statuses
        self._bells = bells
        self._settings = settings
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Claim nothing new from now on (SIGTERM); lanes are given back after the call under way."""
        self._stopping.set()
        self._lane.stop()

    async def run(self) -> None:
        """Send until nothing may go now; ring for what may go later."""
        try:
            await self._deliver()
        finally:
            await self._lane.settle()

    async def _deliver(self) -> None:
        await self._bells.answered("deliveries")
        ends = time.monotonic() + self._settings.drainer_budget
        while not self._stopping.is_set() and time.monotonic() < ends:
            applied = await self._statuses.apply()
            lanes = await self._lanes.claim(self._settings.drainer_dialogs)
            if not lanes and not applied:
                break
            await asyncio.gather(*(self._drain(lane) for lane in lanes))
        next_in = await self._lanes.next_in()
        if next_in is not None:
            await self._bells.ring_later("deliveries", max(1.0, next_in))

    async def _drain(self, lane: Lane) -> None:
        try:
            await self._lane.drain(lane)
        except ZetaError as error:
            _log.warning("a lane was left", extra={"dialog": lane.dialog_id, "error": error.code})
        except Exception:  # noqa: BLE001 - one lane's defect must not end the others; its claim runs out
            _log.exception("a lane broke off", extra={"dialog": lane.dialog_id})
