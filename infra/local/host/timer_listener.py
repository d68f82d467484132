"""One timer function: called at each due time in UTC, never twice at once, never on start-up."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime

from azure.core.exceptions import AzureError

from infra.local.host.functions import TimerFunction
from infra.local.host.messages import TypedData
from infra.local.host.outputs import QueueSender
from infra.local.host.worker import AppWorker, FunctionFailed

__all__ = ["TimerListener"]

logger = logging.getLogger(__name__)

LATE_SECONDS = 2.0


class TimerListener:
    """Runs one timer function until it is stopped. A run that outlasts the next due time skips it."""

    def __init__(self, worker: AppWorker, function: TimerFunction, sender: QueueSender) -> None:
        self._worker = worker
        self._function = function
        self._sender = sender

    async def run(self, stopping: asyncio.Event, *, grace: float) -> None:
        """Wait for each due time and call the function; a run in hand has ``grace`` seconds at the end."""
        stopped = asyncio.create_task(stopping.wait())
        last: datetime | None = None
        while not stopping.is_set():
            now = datetime.now(UTC)
            due = self._function.schedule.next_after(max(now, last) if last else now)
            await asyncio.wait({stopped}, timeout=max(0.0, (due - now).total_seconds()))
            if stopping.is_set() or datetime.now(UTC) < due:
                continue
            run = asyncio.create_task(self._call(due, last))
            await asyncio.wait({run, stopped}, return_when=asyncio.FIRST_COMPLETED)
            _, late = await asyncio.wait({run}, timeout=grace if stopping.is_set() else None)
            for task in late:
                task.cancel()
            last = due
        await stopped

    async def _call(self, due: datetime, last: datetime | None) -> None:
        following = self._function.schedule.next_after(due)
        late = (datetime.now(UTC) - due).total_seconds() > LATE_SECONDS
        status = {"Last": _text(last), "Next": _text(following), "LastUpdated": _text(last)}
        request = {"IsPastDue": late, "ScheduleStatus": status, "Schedule": {"AdjustForDST": True}}
        try:
            response = await self._worker.invoke(self._function.function, TypedData(json=json.dumps(request)), {})
            await self._sender.send_outputs(self._function.outputs, response)
        except FunctionFailed:
            return  # logged by the worker; the next due time is the retry
        except AzureError as error:
            logger.warning(
                "the output of a timer was not sent",
                extra={"function": self._function.function.name, "error_type": type(error).__name__},
            )


def _text(moment: datetime | None) -> str:
    return (moment or datetime.min.replace(tzinfo=UTC)).isoformat()
