"""Wires between a worker and what it talks to, on which a test can act at an exact step.

A wire is a loopback proxy. A ``Trap`` waits for bytes that name the step (a piece of a statement, a Redis key, a
request line) and springs once: before the request goes on, or when its answer comes back, which then is held
back. So a worker can be killed, or held, at the very moment between two steps, without a line in its own code.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from tests.doubles.listening import listening

__all__ = ["Moment", "Trap", "Wire", "laid_wire"]

_CHUNK = 64 << 10
_LONGEST_PATTERN = 200
Moment = Literal["asked", "answered"]
"""Before the request reaches the service, or after it was carried out and before its answer is known."""


@dataclass
class Trap:
    """Springs once, at the first request that holds ``pattern``, or the first that holds ``then`` behind it.

    Args:
        pattern: bytes of the request.
        moment: when to spring.
        then: the step meant comes later on the same connection (``COMMIT`` after a statement).
        spring: what to do; runs before anything more is forwarded.
    """

    pattern: bytes
    moment: Moment
    spring: Callable[[], object]
    then: bytes | None = None
    sprung: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    holds: bool = False
    """Whether the request, or its answer, waits until ``released`` is set."""


class Wire:
    """Forwards connections to one port of loopback; ``trap`` is what it watches for."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self.trap: Trap | None = None
        self.delay = 0.0
        """Seconds by which every answer is slowed down."""
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Break every connection; new ones go through."""
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the worker."""
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            return
        line = _Line(self)
        self._writers |= {writer, far_writer}
        pumps = [
            asyncio.create_task(line.pump(reader, far_writer, line.ask)),
            asyncio.create_task(line.pump(far_reader, writer, line.answer)),
        ]
        try:
            # when either side is gone, so is the connection
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            self._writers -= {writer, far_writer}
            far_writer.transport.abort()


class _Line:
    """One connection: what it asked last, and whether its trap has armed."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._tail = b""
        self._primed: Trap | None = None
        self._armed: Trap | None = None

    async def pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        watch: Callable[[bytes], asyncio.Future[None] | None],
    ) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(_CHUNK):
                if (held := watch(chunk)) is not None:
                    await held
                writer.write(chunk)
                await writer.drain()

    def ask(self, chunk: bytes) -> asyncio.Future[None] | None:
        """A request passes."""
        trap = self._wire.trap
        if trap is None or trap.sprung.is_set():
            return None
        seen, self._tail = self._tail + chunk, chunk[-_LONGEST_PATTERN:]
        if trap.then is not None and self._primed is not trap:
            if trap.pattern not in seen:
                return None
            self._primed = trap
            seen = seen[seen.index(trap.pattern) :]  # what is meant may travel in the same request
        if (trap.then or trap.pattern) not in seen:
            return None
        if trap.moment == "answered":
            self._armed = trap
            return None
        return _spring(trap)

    def answer(self, chunk: bytes) -> asyncio.Future[None] | None:
        """An answer passes."""
        trap, self._armed = self._armed, None
        if trap is not None and not trap.sprung.is_set():
            return _spring(trap)
        if self._wire.delay:
            return asyncio.ensure_future(asyncio.sleep(self._wire.delay))
        return None


def _spring(trap: Trap) -> asyncio.Future[None] | None:
    trap.sprung.set()
    trap.spring()
    return asyncio.ensure_future(_wait(trap.released)) if trap.holds else None


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


@asynccontextmanager
async def laid_wire(target_port: int) -> AsyncIterator[Wire]:
    """A wire on a free loopback port, for the time of the block."""
    wire = Wire(target_port)
    async with listening(wire.serve) as wire.port:
        yield wire
