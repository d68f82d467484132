"""One process of the host, from indexing to the last drained message."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from infra.local.host.configuration import HostSettings, load_host_settings, load_local_settings
from infra.local.host.functions import FunctionSet, sort_functions
from infra.local.host.http_functions import HttpFunctions
from infra.local.host.http_listener import HttpListener
from infra.local.host.outputs import QueueSender
from infra.local.host.queue_listener import QueueListener
from infra.local.host.roles import HTTP, READY
from infra.local.host.supervisor import tell_ready
from infra.local.host.timer_listener import TimerListener
from infra.local.host.worker import AppWorker, IndexedFunction

__all__ = ["Options", "serve"]

logger = logging.getLogger(__name__)

ORPHAN_CHECK_SECONDS = 1.0


@dataclass(frozen=True)
class Options:
    """How one process is to run.

    Args:
        role: ``http`` or ``queues`` (queue and timer functions).
        grace: seconds that work in hand has after SIGTERM.
        timers: whether timers run here; one process of several is enough.
        shared_port: several processes listen on the port.
        supervised: end when the parent process ends.
        show_errors: log the full text of what functions raise.
    """

    role: str
    app_folder: Path
    address: str
    port: int
    grace: float
    timers: bool = True
    shared_port: bool = False
    supervised: bool = False
    show_errors: bool = False


@dataclass(frozen=True)
class _Process:
    """What the listeners of one process share."""

    options: Options
    settings: HostSettings
    functions: FunctionSet
    worker: AppWorker
    sender: QueueSender
    stopping: asyncio.Event


async def serve(options: Options) -> None:
    """Run until SIGTERM or SIGINT, then drain.

    Raises:
        StackError: the app, its settings or the port do not allow a start.
    """
    load_local_settings(options.app_folder)
    settings = load_host_settings(options.app_folder)
    stopping = _stop_on_signals()
    worker = AppWorker(options.app_folder, timeout=settings.function_timeout, show_errors=options.show_errors)
    functions = sort_functions(await worker.start())
    sender = QueueSender(base64_messages=settings.queues.base64)
    process = _Process(options, settings, functions, worker, sender, stopping)
    watch = asyncio.create_task(_stop_with_parent(stopping)) if options.supervised else None
    try:
        await (_serve_http(process) if options.role == HTTP else _serve_queues(process))
    finally:
        if watch is not None:
            watch.cancel()
        await sender.close()
        worker.stop()
    logger.info("functions host has stopped", extra={"role": options.role})


async def _serve_http(process: _Process) -> None:
    options, settings = process.options, process.settings
    functions = HttpFunctions(
        process.worker,
        process.functions.http,
        prefix=settings.route_prefix,
        max_outstanding=settings.max_outstanding_requests,
        sender=process.sender,
    )
    listener = HttpListener(
        functions,
        address=options.address,
        port=options.port,
        body_limit=settings.body_limit,
        shared_port=options.shared_port,
    )
    await listener.start(grace=options.grace)
    _announce(options, [one.function for one in process.functions.http])
    await process.stopping.wait()
    await listener.stop()


async def _serve_queues(process: _Process) -> None:
    options, worker, sender = process.options, process.worker, process.sender
    queues = process.functions.queues
    timers = process.functions.timers if options.timers else ()
    listeners: list[QueueListener | TimerListener] = [
        *(QueueListener(worker, function, process.settings.queues, sender) for function in queues),
        *(TimerListener(worker, function, sender) for function in timers),
    ]
    _announce(options, [*(one.function for one in queues), *(one.function for one in timers)])
    async with asyncio.TaskGroup() as group:
        for listener in listeners:
            group.create_task(listener.run(process.stopping, grace=options.grace))


def _announce(options: Options, functions: list[IndexedFunction]) -> None:
    names = [function.name for function in functions]
    where = {"address": f"http://{options.address}:{options.port}"} if options.role == HTTP else {}
    logger.info(READY, extra={"role": options.role, "functions": names, "pid": os.getpid(), **where})
    tell_ready()


def _stop_on_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def _stop_with_parent(stopping: asyncio.Event) -> None:
    parent = os.getppid()
    while not stopping.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ORPHAN_CHECK_SECONDS):
                await stopping.wait()
        if os.getppid() != parent:
            stopping.set()
