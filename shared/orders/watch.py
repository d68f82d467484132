"""The timer's part: look whether any reservation of any company ran out, and ring. It deletes none itself."""

from __future__ import annotations

from sqlalchemy import text

from shared.dialogs.bells import Bells
from shared.runtime.database import Database

__all__ = ["ReservationWatch"]

_ANY = text("SELECT EXISTS (SELECT FROM stock_reservations WHERE expires_at <= now())")


class ReservationWatch:
    """Finds work over all companies and rings; firing twice rings twice and changes nothing."""

    def __init__(self, *, database: Database, bells: Bells) -> None:
        self._database = database
        self._bells = bells

    async def run(self) -> int:
        """Ring for one run where anything ran out; how many rings."""
        async with self._database.system_scope() as session:
            due = bool((await session.execute(_ANY)).scalar_one())
        if due:
            await self._bells.ring_more("reservations")
        return int(due)
