"""The timer's part: ring for every file of products that waits and that nobody reads. It reads none itself."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from shared.catalog.bulk.jobs import waiting_imports
from shared.kernel.errors import Unavailable
from shared.runtime.database import Database
from shared.runtime.queues import IMPORTS, Queues

__all__ = ["RUNG_FOR", "ImportWatch", "ring_for"]

_log = logging.getLogger(__name__)

RUNG_FOR: Final = timedelta(seconds=60)
"""How long a ring stands for an import before the watch rings again."""
_AT_ONCE = 100


class ImportWatch:
    """Finds work over all companies and rings; firing twice rings once."""

    def __init__(self, *, database: Database, queues: Queues) -> None:
        self._database = database
        self._queues = queues

    async def run(self) -> int:
        """Ring for each import that nobody is at, a hundred at most; how many rings."""
        async with self._database.system_scope() as session:
            waiting = await waiting_imports(session, rung_for=RUNG_FOR, limit=_AT_ONCE)
        for company_id, import_id in waiting:
            await ring_for(self._queues, company_id, import_id)
        return len(waiting)


async def ring_for(queues: Queues, company_id: UUID, import_id: UUID) -> None:
    """Send the message that an import waits. Never raises: without it the watch rings."""
    message = json.dumps({"company_id": str(company_id), "import_id": str(import_id)})
    try:
        await queues.send(IMPORTS, message)
    except Unavailable:
        _log.warning("an import could not be rung for; the watch will", extra={"import_id": str(import_id)})
