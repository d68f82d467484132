"""A bot of a few lines: keeps each webhook it gets and answers as told. For tests of the simulator."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.host import PATIENCE

__all__ = ["Answer", "Received", "RecordingBot"]


@dataclass(slots=True)
class Answer:
    """What the bot answers: status, body, headers, and seconds to wait before."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0


@dataclass(slots=True)
class Received:
    """One webhook as it came over the wire."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)


class RecordingBot:
    """Answers ``answers`` in order, then 200; ``GET`` echoes ``hub.challenge`` when ``verify_token`` fits."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[Answer] = []
        self.verify_token = "verify-me"
        self.url = ""
        self.files: dict[str, tuple[bytes, str]] = {}
        self._changed = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator[RecordingBot]:
        """Listen on a free loopback port."""
        bot = cls()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/files/{name}", bot._file)
        app.router.add_route("*", "/{tail:.*}", bot._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield bot
        finally:
            await runner.cleanup()

    async def wait_for(self, count: int, *, seconds: float = PATIENCE) -> list[Received]:
        """What came, once there are ``count`` webhooks; ``TimeoutError`` after ``seconds``."""
        async with asyncio.timeout(seconds):
            while len(self.received) < count:
                changed = self._changed
                await changed.wait()
        return self.received

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            fits = request.query.get("hub.verify_token") == self.verify_token
            return web.Response(text=request.query.get("hub.challenge", "")) if fits else web.Response(status=403)
        received = Received(
            request.method, request.path, dict(request.query), dict(request.headers), await request.read()
        )
        self.received.append(received)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        answer = self.answers.pop(0) if self.answers else Answer()
        await asyncio.sleep(answer.after)
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        data, mime = self.files[request.match_info["name"]]
        return web.Response(body=data, content_type=mime)
