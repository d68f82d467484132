"""Copies of what lives in Postgres, kept in the worker for moments: fresh enough, and loaded once for all askers.

Redis is no help here: what is kept (opened credentials) must not leave the process.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.kernel.errors import Unavailable, ZetaError

__all__ = ["LiveCopies"]

_log = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Copy(Generic[V]):
    value: V
    loaded_at: float


class LiveCopies(Generic[K, V]):
    """A bounded cache with a single flight per key.

    A copy younger than ``fresh`` seconds is returned at once. An older one is loaded again; callers that come
    meanwhile wait for that same load. While the source is unavailable, or takes longer than ``patience``, a copy
    younger than ``stale`` seconds is returned instead. Any other error of the source (not found, refused) drops
    the copy and reaches the caller.

    Args:
        load: reads the value of a key; raises ``Unavailable`` when the source does not answer.
        fresh: seconds; infinite for keys whose value never changes (they carry a version).
        stale: seconds; how old a copy may be returned when nothing newer can be had.
        patience: seconds to wait for a load while a stale copy is at hand.
        size: copies kept; the least recently used is dropped first.
    """

    def __init__(
        self,
        load: Callable[[K], Awaitable[V]],
        *,
        fresh: float = math.inf,
        stale: float = 0.0,
        patience: float = 1.0,
        size: int = 1024,
    ) -> None:
        self._load = load
        self._fresh = fresh
        self._stale = stale
        self._patience = patience
        self._size = size
        self._copies: OrderedDict[K, _Copy[V]] = OrderedDict()
        self._flights: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K) -> V:
        """The value of ``key``.

        Raises:
            Unavailable: the source does not answer and no copy is young enough.
            ZetaError: what the source answered.
        """
        copy = self._copies.get(key)
        if copy is not None:
            self._copies.move_to_end(key)
            if time.monotonic() - copy.loaded_at < self._fresh:
                return copy.value
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._fly(key))
            flight.add_done_callback(lambda landed: self._land(key, landed))
        # a caller that gives up must not take the load away from the others
        if copy is None or time.monotonic() - copy.loaded_at >= max(self._stale, self._fresh):
            return await asyncio.shield(flight)
        return await self._better_than(copy, flight)

    async def _better_than(self, copy: _Copy[V], flight: asyncio.Task[V]) -> V:
        """What the load brings in time, else the copy."""
        done, _ = await asyncio.wait([flight], timeout=self._patience)
        if not done:
            return copy.value
        try:
            return flight.result()
        except Unavailable as error:
            _log.warning("served from a stale copy", extra={"dependency": error.dependency})
            return copy.value

    def _land(self, key: K, flight: asyncio.Task[V]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # seen, even where every asker has gone or took a copy

    async def _fly(self, key: K) -> V:
        started = time.monotonic()
        try:
            value = await self._load(key)
        except Unavailable:
            raise
        except ZetaError:
            self._copies.pop(key, None)
            raise
        # as old as the question, not the answer: the row may change right after it was read
        self._copies[key] = _Copy(value, started)
        self._copies.move_to_end(key)
        while len(self._copies) > self._size:
            self._copies.popitem(last=False)
        return value
