"""The routes under ``/control``."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from aiohttp import web

from infra.local.simulator.control.actions import BadActionError, act, find_person
from infra.local.simulator.control.views import chat_view, message_view, state_view
from infra.local.simulator.demo_state import add_bot
from infra.local.simulator.faults import Fault, FaultKind
from infra.local.simulator.wire import Json, UnreadableError, read_parameters

if TYPE_CHECKING:
    from infra.local.simulator.simulator import Simulator

__all__ = ["add_control_routes"]

_MAX_WAIT = 60.0
_HEARTBEAT = 15.0
_FAULT_FIELDS = {field.name for field in fields(Fault) if field.init} - {"kind"}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_control_routes(app: web.Application, simulator: Simulator) -> None:
    """Register every control route."""
    control = _Control(simulator)
    routes: list[tuple[str, str, _Handler]] = [
        ("GET", "/control/state", control.state),
        ("GET", "/control/events", control.events),
        ("POST", "/control/bots", control.create_bot),
        ("POST", "/control/users", control.create_user),
        ("POST", "/control/act", control.act),
        ("GET", "/control/chat", control.chat),
        ("GET", "/control/messages", control.messages),
        ("DELETE", "/control/messages", control.clear_messages),
        ("POST", "/control/inject", control.inject),
        ("GET", "/control/traffic", control.traffic),
        ("DELETE", "/control/traffic", control.clear_traffic),
        ("GET", "/control/traffic/{number}", control.exchange),
        ("GET", "/control/faults", control.faults),
        ("POST", "/control/faults", control.add_fault),
        ("DELETE", "/control/faults", control.clear_faults),
        ("DELETE", "/control/faults/{number}", control.remove_fault),
        ("POST", "/control/webhooks", control.webhooks),
        ("POST", "/control/clock", control.clock),
        ("GET", "/control/accepted", control.accepted),
        ("GET", "/control/media/{id}", control.media),
    ]
    for method, path, handler in routes:
        app.router.add_route(method, path, _guarded(handler))


def _guarded(handler: _Handler) -> _Handler:
    """Requests that make no sense are answered 400 with the reason."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (BadActionError, UnreadableError, KeyError, TypeError, ValueError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)

    return guarded


def _json(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, dumps=lambda value: json.dumps(value, ensure_ascii=False))


