"""Several processes of one role, as several instances in Azure: started, replaced when they die, ended.

A process that was killed, or that ended after it had begun its work, is always replaced: at once the first time,
later and later when it happens again and again. One that cannot even begin (the app cannot be imported, a port is
taken) would fail for ever, so after three such starts in a row the whole host ends and says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from infra.local.errors import StackError

__all__ = ["READY_PIPE", "RestartPolicy", "supervise", "tell_ready"]

logger = logging.getLogger(__name__)

READY_PIPE = "ZETA_HOST_READY_PIPE"
"""Environment variable with the file descriptor that a process writes to once it is ready."""

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 10.0
LONG_LIFE = 30.0
FAILED_STARTS_ALLOWED = 3


@dataclass
class RestartPolicy:
    """When a process that ended is replaced, from how its predecessors ended."""

    failed_starts: int = 0
    short_lives: int = 0

    def pause_after(self, *, killed: bool, was_ready: bool, lived: float) -> float | None:
        """Seconds until the next start; None where another start makes no sense.

        Args:
            killed: a signal ended it.
            was_ready: it had begun its work.
            lived: seconds from its start to its end.
        """
        self.short_lives = 0 if lived >= LONG_LIFE else self.short_lives + 1
        if was_ready:
            self.failed_starts = 0
        elif not killed:
            self.failed_starts += 1
        if self.failed_starts >= FAILED_STARTS_ALLOWED:
            return None
        return float(min(FIRST_PAUSE * 2 ** min(self.short_lives, 10), LONGEST_PAUSE))


def tell_ready() -> None:
    """Let the supervisor know that this process has begun its work; nothing where there is no supervisor."""
    pipe = os.environ.pop(READY_PIPE, None)
    if pipe is not None:
        with contextlib.suppress(OSError):
            os.write(int(pipe), b"1")
            os.close(int(pipe))


async def supervise(commands: Sequence[Sequence[str]], *, grace: float) -> None:
    """Keep one process per command running until SIGTERM or SIGINT, then end them all.

    Args:
        commands: arguments for this Python, one sequence per process.
        grace: seconds that the processes have to drain.

    Raises:
        StackError: a process cannot start.
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
    policy = RestartPolicy()
    try:
        while not stopping.is_set():
            began = time.monotonic()
            process, ready = await _start(command)
            ended = asyncio.create_task(process.wait())
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if stopping.is_set():
                os.close(ready)
                await _end(process, ended, grace)
                break
            code = ended.result()
            pause = policy.pause_after(killed=code < 0, was_ready=_was_told(ready), lived=time.monotonic() - began)
            if pause is None:
                raise StackError("the functions host dies at its start", remedy="read its log above")
            logger.warning("a process of the host died and is replaced", extra={"exit_code": code, "pause": pause})
            await asyncio.wait({stopped}, timeout=pause)
    finally:
        stopped.cancel()


async def _start(command: Sequence[str]) -> tuple[asyncio.subprocess.Process, int]:
    """A process, and the end of the pipe where it tells that it is ready."""
    ready, told = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env={**os.environ, READY_PIPE: str(told)}, pass_fds=[told]
        )
    except BaseException:
        os.close(ready)
        raise
    finally:
        os.close(told)
    return process, ready


def _was_told(ready: int) -> bool:
    """Whether the process said it was ready; it has ended, so that nobody writes any more."""
    os.set_blocking(ready, False)
    try:
        return os.read(ready, 1) == b"1"
    except BlockingIOError:
        # a process of its own that outlives it holds the pipe: it has told nothing
        return False
    finally:
        os.close(ready)


async def _end(process: asyncio.subprocess.Process, ended: asyncio.Task[int], grace: float) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    _, late = await asyncio.wait({ended}, timeout=grace + 5)
    if late:
        process.kill()
        await ended
