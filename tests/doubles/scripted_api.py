"""A real HTTP server on loopback that answers by script and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

__all__ = ["Answer", "Asked", "ScriptedApi", "scripted_api"]


@dataclass(frozen=True)
class Answer:
    """One scripted answer; ``body`` is sent as JSON unless it is bytes. ``drop`` breaks the connection instead,
    ``delay`` (seconds) comes before either."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    delay: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class ScriptedApi:
    """``script`` answers in order; with none left the connection is dropped, which no test takes for success."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self._answers: list[Answer] = []

    def script(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked.clear()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(request.method, request.path_qs, headers, json.loads(raw) if raw else None))
        answer = self._answers.pop(0) if self._answers else Answer(drop=True)
        await asyncio.sleep(answer.delay)
        if answer.drop:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        return web.Response(status=answer.status, body=body, headers=answer.headers)


@asynccontextmanager
async def scripted_api() -> AsyncIterator[ScriptedApi]:
    """Serve on a free port of 127.0.0.1 for the time of the block."""
    api = ScriptedApi()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    api.url = f"http://{host}:{port}"
    try:
        yield api
    finally:
        await runner.cleanup()
