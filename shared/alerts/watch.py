"""The timer's part: look whether any alert is due or any product changed, and ring. It checks none itself."""

from __future__ import annotations

from shared.alerts.checks import companies_with_work
from shared.dialogs.bells import Bells
from shared.runtime.database import Database
from shared.runtime.settings import Settings

__all__ = ["AlertWatch"]


class AlertWatch:
    """Finds work over all companies and rings; firing twice rings twice and changes nothing."""

    def __init__(self, *, database: Database, bells: Bells, settings: Settings) -> None:
        self._database = database
        self._bells = bells
        self._settings = settings

    async def run(self) -> int:
        """Ring for one run per company where something waits, a few at most; how many rings."""
        async with self._database.system_statements() as system:
            waiting = await companies_with_work(system)
        rings = min(len(waiting), self._settings.alert_runs_cap)
        for _ in range(rings):
            await self._bells.ring_more("alerts")
        return rings
