"""The one worker of this process: built on the first call, drained on SIGTERM."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType

from shared.composition.worker import Worker
from shared.kernel.loading import loading
from shared.runtime.settings import Settings
from shared.runtime.telemetry import configure_logging

__all__ = ["worker"]

_worker: Worker | None = None


def worker() -> Worker:
    """This process's worker; built on the first call, inside the running loop."""
    global _worker  # noqa: PLW0603 - one per process is the point
    if _worker is None:
        settings = Settings()
        configure_logging(settings.log_level)
        with loading():
            _worker = Worker(settings, on_loaded=gc.freeze)
        _on_sigterm(_worker.stop)
    return _worker


def _on_sigterm(stop: Callable[[], None]) -> None:
    """Drain before the platform ends this process; its own handler runs after ours."""
    if threading.current_thread() is not threading.main_thread():
        return
    previous = signal.getsignal(signal.SIGTERM)
    loop = asyncio.get_running_loop()

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)
        if callable(previous):
            previous(number, frame)
        elif previous is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            loop.call_soon_threadsafe(partial(signal.raise_signal, signal.SIGTERM))

    signal.signal(signal.SIGTERM, handle)
