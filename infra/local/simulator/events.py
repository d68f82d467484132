"""What happened, told live: the page listens by server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.simulator.wire import Json

__all__ = ["EventHub"]

_BACKLOG = 1000


class EventHub:
    """Hands each event to every listener; a listener that stopped reading is dropped, never waited for."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Json]] = set()

    @property
    def watched(self) -> bool:
        """Whether anybody listens; publishers skip the rendering when nobody does."""
        return bool(self._listeners)

    def publish(self, kind: str, data: Json) -> None:
        """Tell every listener ``{"kind": kind, **data}``."""
        for listener in list(self._listeners):
            try:
                listener.put_nowait({"kind": kind, **data})
            except asyncio.QueueFull:
                self._listeners.discard(listener)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Json]]:
        """A queue that receives what is published while the block runs."""
        queue: asyncio.Queue[Json] = asyncio.Queue(_BACKLOG)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
