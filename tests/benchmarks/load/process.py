"""The load's process, as a benchmark drives it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.local.services.ports import free_port, is_listening
from tests.benchmarks.load.plans import Measured, Plan
from tests.host import wait_for

__all__ = ["LoadProcess"]

_CHECKOUT = Path(__file__).resolve().parents[3]


class LoadProcess:
    """Shoppers and messenger; use as a context manager."""

    def __init__(self) -> None:
        self.messenger_port = free_port()
        self._process: subprocess.Popen[str] | None = None

    @property
    def messenger_url(self) -> str:
        """What ``TELEGRAM_API_URL`` is set to."""
        return f"http://127.0.0.1:{self.messenger_port}"

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    def run(self, plan: Plan) -> Measured:
        """Carry out a plan and wait for what came of it."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(plan)) + "\n")
        self._process.stdin.flush()
        return Measured(**json.loads(self._process.stdout.readline()))

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.benchmarks.load", str(self.messenger_port)]
        self._process = subprocess.Popen(
            command, cwd=_CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        wait_for(lambda: is_listening(self.messenger_port), seconds=20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.communicate(timeout=40)
