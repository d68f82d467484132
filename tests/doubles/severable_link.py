"""A loopback connection to a service that a test can cut: what an outage looks like from the client's side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.doubles.listening import listening

__all__ = ["SeverableLink", "severable_link"]

_CHUNK = 64 << 10


class SeverableLink:
    """Forwards a port of its own to ``host:target_port`` until it is cut; ``mend`` joins it again."""

    def __init__(self, host: str, target_port: int) -> None:
        self._host = host
        self._target_port = target_port
        self._writers: set[asyncio.StreamWriter] = set()
        self._cut = False
        self.port = 0

    def cut(self) -> None:
        """Break every connection; new ones are closed at once."""
        self._cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Let new connections through."""
        self._cut = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection."""
        if self._cut:
            return
        far_reader, far_writer = await asyncio.open_connection(self._host, self._target_port)
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._writers -= {writer, far_writer}
            far_writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    if not writer.is_closing() and writer.can_write_eof():
        with suppress(OSError):
            writer.write_eof()


@asynccontextmanager
async def severable_link(host: str, target_port: int) -> AsyncIterator[SeverableLink]:
    """A link that listens on a free loopback port for as long as the block runs."""
    link = SeverableLink(host, target_port)
    async with listening(link.serve) as link.port:
        yield link
