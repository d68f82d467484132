"""A Python module of ours that runs in the background: the functions host, the messenger simulator."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from infra.local.services.pidfile import PidFile
from infra.local.services.processes import end_process, start_process, wait_until
from infra.local.state import CHECKOUT, LOGS, RUN

__all__ = ["Program"]

START_SECONDS = 60.0
DRAIN_SECONDS = 45.0


class Program:
    """``python -m <module> <arguments>`` (``command``), its log in ``.local/log/<name>.log``."""

    def __init__(self, name: str, module: str, arguments: Sequence[str] = ()) -> None:
        self.name = name
        self.command = [sys.executable, "-m", module, *arguments]
        self._pidfile = PidFile(RUN / f"{name}.pid")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where its output goes; begun anew at each start."""
        return LOGS / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._pidfile.running()

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it; what it needs time for goes on meanwhile."""
        RUN.mkdir(parents=True, exist_ok=True)
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log.write_text("")
        self._process = start_process(self.command, log=self.log, cwd=CHECKOUT, env=environment)
        self._pidfile.write(self._process.pid)

    def wait(self, ready: Callable[[], bool] | str) -> None:
        """Wait until ``ready()``, or until its log holds the text ``ready``.

        Raises:
            StackError: it ended, or was not ready in time.
        """
        told = ready if callable(ready) else lambda: ready in self.log.read_text(errors="replace")
        wait_until(told, what=self.name, log=self.log, process=self._process, timeout=START_SECONDS)

    def stop(self) -> None:
        """Ask it to end, and wait for work in hand."""
        pid = self.pid
        if pid is not None:
            end_process(pid, patience=DRAIN_SECONDS)
        if self._process is not None:
            self._process.wait(timeout=10)
            self._process = None
        self._pidfile.remove()
