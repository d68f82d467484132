"""A process that does one run of alert checks with the real ``Worker``: there to be killed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess

from shared.composition import Worker
from shared.runtime.settings import Settings

__all__ = ["start_run"]

_fork = multiprocessing.get_context("forkserver")


def start_run(environment: Mapping[str, str]) -> ForkServerProcess:
    """Start a run in a process of its own and return at once."""
    process = _fork.Process(target=_run, args=(dict(environment),), daemon=True)
    process.start()
    return process


def _run(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    asyncio.run(_check())


async def _check() -> None:
    worker = Worker(Settings())
    try:
        await worker.alert_runner.run()
    finally:
        await worker.aclose()
