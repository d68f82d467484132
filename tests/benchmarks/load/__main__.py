"""``python -m tests.benchmarks.load <port of the messenger>``: one plan a line in, one result a line out."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from dataclasses import asdict

import uvloop

from tests.benchmarks.load.messenger import InstantMessenger
from tests.benchmarks.load.plans import Measured, Plan
from tests.benchmarks.load.webhooks import Target, WebhookConnection

_PATIENCE = 30.0
_OPEN_LOOP_CONNECTIONS = 256


class Shoppers:
    """Sends the messages of one plan."""

    def __init__(self, plan: Plan, messenger: InstantMessenger) -> None:
        self._plan = plan
        self._messenger = messenger
        self._target = Target(
            port=plan.port,
            path=plan.path,
            secret=plan.secret,
            first_update=plan.first_update,
            date=int(time.time()),
        )
        # a shopper who was just answered writes again last: nobody writes while being answered
        self._chats = deque(range(plan.first_chat, plan.first_chat + plan.chats))
        self._times: list[float] = []
        self._failed = 0

    async def run(self) -> Measured:
        """Carry out the plan."""
        calls, began = self._messenger.calls, time.perf_counter()
        await (self._open_loop(began) if self._plan.rate else self._closed_loop(began))
        seconds = time.perf_counter() - began
        return Measured(len(self._times), self._failed, seconds, self._messenger.calls - calls, self._times)

    async def _closed_loop(self, began: float) -> None:
        async def keep_writing() -> None:
            connection = await WebhookConnection.open(self._plan.port)
            while time.perf_counter() - began < self._plan.seconds:
                await self._write(connection, time.perf_counter())
            connection.close()

        await asyncio.gather(*(keep_writing() for _ in range(self._plan.in_flight)))

    async def _open_loop(self, began: float) -> None:
        """Messages are due at even distances, whatever became of the earlier ones: waiting is not hidden."""
        count = int(self._plan.rate * self._plan.seconds)
        free = [await WebhookConnection.open(self._plan.port) for _ in range(min(_OPEN_LOOP_CONNECTIONS, count))]
        connections = asyncio.Queue[WebhookConnection]()
        for connection in free:
            connections.put_nowait(connection)

        async def write_when_due(due: float) -> None:
            connection = await connections.get()
            await self._write(connection, due)
            connections.put_nowait(connection)

        async with asyncio.TaskGroup() as group:
            for number in range(count):
                due = began + number / self._plan.rate
                if (early := due - time.perf_counter()) > 0:
                    await asyncio.sleep(early)
                group.create_task(write_when_due(due))
        for connection in free:
            connection.close()

    async def _write(self, connection: WebhookConnection, due: float) -> None:
        chat = self._chats.popleft()
        answer = self._messenger.answer_in(chat) if self._plan.answered else None
        try:
            async with asyncio.timeout(_PATIENCE):
                status = await connection.post(self._target.update(chat, self._plan.text))
                if answer is not None and status == 200:
                    await answer
        except (TimeoutError, ConnectionError):
            status = 0
        self._chats.append(chat)
        if status == 200:
            self._times.append((time.perf_counter() - due) * 1000)
        else:
            self._failed += 1


async def main() -> None:
    messenger = InstantMessenger()
    await messenger.listen(int(sys.argv[1]))
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        measured = await Shoppers(Plan(**json.loads(line)), messenger).run()
        sys.stdout.write(json.dumps(asdict(measured)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main())
