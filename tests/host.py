"""The functions host in processes of its own, as tests start, stop and kill it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.local.host.roles import HTTP, READY
from infra.local.services.ports import free_port

__all__ = ["PATIENCE", "HostProcess", "wait_for"]

CHECKOUT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
"""Seconds until what must come has come; a test that waits this long has failed, on however busy a machine."""


class HostProcess:
    """One ``python -m infra.local.host``; use as a context manager, or call start and stop.

    Args:
        role: ``http``, or ``queues`` for queue and timer functions.
        settings: added to a bare environment; nothing of the caller's own settings reaches the host.
        log: file that its output is appended to.
        app: folder of the function app.
        processes: how many share the role.
        arguments: further command line options.
    """

    def __init__(
        self,
        role: str,
        *,
        settings: Mapping[str, str],
        log: Path,
        app: Path = CHECKOUT,
        processes: int = 1,
        arguments: str = "",
    ) -> None:
        self.port = free_port()
        self.log = log
        self._processes = processes
        self._environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **settings}
        self._command = [sys.executable, "-m", "infra.local.host", "--role", role, "--app", str(app)]
        self._command += ["--port", str(self.port)] if role == HTTP else []
        self._command += ["--processes", str(processes)] if processes > 1 else []
        self._command += arguments.split()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where HTTP functions answer."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id of the host (of the supervisor, with several processes)."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start the host and wait until each of its processes says that it is ready."""
        wanted = self.printed().count(READY) + self._processes
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, cwd=CHECKOUT, env=self._environment, stdout=output, stderr=output
            )
        process = self._process
        try:
            wait_for(lambda: self.printed().count(READY) >= wanted or process.poll() is not None)
        except AssertionError:
            self.kill()
            raise
        assert process.poll() is None, self.printed()
        return self

    def stop(self) -> int:
        """Send SIGTERM, wait for the end and return the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """Send SIGKILL: nothing is drained."""
        return self._end(signal.SIGKILL)

    def printed(self) -> str:
        """All lines that the host has written so far."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return text[: text.rfind("\n") + 1]

    def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(how)
        return self._process.wait(timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def wait_for(condition: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)
