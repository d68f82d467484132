"""Several processes of one role, as several instances in Azure: started, replaced when they die, ended."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Sequence

from infra.local.errors import StackError

__all__ = ["supervise"]

logger = logging.getLogger(__name__)

RESTART_PAUSE = 1.0
SHORT_LIFE = 5.0
SHORT_LIVES_ALLOWED = 3


async def supervise(commands: Sequence[Sequence[str]], *, grace: float) -> None:
    """Keep one process per command running until SIGTERM or SIGINT, then end them all.

    Args:
        commands: arguments for this Python, one sequence per process.
        grace: seconds that the processes have to drain.

    Raises:
        StackError: a process dies again and again right after its start.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    keepers = [asyncio.create_task(_keep(command, stopping, grace)) for command in commands]
    done, _ = await asyncio.wait(keepers, return_when=asyncio.FIRST_EXCEPTION)
    stopping.set()
    await asyncio.wait(keepers)
    for keeper in done:
        keeper.result()


async def _keep(command: Sequence[str], stopping: asyncio.Event, grace: float) -> None:
    stopped = asyncio.create_task(stopping.wait())
    short_lives = 0
    while not stopping.is_set():
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(sys.executable, *command)
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.is_set():
            await _end(process, ended, grace)
            break
        short_lives = short_lives + 1 if time.monotonic() - began < SHORT_LIFE else 0
        if short_lives == SHORT_LIVES_ALLOWED:
            stopped.cancel()
            raise StackError("the functions host dies at its start", remedy="read its log above")
        logger.warning("a process of the host died and is replaced", extra={"exit_code": process.returncode})
        await asyncio.wait({stopped}, timeout=RESTART_PAUSE)
    stopped.cancel()


async def _end(process: asyncio.subprocess.Process, ended: asyncio.Task[int], grace: float) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    _, late = await asyncio.wait({ended}, timeout=grace + 5)
    if late:
        process.kill()
        await ended
