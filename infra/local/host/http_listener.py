"""The HTTP server of the host: aiohttp's low-level server, whose routing is not used."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader

from infra.local.errors import StackError
from infra.local.host.http_functions import HttpFunctions, HttpRequest

__all__ = ["HttpListener"]

LINE = 16 << 10
"""Bytes of a request's first line, and of one header; the cloud's front end takes 16 KiB of address as well."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class HttpListener:
    """Listens on one address; hands each whole request to the functions.

    Args:
        functions: who answers.
        body_limit: bytes; a longer body is answered 413.
        shared_port: several processes listen on the port and the kernel spreads connections over them.
    """

    def __init__(
        self, functions: HttpFunctions, *, address: str, port: int, body_limit: int, shared_port: bool
    ) -> None:
        self._functions = functions
        self._address = address
        self._port = port
        self._body_limit = body_limit
        self._shared_port = shared_port
        self._runner: web.ServerRunner | None = None

    async def start(self, *, grace: float) -> None:
        """Listen; ``grace`` is how many seconds requests in flight have once ``stop`` was called.

        Raises:
            StackError: the port is taken.
        """
        server = web.Server(
            self._answer, request_factory=self._request, access_log=None, max_line_size=LINE, max_field_size=LINE
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=grace)
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, self._address, self._port, backlog=1024, reuse_port=self._shared_port or None
        )
        try:
            await site.start()
        except OSError as error:
            raise StackError(
                f"the functions host cannot listen on {self._address}:{self._port}: {error.strerror}",
                remedy="stop the program that has the port, or choose another with --port",
            ) from error

    async def stop(self) -> None:
        """Accept nothing more, let requests in flight end."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        declared = request.content_length
        if declared is not None and declared > self._body_limit:
            return web.Response(status=413, headers={"connection": "close"})
        if request.headers.get("expect", "").lower() == "100-continue":
            await request.writer.write(CONTINUE)
            request.writer.output_size = 0
        body = await request.read() if request.can_read_body else b""  # 413 beyond the limit
        path, _, query = request.raw_path.partition("?")
        answer = await self._functions.handle(HttpRequest(request.method, path, query, _headers(request), body))
        response = web.Response(status=answer.status, body=answer.body)
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                response.headers.add(name, value)
            else:
                response.headers[name] = value
        return response

    def _request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: asyncio.Task[None],
    ) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=self._body_limit)


def _headers(request: web.BaseRequest) -> dict[str, str]:
    """Names in lower case, as the Functions host hands them on; repeated ones joined by commas."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        lower = name.lower()
        found[lower] = f"{found[lower]},{value}" if lower in found else value
    return found
