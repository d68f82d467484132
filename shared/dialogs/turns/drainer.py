"""The drainer: takes dialogs that have work and runs their turns, many at once, until none is left.

The doorbell's marker comes down before the first look. What arrives while the drainer runs is found by its
own looking; what arrives after its last look rings again. It asks for help while more is ready than it can
hold, waits for what is due in a moment, and rings when it must stop with work left.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from datetime import timedelta

from shared.dialogs.bells import Bells
from shared.dialogs.outbox.lane import SendLane
from shared.dialogs.turns.claims import Claim, Claims
from shared.dialogs.turns.courtesy import Courtesy
from shared.dialogs.turns.rows import LostLease
from shared.dialogs.turns.run import TurnRunner
from shared.kernel.clock import utc_now
from shared.kernel.errors import Disposition, Unavailable, ZetaError
from shared.runtime.cache import Cache
from shared.runtime.settings import Settings

__all__ = ["Drainer"]

_log = logging.getLogger(__name__)
_LOOK_AGAIN = 0.05
"""Seconds between two looks while turns are running and places are free."""


class Drainer:
    """Drains the inbox. One per worker; ``run`` is one invocation of the queue function."""

    def __init__(
        self,
        *,
        claims: Claims,
        runner: TurnRunner,
        bells: Bells,
        cache: Cache,
        courtesy: Courtesy,
        lane: SendLane,
        settings: Settings,
    ) -> None:
        self._claims = claims
        self._runner = runner
        self._bells = bells
        self._cache = cache
        self._courtesy = courtesy
        self._lane = lane
        self._settings = settings
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Claim nothing new from now on (SIGTERM); running turns end, or their leases are given back."""
        self._stopping.set()
        self._lane.stop()

    async def run(self) -> None:
        """Drain until nothing is left, the time budget is used, or the worker stops."""
        await self._bells.answered("turns")
        ends = time.monotonic() + self._settings.drainer_budget
        heartbeat = asyncio.create_task(self._heartbeat())
        try:
            await self._drain(ends)
        finally:
            try:
                await self._finish_running()
            finally:
                heartbeat.cancel()
            await self._courtesy.settle()
            await self._lane.settle()

    async def _run_alone(self) -> bool:
        """Run one dialog that failed before, with nothing beside it in this process; whether there was one."""
        claims = await self._claims.claim(1, solo=True)
        for claim in claims:
            await self._bells.ring_more("turns")  # whatever else is ready must not wait for this one
            self._start(claim)
            await self._finish_running()
        return bool(claims)

    async def _drain(self, ends: float) -> None:
        places = self._settings.drainer_dialogs
        while await self._run_alone() and not self._over(ends):
            pass
        while not self._over(ends):
            free = places - len(self._running)
            claims = await self._claims.claim(free, held=list(self._running.values())) if free else []
            for claim in claims:
                self._start(claim)
            full = len(claims) == free or len(self._running) >= self._claims.company_share
            if full and claims:
                await self._call_for_help()
            if not self._running:
                if not (await self._run_alone() or await self._await_due()):
                    return
                continue
            await self._wait_for_places(full=full)
        await self._hand_over()

    def _over(self, ends: float) -> bool:
        return self._stopping.is_set() or time.monotonic() >= ends

    async def _wait_for_places(self, *, full: bool) -> None:
        """Wait for turns to end: for a part of the places when all are taken, so that claims go in groups."""
        part = max(1, self._settings.drainer_dialogs // 2)
        target = max(0, len(self._running) - part) if full else 0
        patience = time.monotonic() + _LOOK_AGAIN
        while len(self._running) > target and (left := patience - time.monotonic()) > 0:
            await asyncio.wait(self._running, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    async def _await_due(self) -> bool:
        """Nothing is ready: wait for what is due in a moment; else ring for later. Whether to look again."""
        outlook = await self._claims.outlook(limit=self._settings.sweep_batch)
        if outlook.ready:  # came just now, or is held back by its company's share
            await asyncio.sleep(_LOOK_AGAIN)
            return True
        if outlook.next_in is None:
            return False
        if outlook.next_in <= self._settings.near_due:
            await asyncio.sleep(max(outlook.next_in, 0.001))
            return True
        await self._bells.ring_later("turns", outlook.next_in)
        return False

    async def _call_for_help(self) -> None:
        """Ring for as many drainers as the ready dialogs can fill; once a second over all workers."""
        if await self._cache.claim("help:turns", seconds=1.0) is False:
            return
        places, cap = self._settings.drainer_dialogs, self._settings.drainers_cap
        outlook = await self._claims.outlook(limit=places * cap)
        for _ in range(min(math.ceil(outlook.ready / places), cap - 1)):
            await self._bells.ring_more("turns")

    async def _hand_over(self) -> None:
        """This drainer must stop; if work is left, somebody else has to be rung."""
        outlook = await self._claims.outlook(limit=1)
        if outlook.ready or outlook.next_in is not None or self._running:
            await self._bells.ring_more("turns")

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._turns_of(claim))
        self._running[task] = claim
        task.add_done_callback(lambda done: self._running.pop(done, None))

    async def _turns_of(self, claim: Claim) -> None:
        """Run the turns of one dialog until its lease is given back."""
        try:
            if claim.attempts > self._settings.turn_attempts:
                await self._runner.give_up(claim, WorkerVanished())
                return
            going_on: Claim | None = claim
            while going_on is not None:
                claim = going_on
                going_on = await self._runner.run(claim, stay=not self._stopping.is_set())
        except LostLease:
            _log.warning("a lease ran out during its turn", extra={"dialog": claim.dialog_id})
        except asyncio.CancelledError:
            await self._release(claim, after=0.0, refund=True)
            raise
        except Exception as error:  # noqa: BLE001 - the attempt failed, whatever it was; the policy decides
            await self._failed(claim, error)

    async def _failed(self, claim: Claim, error: Exception) -> None:
        retry = isinstance(error, ZetaError) and error.disposition is Disposition.RETRY
        _log.warning(
            "a turn failed",
            extra={"dialog": claim.dialog_id, "attempt": claim.attempts, "error": type(error).__name__},
            exc_info=None if retry else error,
        )
        if not retry and claim.attempts >= self._settings.turn_attempts:
            try:
                await self._runner.give_up(claim, error)
            except LostLease:
                _log.warning("a lease ran out during its turn", extra={"dialog": claim.dialog_id})
            except Exception:  # noqa: BLE001 - whatever it was, the dialog rests and the others go on
                _log.exception("a failed turn could not be put aside", extra={"dialog": claim.dialog_id})
                await self._release(claim, after=self._settings.turn_deadline, refund=False)
            return
        after = getattr(error, "after", None) or 2.0 ** (claim.attempts - 1)
        await self._release(claim, after=after, refund=retry)

    async def _release(self, claim: Claim, *, after: float, refund: bool) -> None:
        try:
            await self._claims.release(claim, due_at=utc_now() + timedelta(seconds=after), refund=refund)
        except Unavailable:
            _log.warning("a lease could not be given back; it will run out", extra={"dialog": claim.dialog_id})

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self._settings.lease_renewal)
            claims = list(self._running.values())
            if not claims:
                continue
            try:
                await self._claims.renew(claims)
            except Unavailable:
                _log.warning("leases could not be renewed")

    async def _finish_running(self) -> None:
        """Let running turns end; on SIGTERM wait a little, then give their leases back and ring for them."""
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            while self._running and not self._stopping.is_set():
                await asyncio.wait({*self._running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=self._settings.stop_grace)
        left = list(self._running)
        for task in left:
            task.cancel()
        if left:
            await asyncio.gather(*left, return_exceptions=True)
            await self._bells.ring_more("turns")


class WorkerVanished(ZetaError):
    """The earlier attempts ended without a word: their processes were killed, or hung."""

    code = "worker_vanished"
