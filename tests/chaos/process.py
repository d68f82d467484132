"""One worker process: the real ``Worker``, fed as the functions host feeds it.

It takes webhooks over HTTP, takes rings from the storage queues (a ring is hidden for ten minutes while its
function runs, as in Azure, so that a killed worker's ring is as good as lost), and sweeps by a timer. Only the
responder is a double. Processes are forked from one that has imported everything, so that a restart is quick.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from aiohttp import web
from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from functions._http import problem
from shared.channels.contract import WebhookRequest
from shared.composition import Worker
from shared.kernel.errors import ZetaError
from shared.runtime.settings import Settings
from shared.runtime.telemetry import configure_logging
from tests.chaos.echo import EchoResponder

__all__ = ["Duty", "Roles", "run_process"]

_RING_HIDDEN = 600
_RETRY_AFTER_FAILURE = 1
_POLL = 0.05
_PAUSE_IN_OUTAGE = 0.2
Roles = frozenset[str]
"""Of ``http``, ``turns``, ``deliveries`` and ``sweep``."""


@dataclass(frozen=True)
class Duty:
    """What a process has to do.

    Args:
        settings: environment settings.
        port: where it takes webhooks.
        log: file that its output is appended to.
        sweep_seconds: between two sweeps.
        turn_seconds: how long a responder thinks.
    """

    settings: dict[str, str]
    port: int
    roles: Roles
    log: Path
    sweep_seconds: float
    turn_seconds: float


def run_process(duty: Duty) -> None:
    """The body of a worker process; returns after SIGTERM."""
    with duty.log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.update(duty.settings)
    asyncio.run(_serve(duty))


async def _serve(duty: Duty) -> None:
    settings, roles = Settings(), duty.roles
    configure_logging("WARNING")
    worker = Worker(settings, responders={"assistant": EchoResponder(seconds=duty.turn_seconds)})
    stopping = asyncio.Event()

    def stop() -> None:
        worker.stop()
        stopping.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop)
    if (parent := multiprocessing.parent_process()) is not None:
        loop.add_reader(parent.sentinel, stop)  # nothing may outlive the test that started it
    jobs: list[Awaitable[None]] = []
    if "turns" in roles:
        jobs.append(_answer_rings(settings, "turns", worker.drainer.run, stopping))
    if "deliveries" in roles:
        jobs.append(_answer_rings(settings, "deliveries", worker.deliverer.run, stopping))
    if "sweep" in roles:
        jobs.append(_sweep(worker, stopping, duty.sweep_seconds))
    runner = await _listen(worker, duty.port) if "http" in roles else None
    running = [asyncio.ensure_future(job) for job in jobs]
    await stopping.wait()
    if runner is not None:
        await runner.cleanup()
    await asyncio.gather(*running)
    await worker.aclose()


async def _listen(worker: Worker, port: int) -> web.AppRunner:
    async def receive(request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        webhook = WebhookRequest(headers=headers, body=await request.read())
        try:
            await worker.webhooks.receive("telegram", UUID(request.match_info["bot_id"]), webhook)
        except ZetaError as error:
            answer = problem(error)
            return web.Response(status=answer.status_code, headers=dict(answer.headers))
        return web.Response()

    app = web.Application()
    app.router.add_post("/api/webhook/telegram/{bot_id}", receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    return runner


async def _answer_rings(
    settings: Settings, name: str, answer: Callable[[], Awaitable[None]], stopping: asyncio.Event
) -> None:
    queue = QueueClient.from_connection_string(
        settings.storage_connection.get_secret_value(), f"{settings.queue_prefix}{name}", retry_total=0
    )
    async with queue:
        while not stopping.is_set():
            try:
                ring = await queue.receive_message(visibility_timeout=_RING_HIDDEN)
            except ResourceNotFoundError:
                ring = None
            except AzureError:
                await asyncio.sleep(_PAUSE_IN_OUTAGE)
                continue
            if ring is None:
                await asyncio.sleep(_POLL)
                continue
            try:
                await answer()
            except ZetaError:
                with contextlib.suppress(AzureError):
                    await queue.update_message(ring, visibility_timeout=_RETRY_AFTER_FAILURE)
                continue
            with contextlib.suppress(AzureError):
                await queue.delete_message(ring)


async def _sweep(worker: Worker, stopping: asyncio.Event, seconds: float) -> None:
    while not stopping.is_set():
        with contextlib.suppress(ZetaError):
            await worker.sweep.run()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), seconds)
