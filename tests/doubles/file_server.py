"""A file server of bad manners: written on bare sockets, since no decent server would answer so.

``script`` names what each next connection gets; what was asked for is in ``asked`` (the request's head as text).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from tests.doubles.listening import listening

__all__ = ["Conduct", "FileServer", "drips", "file_server", "gives", "moves", "never_ends", "promises"]

Conduct = Callable[[asyncio.StreamWriter], Coroutine[Any, Any, None]]


class FileServer:
    """Answers connections one after another by script; with none left it hangs up."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self._script: list[Conduct] = []

    def script(self, *conduct: Conduct) -> None:
        """What the next connections get."""
        self._script = list(conduct)
        self.asked.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
            if self._script:
                await self._script.pop(0)(writer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()


def _head(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def gives(body: bytes, *headers: str, status: str = "200 OK") -> Conduct:
    """The file as it should be; ``headers`` are added as they stand."""

    async def conduct(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(status, f"Content-Length: {len(body)}", *headers) + body)

    return conduct


def moves(place: str) -> Conduct:
    """A redirect."""

    async def conduct(writer: asyncio.StreamWriter) -> None:
        writer.write(_head("302 Found", f"Location: {place}", "Content-Length: 0"))

    return conduct


def promises(length: int) -> Conduct:
    """A ``Content-Length`` of any size before a few bytes."""

    async def conduct(writer: asyncio.StreamWriter) -> None:
        writer.write(_head("200 OK", f"Content-Length: {length}") + b"few")

    return conduct


def never_ends(writer: asyncio.StreamWriter) -> Coroutine[Any, Any, None]:
    """No length, and bytes until the other side hangs up."""

    async def conduct() -> None:
        writer.write(_head("200 OK"))
        while not writer.is_closing():
            writer.write(b"\0" * 65_536)
            await writer.drain()

    return conduct()


def drips(writer: asyncio.StreamWriter) -> Coroutine[Any, Any, None]:
    """A byte now and then: each arrives in time, the whole never does."""

    async def conduct() -> None:
        writer.write(_head("200 OK", "Content-Length: 1000"))
        while not writer.is_closing():
            writer.write(b"\0")
            await writer.drain()
            await asyncio.sleep(0.02)

    return conduct()


@asynccontextmanager
async def file_server() -> AsyncIterator[FileServer]:
    """Serve on a free port of 127.0.0.1 for the time of the block."""
    files = FileServer()
    async with listening(files.serve) as port:
        files.url = f"http://127.0.0.1:{port}"
        yield files
