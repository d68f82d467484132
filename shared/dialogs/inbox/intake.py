"""The intake: events of webhooks are recorded, durably, before their webhooks are answered.

Webhooks that arrive while a commit is under way share the next one (a group commit): one statement and one
flush to disk for all of them. A group that the database refuses for one bad row is recorded one by one, and the
bad one as its raw body alone: a refusal would stall its chat at the platform.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import text

from shared.dialogs.bells import Bell, Bells
from shared.runtime.database import Database

__all__ = ["Intake"]

_log = logging.getLogger(__name__)

_RECEIVE = text("SELECT waiting, statuses FROM receive_events(CAST(:events AS jsonb), :raws)")
_GROUP_ROWS = 256


@dataclass(slots=True)
class _Waiting:
    rows: list[dict[str, Any]]
    raw: bytes
    recorded: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    storable: bool = True

    def as_raw(self) -> _Waiting:
        """The same webhook as its bytes alone: for an engineer to read, and never refused to the platform."""
        row = {
            "place": 1,
            "bot_id": self.rows[0]["bot_id"],
            "kind": "ignored",
            "event_id": f"unread:{hashlib.sha256(self.raw).hexdigest()}",
            "order_key": 0,
            "event": {"reason": "unstorable"},
        }
        return _Waiting([row], self.raw, self.recorded, storable=False)


class Intake:
    """Records events; one per worker."""

    def __init__(self, database: Database, bells: Bells) -> None:
        self._database = database
        self._bells = bells
        self._waiting: list[_Waiting] = []
        self._recorder: asyncio.Task[None] | None = None
        self._announcing: set[asyncio.Task[None]] = set()

    async def record(self, rows: list[dict[str, Any]], raw: bytes) -> None:
        """Record the rows of one webhook and ring for them; on return they are committed.

        Raises:
            Unavailable: Postgres does not answer; nothing of this webhook is certain to be recorded.
        """
        entry = _Waiting(rows, raw)
        self._waiting.append(entry)
        if self._recorder is None or self._recorder.done():
            self._recorder = asyncio.create_task(self._record_all())
        await asyncio.shield(entry.recorded)

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
            bells = await self._commit(group)
        except psycopg.Error as error:
            if len(group) > 1:
                for entry in group:
                    await self._settle([entry])
            elif group[0].storable:
                _log.exception("a webhook cannot be stored as read; its raw body is", exc_info=error)
                await self._settle([group[0].as_raw()])
            else:
                _fail(group, error)
        except BaseException as error:
            _fail(group, error)
            if not isinstance(error, Exception):
                raise
        else:
            # beside the next commit: a queue service that hangs must not hold it up
            announcing = asyncio.create_task(self._announce(group, bells))
            self._announcing.add(announcing)
            announcing.add_done_callback(self._announcing.discard)

    async def _announce(self, group: list[_Waiting], bells: Sequence[Bell]) -> None:
        """Ring once for the whole group, after its commit: who answers finds the rows. Then answer the webhooks."""
        for bell in bells:
            await self._bells.ring(bell)
        for entry in group:
            if not entry.recorded.done():
                entry.recorded.set_result(None)

    async def _commit(self, group: list[_Waiting]) -> Sequence[Bell]:
        rows = [
            row | {"place": place if row["place"] else 0}
            for place, entry in enumerate(group, start=1)
            for row in entry.rows
        ]
        async with self._database.anonymous_statement() as session:
            result = await session.execute(
                _RECEIVE,
                {"events": json.dumps(rows, ensure_ascii=False), "raws": [entry.raw for entry in group]},
            )
            waiting, statuses = result.one()
        bells: list[Bell] = []
        if waiting:
            bells.append("turns")
        if statuses:
            bells.append("deliveries")
        return bells


def _fail(group: list[_Waiting], error: BaseException) -> None:
    for entry in group:
        if not entry.recorded.done():
            entry.recorded.set_exception(error)
