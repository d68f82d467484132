"""The aiogram peer's process: installed on first use, started, ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.services.ports import free_port, is_listening
from infra.local.services.processes import end_process, run_step
from tests.benchmarks.services import CHECKOUT
from tests.host import wait_for

__all__ = ["AiogramServer", "install_aiogram", "running_aiogram"]

_FOLDER = CHECKOUT / ".local" / "aiogram"
_REQUIREMENTS = Path(__file__).with_name("aiogram-requirements.txt")
_SERVER = Path(__file__).with_name("aiogram_server.py")


@dataclass(frozen=True)
class AiogramServer:
    """Where it answers."""

    pid: int
    port: int


def install_aiogram() -> None:
    """Install it below ``.local``, unless it is there."""
    if (_FOLDER / "aiogram").exists():
        return
    run_step(
        [sys.executable, "-m", "pip", "install", "--quiet", "--target", _FOLDER, "-r", _REQUIREMENTS],
        what="pip install aiogram",
        remedy="check that pip reaches its package index",
        cwd=CHECKOUT,
    )


@contextmanager
def running_aiogram(*, path: str, secret: str) -> Iterator[AiogramServer]:
    """Start the server and end it after the block."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(_FOLDER)}
    process = subprocess.Popen([sys.executable, _SERVER, str(port), path, secret], env=environment)
    try:
        wait_for(lambda: is_listening(port) or process.poll() is not None, seconds=20)
        yield AiogramServer(process.pid, port)
    finally:
        end_process(process.pid)
        process.wait(timeout=10)
