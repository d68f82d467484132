"""Reservations that ran out are tidied away, over all companies.

A reservation counts no longer from the moment it runs out (``stock.held_by_others``); its row is deleted here. The
order stays new: goods that are still free are reserved again when the staff confirms it.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from uuid import UUID

from sqlalchemy import text

from shared.orders import stock
from shared.runtime.database import Database

__all__ = ["ReservationExpiry"]

_log = logging.getLogger(__name__)

_DUE = text("""
SELECT DISTINCT company_id, order_id FROM stock_reservations
 WHERE expires_at <= now() ORDER BY company_id, order_id LIMIT :limit
""")
_AT_ONCE = 1000


class ReservationExpiry:
    """Run by a timer; two at once do no harm."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Delete the reservations that ran out, a thousand orders at most; the next run goes on."""
        due: dict[UUID, list[UUID]] = defaultdict(list)
        async with self._database.system_scope() as session:
            for row in await session.execute(_DUE, {"limit": _AT_ONCE}):
                due[row.company_id].append(row.order_id)
        for company_id, order_ids in due.items():
            async with self._database.session_scope(company_id) as session:
                released = sum([await stock.release(session, order_id) for order_id in order_ids])
            _log.info("reservations ran out", extra={"company": str(company_id), "reservations": released})