class _Control:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def state(self, request: web.Request) -> web.StreamResponse:
        del request
        return _json(state_view(self._simulator))

    async def create_bot(self, request: web.Request) -> web.StreamResponse:
        parameters, _, _ = await read_parameters(request)
        return _json(add_bot(self._simulator, parameters), 201)

    async def create_user(self, request: web.Request) -> web.StreamResponse:
        parameters, _, _ = await read_parameters(request)
        person = find_person(self._simulator, parameters)
        self._simulator.environment.events.publish("bots", {})
        return _json({"id": person.id, "name": person.name, "chat": person.chat.key}, 201)

    async def act(self, request: web.Request) -> web.StreamResponse:
        parameters, files, _ = await read_parameters(request)
        statuses = await act(self._simulator, parameters, files)
        return _json({"status": statuses[-1], "statuses": statuses})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        person = find_person(self._simulator, dict(request.query))
        return _json(chat_view(person.chat, self._simulator.clock.now()))

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """What the bot sent to a person; ``wait=<n>&timeout=<s>`` waits until there are n (408 otherwise)."""
        person = find_person(self._simulator, dict(request.query))
        wanted = int(request.query.get("wait", "0"))
        timeout = min(float(request.query.get("timeout", "10")), _MAX_WAIT)
        status = 200
        try:
            await person.wait_for(wanted, timeout)
        except TimeoutError:
            status = 408
        return _json({"messages": [message_view(message, wire=True) for message in person.received]}, status)

    async def clear_messages(self, request: web.Request) -> web.StreamResponse:
        if "user" in request.query:
            find_person(self._simulator, dict(request.query)).clear()
        else:
            for chat in self._simulator.world.chats():
                self._simulator.world.clear(chat)
        return _json({"ok": True})

    async def inject(self, request: web.Request) -> web.StreamResponse:
        """Any webhook: ``body`` as JSON or ``raw`` as base64; ``secret`` or ``signature`` forges it."""
        parameters, _, _ = await read_parameters(request)
        platform = str(parameters["platform"])
        messenger: Any = {
            "telegram": self._simulator.telegram,
            "whatsapp": self._simulator.whatsapp,
            "viber": self._simulator.viber,
        }[platform]
        body = base64.b64decode(parameters["raw"]) if "raw" in parameters else parameters["body"]
        bots = [bot for bot in messenger.bots if parameters.get("bot_id") in (None, bot.bot_id)]
        if not bots:
            raise BadActionError("no such bot")
        forged: Json = {name: parameters[name] for name in ("secret", "signature", "queue") if name in parameters}
        status = await messenger.inject(body, bot=bots[-1], wait=bool(parameters.get("wait", True)), **forged)
        return _json({"status": status})

    async def traffic(self, request: web.Request) -> web.StreamResponse:
        found = self._simulator.traffic.list(
            platform=request.query.get("platform"), direction=request.query.get("direction")
        )
        full = request.query.get("full") == "1"
        return _json({"exchanges": [asdict(item) if full else item.summary() for item in found]})

    async def exchange(self, request: web.Request) -> web.StreamResponse:
        found = self._simulator.traffic.find(int(request.match_info["number"]))
        return _json(asdict(found)) if found else _json({"error": "not kept"}, 404)

    async def clear_traffic(self, request: web.Request) -> web.StreamResponse:
        del request
        self._simulator.traffic.clear()
        return _json({"ok": True})

    async def faults(self, request: web.Request) -> web.StreamResponse:
        del request
        return _json({"faults": [asdict(fault) for fault in self._simulator.faults.list()]})

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        parameters, _, _ = await read_parameters(request)
        kind = FaultKind(parameters.pop("kind"))
        unknown = set(parameters) - _FAULT_FIELDS
        if unknown:
            raise BadActionError(f"unknown fields: {', '.join(sorted(unknown))}")
        fault = self._simulator.faults.add(Fault(kind, **parameters))
        self._simulator.environment.events.publish("faults", {})
        return _json(asdict(fault), 201)

    async def clear_faults(self, request: web.Request) -> web.StreamResponse:
        del request
        self._simulator.faults.clear()
        self._simulator.environment.events.publish("faults", {})
        return _json({"ok": True})

    async def remove_fault(self, request: web.Request) -> web.StreamResponse:
        found = self._simulator.faults.remove(int(request.match_info["number"]))
        self._simulator.environment.events.publish("faults", {})
        return _json({"ok": found}, 200 if found else 404)

    async def webhooks(self, request: web.Request) -> web.StreamResponse:
        """``do``: hold, release (order, copies), duplicate (copies, count) or reorder (size)."""
        parameters, _, _ = await read_parameters(request)
        delivery, released = self._simulator.delivery, 0
        action = parameters["do"]
        if action == "hold":
            delivery.hold()
        elif action == "release":
            order, copies = str(parameters.get("order", "sent")), int(parameters.get("copies", 1))
            released = delivery.release(order=order, copies=min(copies, 100))
        elif action == "duplicate":
            delivery.duplicate(copies=min(int(parameters["copies"]), 100), count=int(parameters.get("count", 1)))
        elif action == "reorder":
            delivery.reorder(int(parameters["size"]))
        else:
            raise BadActionError(f"unknown {action!r}")
        return _json({"released": released, "pending": delivery.pending})

    async def clock(self, request: web.Request) -> web.StreamResponse:
        parameters, _, _ = await read_parameters(request)
        self._simulator.clock.advance(float(parameters["advance"]))
        return _json({"now": self._simulator.clock.now()})

    async def accepted(self, request: web.Request) -> web.StreamResponse:
        """The fast path's count, and with ``since=<n>`` the sends after the n-th."""
        environment = self._simulator.environment
        body: Json = {"total": environment.accepted_total}
        if "since" in request.query:
            fresh = max(0, environment.accepted_total - int(request.query["since"]))
            body["sends"] = [asdict(send) for send in list(environment.accepted)[-fresh:]] if fresh else []
        return _json(body)

    async def media(self, request: web.Request) -> web.StreamResponse:
        stored = self._simulator.environment.media.get(request.match_info["id"])
        if stored is None:
            return web.Response(status=404)
        # a document must not run as a page of the simulator's origin
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        mime = stored.mime if stored.mime.startswith(("image/", "audio/", "video/")) else "application/octet-stream"
        return web.Response(body=stored.data, content_type=mime.split(";")[0], headers=headers)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: ``chat``, ``bots``, ``faults``, ``traffic``, ``callback_answered``."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        with self._simulator.environment.events.listen() as queue:
            await response.write(b": connected\n\n")
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), _HEARTBEAT)
                except TimeoutError:
                    await response.write(b": alive\n\n")
                    continue
                await response.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
