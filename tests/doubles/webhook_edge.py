"""The HTTP edge in the test's own process: webhooks reach a ``Worker`` as the functions hand them over.

A test that holds the worker in its hands can drain it when it wants to; the same conversations run through
Microsoft's runtime in ``tests/functions``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from aiohttp import web

from functions._http import problem
from shared.channels.contract import WebhookRequest
from shared.composition import Worker
from shared.kernel.errors import ZetaError

__all__ = ["webhook_edge"]

_LARGEST = 64 << 20


@asynccontextmanager
async def webhook_edge(worker: Worker) -> AsyncIterator[str]:
    """Serve ``/api/webhook/{platform}/{bot_id}`` on a free loopback port; yields its base address."""

    async def receive(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        webhook = WebhookRequest(headers=headers, body=await request.read())
        bot_id = UUID(request.match_info["bot_id"])
        try:
            answer = await worker.webhooks.receive(request.match_info["platform"], bot_id, webhook)
        except ZetaError as error:
            refused = problem(error)
            return web.Response(status=refused.status_code, body=refused.get_body(), headers=dict(refused.headers))
        return web.json_response(answer) if answer is not None else web.Response()

    app = web.Application(client_max_size=_LARGEST)
    app.router.add_post("/api/webhook/{platform}/{bot_id}", receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
