"""The intake: events of webhooks are recorded, durably, before their webhooks are answered.

Webhooks that arrive while a commit is under way share the next one (a group commit): one statement and one
flush to disk for all of them. A group that the database refuses for one bad row is recorded one by one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.runtime.database import Database

__all__ = ["Intake", "Recorded"]

_log = logging.getLogger(__name__)

_RECEIVE = text("SELECT fresh, waiting, statuses FROM receive_events(CAST(:events AS jsonb), :raws)")
_GROUP_ROWS = 256


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the recording of a group did: rows that are new, rows not yet answered, new delivery statuses."""

    fresh: int
    waiting: int
    statuses: int


@dataclass(slots=True)
class _Waiting:
    rows: list[dict[str, Any]]
    raw: bytes
    recorded: asyncio.Future[Recorded] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Intake:
    """Records events; one per worker."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._recorder: asyncio.Task[None] | None = None

    async def record(self, rows: list[dict[str, Any]], raw: bytes) -> Recorded:
        """Record the rows of one webhook; on return they are committed.

        The counts are those of the whole group that was committed together.

        Raises:
            Unavailable: Postgres does not answer; nothing of this webhook is certain to be recorded.
        """
        entry = _Waiting(rows, raw)
        self._waiting.append(entry)
        if self._recorder is None or self._recorder.done():
            self._recorder = asyncio.create_task(self._record_all())
        return await asyncio.shield(entry.recorded)

    async def _record_all(self) -> None:
        while self._waiting:
            group, rows = [], 0
            while self._waiting and rows < _GROUP_ROWS:
                entry = self._waiting.pop(0)
                group.append(entry)
                rows += len(entry.rows)
            await self._settle(group)

    async def _settle(self, group: list[_Waiting]) -> None:
        """Commit a group and tell everyone in it what became of it."""
        try:
            recorded = await self._commit(group)
        except DBAPIError as error:
            if len(group) > 1:
                for entry in group:
                    await self._settle([entry])
                return
            _fail(group, error)
        except BaseException as error:
            _fail(group, error)
            if not isinstance(error, Exception):
                raise
        else:
            for entry in group:
                if not entry.recorded.done():
                    entry.recorded.set_result(recorded)

    async def _commit(self, group: list[_Waiting]) -> Recorded:
        rows = [
            row | {"place": place if row["place"] else 0}
            for place, entry in enumerate(group, start=1)
            for row in entry.rows
        ]
        async with self._database.anonymous_scope() as session:
            result = await session.execute(
                _RECEIVE,
                {"events": json.dumps(rows, ensure_ascii=False), "raws": [entry.raw for entry in group]},
            )
            fresh, waiting, statuses = result.one()
        return Recorded(fresh, waiting, statuses)


def _fail(group: list[_Waiting], error: BaseException) -> None:
    for entry in group:
        if not entry.recorded.done():
            entry.recorded.set_exception(error)
