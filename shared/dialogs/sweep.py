"""The sweep: every ten seconds, ring for whatever is recorded but not done, and forget what may be forgotten.

It is the recovery of all that a doorbell cannot promise: lost rings, killed workers, expired leases.
"""

from __future__ import annotations

import logging
import math
from datetime import timedelta

from sqlalchemy import text

from shared.dialogs.bells import Bells
from shared.dialogs.outbox.claims import LaneClaims
from shared.dialogs.turns.claims import Claims
from shared.runtime.database import Database
from shared.runtime.settings import Settings

__all__ = ["Sweep"]

_log = logging.getLogger(__name__)

_STATUSES = text("SELECT EXISTS (SELECT FROM delivery_events WHERE NOT applied)")
_FORGET_BODIES = text("SELECT forget_raw_bodies(:kept, :limit)")
_FORGET_ANALYTICS = text("SELECT forget_analytics(:kept, :limit)")
_FORGET_PRIVATE_CALLS = text("SELECT forget_private_calls(:kept, :limit)")
_FATE_UNKNOWN = timedelta(hours=1)
"""How long a private call is kept for a late failure, where no status ever tells its fate."""
_FORGET_AT_ONCE = 500


class Sweep:
    """Finds work and rings; does none itself."""

    def __init__(
        self, *, database: Database, claims: Claims, lanes: LaneClaims, bells: Bells, settings: Settings
    ) -> None:
        self._database = database
        self._claims = claims
        self._lanes = lanes
        self._bells = bells
        self._settings = settings

    async def run(self) -> None:
        """Ring for dialogs that are ready and for calls and statuses that wait; forget what is old."""
        places, cap = self._settings.drainer_dialogs, self._settings.drainers_cap
        outlook = await self._claims.outlook(limit=places * cap)
        if outlook.ready:
            _log.info("ringing for dialogs that wait", extra={"ready": outlook.ready})
        for _ in range(min(math.ceil(outlook.ready / places), cap)):
            await self._bells.ring_more("turns")
        if await self._lanes.next_in() == 0 or await self._statuses_wait():
            await self._bells.ring_more("deliveries")
        await self._forget()

    async def _statuses_wait(self) -> bool:
        async with self._database.system_scope() as session:
            return bool((await session.execute(_STATUSES)).scalar_one())

    async def _forget(self) -> None:
        settings = self._settings
        async with self._database.system_scope() as session:
            for statement, kept in (
                (_FORGET_BODIES, timedelta(days=settings.raw_retention_days)),
                (_FORGET_ANALYTICS, timedelta(days=settings.analytics_retention_days)),
                (_FORGET_PRIVATE_CALLS, _FATE_UNKNOWN),
            ):
                await session.execute(statement, {"kept": kept, "limit": _FORGET_AT_ONCE})
