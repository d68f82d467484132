"""A server of a test's own whose connections all end with it: none is left to complain of later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

__all__ = ["Serve", "listening"]

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    """Serve connections on a free loopback port, which it yields, for the time of the block.

    A connection is aborted when ``serve`` is done with it, and at the end of the block whatever it does.
    """
    running: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve(reader, writer)

    def end(task: asyncio.Task[None]) -> None:
        running.pop(task).transport.abort()

    def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # not a coroutine function: its task would begin later, or never when it is cancelled before
        if not server.is_serving():
            writer.transport.abort()
            return
        task = asyncio.create_task(carry(reader, writer))
        running[task] = writer
        task.add_done_callback(end)

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    try:
        yield port
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await server.wait_closed()
