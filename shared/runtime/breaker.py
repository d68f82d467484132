"""A circuit breaker: after failures in a row, calls are refused at once until a probe succeeds."""

from __future__ import annotations

import time

__all__ = ["Breaker"]


class Breaker:
    """Opens after ``limit`` failures in a row; then lets one probe through every ``rest`` seconds."""

    def __init__(self, *, limit: int, rest: float) -> None:
        self._limit = limit
        self._rest = rest
        self._failures = 0
        self._next_probe = 0.0

    def wait(self) -> float:
        """Seconds until a call may be tried; 0: now (when open, the asker is the probe)."""
        if self._failures < self._limit:
            return 0.0
        now = time.monotonic()
        if now < self._next_probe:
            return self._next_probe - now
        self._next_probe = now + self._rest
        return 0.0

    def succeeded(self) -> None:
        """Close the circuit."""
        self._failures = 0

    def failed(self) -> bool:
        """Count a failure; true when this one opened the circuit."""
        self._failures += 1
        if self._failures >= self._limit:
            self._next_probe = time.monotonic() + self._rest
        return self._failures == self._limit
