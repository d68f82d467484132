"""One HTTP server for everything: the three APIs, the control routes and the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from infra.local.simulator.api import MessengerApi, serve
from infra.local.simulator.control.routes import add_control_routes
from infra.local.simulator.environment import Environment
from infra.local.simulator.wire import MAX_UPLOAD

if TYPE_CHECKING:
    from infra.local.simulator.simulator import Simulator

__all__ = ["build_app"]

_PAGE = Path(__file__).parent / "page"
_DEMO_PICTURES = Path(__file__).parents[1] / "demo" / "images"
_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def build_app(simulator: Simulator) -> web.Application:
    """The application; it keeps nothing of its own."""
    app = web.Application(client_max_size=MAX_UPLOAD)
    for api in (simulator.telegram.api, simulator.whatsapp.api, simulator.viber.api):
        app.router.add_route("*", f"/{api.name}/{{tail:.*}}", _serving(api, simulator.environment))
    add_control_routes(app, simulator)
    app.router.add_get("/", _index)
    app.router.add_static("/page/", _PAGE)
    # a shop has its pictures on some web server; the demo shop's is this one
    app.router.add_static("/media/demo/", _DEMO_PICTURES)
    app.on_response_prepare.append(_forbid_foreign_content)
    return app


def _serving(api: MessengerApi, environment: Environment) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        return await serve(api, environment, request)

    return handler


async def _index(request: web.Request) -> web.StreamResponse:
    del request
    return web.FileResponse(_PAGE / "index.html")


async def _forbid_foreign_content(request: web.Request, response: web.StreamResponse) -> None:
    """Nothing a message contains may load or run anything on the page."""
    if request.path == "/" or request.path.startswith("/page/"):
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Cache-Control"] = "no-cache"
