"""What the queue ``reservations`` starts: reservations that ran out are tidied away, over all companies.

A reservation counts no longer from the moment it runs out (``stock.held_by_others``); its row is deleted here. The
order stays new: goods that are still free are reserved again when the staff confirms it.
"""

from __future__ import annotations

import logging
import random
import time
from uuid import UUID

from sqlalchemy import text

from shared.dialogs.bells import Bells
from shared.kernel.errors import Unavailable
from shared.orders import stock
from shared.runtime.database import Database

__all__ = ["ReservationRunner"]

_log = logging.getLogger(__name__)

_COMPANIES = text("SELECT DISTINCT company_id FROM stock_reservations WHERE expires_at <= now()")
_AT_ONCE = 1000
_BUDGET = 60.0
"""Seconds after which the companies that are left wait for the next ring."""


class ReservationRunner:
    """Deletes what ran out, a transaction for each company. One per worker; two runs at once share the work."""

    def __init__(self, *, database: Database, bells: Bells) -> None:
        self._database = database
        self._bells = bells
        self._stopping = False

    def stop(self) -> None:
        """Begin no further company (SIGTERM)."""
        self._stopping = True

    async def run(self) -> int:
        """Delete reservations that ran out, a thousand of each company at most, and ring where more are left.

        Companies come in an order of chance, and one whose transaction fails is found again by the timer.

        Returns:
            How many were deleted.

        Raises:
            Unavailable: Postgres went away; what was committed is done, the rest is found again.
        """
        await self._bells.answered("reservations")
        async with self._database.system_scope() as session:
            companies = list(await session.scalars(_COMPANIES))
        random.shuffle(companies)
        until = time.monotonic() + _BUDGET
        total, more = 0, False
        for company_id in companies:
            if self._stopping or time.monotonic() >= until:
                more = True
                break
            released = await self._release(company_id)
            total, more = total + released, more or released == _AT_ONCE
        if more:
            await self._bells.ring_more("reservations")
        return total

    async def _release(self, company_id: UUID) -> int:
        """One company's reservations that ran out; how many were deleted."""
        try:
            async with self._database.session_scope(company_id) as session:
                released = await stock.release_all(session, limit=_AT_ONCE)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - a company's trouble is not the others'; its rows are found again
            _log.exception("reservations could not be tidied", extra={"company": str(company_id)})
            return 0
        _log.info("reservations ran out", extra={"company": str(company_id), "reservations": released})
        return released
