"""The timer's part: look whether any escalation of any company is due, and ring. It attends to none itself."""

from __future__ import annotations

from sqlalchemy import text

from shared.dialogs.bells import Bells
from shared.runtime.database import Database

__all__ = ["EscalationWatch"]

_IS_DUE = text("SELECT EXISTS (SELECT FROM escalations WHERE resolved_at IS NULL AND due_at <= now())")


class EscalationWatch:
    """Finds work over all companies and rings; firing twice rings twice and changes nothing."""

    def __init__(self, *, database: Database, bells: Bells) -> None:
        self._database = database
        self._bells = bells

    async def run(self) -> int:
        """Ring for one run where anything is due; how many rings."""
        async with self._database.system_scope() as session:
            due = bool((await session.execute(_IS_DUE)).scalar_one())
        if due:
            await self._bells.ring_more("escalations")
        return int(due)
