"""Leaves a failing model alone: after some failures in a row turns go offline at once, without a wait."""

from __future__ import annotations

import time
from collections.abc import Callable

from shared.runtime.model.failures import FailureReason, ModelFailed

__all__ = ["ModelBreaker"]

_LONGEST_REST = 300.0
_AT_FAULT = frozenset(
    [
        FailureReason.TIMEOUT,
        FailureReason.CONNECTION,
        FailureReason.RATE_LIMITED,
        FailureReason.QUOTA,
        FailureReason.SERVER_ERROR,
        FailureReason.REFUSED,
        FailureReason.GARBAGE,
    ]
)
"""Failures of the service; the rest are about one turn."""


class ModelBreaker:
    """Opens after ``limit`` failures in a row, or at once when told how long to wait; then lets one probe through.

    Args:
        limit: failures in a row that open it.
        rest: seconds it stays open.
        clock: a monotonic clock.
    """

    def __init__(self, *, limit: int = 5, rest: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._rest = rest
        self._clock = clock
        self._failures = 0
        self._closed_until = 0.0

    def admit(self) -> None:
        """Let a turn through.

        Raises:
            ModelFailed: resting.
        """
        now = self._clock()
        if now < self._closed_until:
            raise ModelFailed(FailureReason.RESTING, rest=self._closed_until - now)
        if self._failures >= self._limit:
            # one probe; others keep resting until it comes back
            self._closed_until = now + self._rest

    def succeeded(self) -> None:
        """The model answered."""
        self._failures = 0
        self._closed_until = 0.0

    def failed(self, failure: ModelFailed) -> None:
        """The model did not answer; only failures of the service count."""
        if failure.reason not in _AT_FAULT:
            return
        self._failures += 1
        if failure.rest is not None:
            self._closed_until = self._clock() + min(failure.rest, _LONGEST_REST)
        elif self._failures >= self._limit:
            self._closed_until = self._clock() + self._rest
