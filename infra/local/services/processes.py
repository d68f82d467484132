"""Starting a program in the background and ending it again, without leaving anything behind.

A program runs in a session of its own, so that Ctrl-C in the terminal reaches only us and we decide the
order of the end. Its output goes to a log file; the tail of that log explains a start that failed.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local.errors import StackError

__all__ = ["Account", "end_process", "fetch", "is_running", "run_step", "start_process", "wait_until"]

POLL_SECONDS = 0.05
FETCH_TRIES = 3
FETCH_PAUSE = 5.0
# What was started outlives the object that started it, and often this process: a handle that is dropped
# while its process runs would be reported as a leak.
_started: list[subprocess.Popen[bytes]] = []


@atexit.register
def _let_go() -> None:
    """Services outlive the process that started them; its end is no leak of theirs."""
    for process in _started:
        if process.poll() is None:
            process.returncode = 0


@dataclass(frozen=True)
class Account:
    """The system account a program runs as when we are root and it must not be."""

    name: str
    uid: int
    gid: int


def start_process(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in the background, its output appended to ``log``."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    _started.append(process)
    return process


def run_step(
    command: Sequence[str | Path],
    *,
    what: str,
    remedy: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    timeout: float = 600,
) -> str:
    """Run ``command`` to its end and return what it printed.

    Raises:
        StackError: it failed or took longer than ``timeout`` seconds; carries its last lines.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            timeout=timeout,
            check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except subprocess.TimeoutExpired as error:
        raise StackError(f"{what} did not end within {timeout:.0f} s", remedy=remedy) from error
    except OSError as error:
        raise StackError(f"{what} could not be started: {error}", remedy=remedy) from error
    printed = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        raise StackError(f"{what} failed:\n{_indented(printed)}", remedy=remedy)
    return printed


def fetch(
    command: Sequence[str | Path], *, what: str, remedy: str, cwd: Path, env: Mapping[str, str] | None = None
) -> None:
    """Run a command that brings something over the network: again after a pause when it failed, three times in all.

    Raises:
        StackError: it failed each time; carries the last lines of the last try.
    """
    for left in reversed(range(FETCH_TRIES)):
        try:
            run_step(command, what=what, remedy=remedy, cwd=cwd, env=env, timeout=900)
        except StackError:
            if not left:
                raise
            time.sleep(FETCH_PAUSE)
        else:
            return


def wait_until(
    ready: Callable[[], bool],
    *,
    what: str,
    log: Path,
    process: subprocess.Popen[bytes] | None = None,
    timeout: float = 60,
) -> None:
    """Wait until ``ready()``; raise StackError when the process ends or the time is over."""
    deadline = time.monotonic() + timeout
    while not ready():
        if process is not None and process.poll() is not None:
            raise StackError(
                f"{what} ended at its start (exit code {process.returncode}):\n{_tail(log)}",
                remedy=f"read {log}",
            )
        if time.monotonic() > deadline:
            raise StackError(f"{what} did not answer within {timeout:.0f} s:\n{_tail(log)}", remedy=f"read {log}")
        time.sleep(POLL_SECONDS)


def is_running(pid: int) -> bool:
    """Whether a process of this id lives (a zombie that only waits for its parent does not)."""
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def end_process(pid: int, *, first: signal.Signals = signal.SIGTERM, patience: float = 15) -> None:
    """Ask a process to end, and after ``patience`` seconds end it."""
    for wanted, seconds in ((first, patience), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, wanted)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not is_running(pid):
                return
            time.sleep(POLL_SECONDS)


def _is_zombie(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"


def _tail(log: Path, lines: int = 15) -> str:
    try:
        return _indented("\n".join(log.read_text(errors="replace").splitlines()[-lines:]))
    except OSError:
        return "    (no log)"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-25:])
