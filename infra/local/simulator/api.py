"""How a call to an imitated API is served: read, meet its faults, be answered, be recorded."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from typing import Protocol

from aiohttp import web

from infra.local.simulator.environment import Environment
from infra.local.simulator.faults import Fault, FaultKind
from infra.local.simulator.wire import ApiAnswer, ApiCall, UnreadableError

__all__ = ["MessengerApi", "serve"]

_BEFORE = {
    FaultKind.TOO_MANY_REQUESTS,
    FaultKind.SERVER_ERROR,
    FaultKind.REFUSE,
}


class MessengerApi(Protocol):
    """One platform's server side."""

    name: str

    async def read(self, request: web.Request) -> ApiCall:
        """Which method is called, with what; raises ``UnreadableError`` for a broken body."""

    async def answer(self, call: ApiCall, *, fail_later: Fault | None = None) -> ApiAnswer:
        """Carry the call out. ``fail_later``: accept, and let a failed status follow."""

    def unreadable(self, reason: str) -> ApiAnswer:
        """The platform's answer to a body that cannot be read."""

    def faulty(self, fault: Fault) -> ApiAnswer:
        """The platform's shape of a 429, a server error or a refusal."""

    def instantly(self, call: ApiCall) -> ApiAnswer | None:
        """The fast path; None for calls that send no message."""


async def serve(api: MessengerApi, environment: Environment, request: web.Request) -> web.StreamResponse:
    """Answer one call of the bot."""
    started = time.perf_counter()
    try:
        call = await api.read(request)
    except UnreadableError as error:
        call = ApiCall("unreadable", path=request.path)
        return _finish(
            api,
            environment,
            request,
            call=call,
            answer=api.unreadable(str(error)),
            started=started,
            note="unreadable",
        )
    if environment.instant and not environment.faults.list():
        instant = api.instantly(call)
        if instant is not None:
            return _response(instant)
    fault = environment.faults.take(api.name, call.method, call.chat)
    if fault is None:
        answer = await api.answer(call)
        return _finish(api, environment, request, call=call, answer=answer, started=started)
    return await _serve_with_fault(api, environment, request, call=call, fault=fault, started=started)


async def _serve_with_fault(
    api: MessengerApi,
    environment: Environment,
    request: web.Request,
    *,
    call: ApiCall,
    fault: Fault,
    started: float,
) -> web.StreamResponse:
    kind = fault.kind
    note = f"fault: {kind}"
    if kind in _BEFORE:
        return _finish(api, environment, request, call=call, answer=api.faulty(fault), started=started, note=note)
    if kind is FaultKind.TIMEOUT_BEFORE_ACCEPTING or kind is FaultKind.CONNECTION_RESET:
        _record(api, environment, request, call=call, answer=ApiAnswer(0, b""), started=started, note=note)
        return await _break_off(request, fault)
    if kind is FaultKind.LATENCY:
        await asyncio.sleep(fault.seconds)
    answer = await api.answer(call, fail_later=fault if kind is FaultKind.FAIL_LATER else None)
    if kind is FaultKind.TIMEOUT_AFTER_ACCEPTING or kind is FaultKind.RESET_AFTER_ACCEPTING:
        _record(api, environment, request, call=call, answer=ApiAnswer(0, answer.body), started=started, note=note)
        return await _break_off(request, fault)
    if kind is FaultKind.MALFORMED_ANSWER:
        answer = ApiAnswer(200, answer.body[: max(1, len(answer.body) // 2)] + b"<html>", headers=answer.headers)
    return _finish(api, environment, request, call=call, answer=answer, started=started, note=note)


async def _break_off(request: web.Request, fault: Fault) -> web.StreamResponse:
    """Hang where the fault says so, then cut the connection without a word."""
    if fault.kind in (FaultKind.TIMEOUT_BEFORE_ACCEPTING, FaultKind.TIMEOUT_AFTER_ACCEPTING):
        await asyncio.sleep(fault.seconds)
    transport = request.transport
    if transport is not None:
        plain = transport.get_extra_info("socket")
        if plain is not None:
            # linger 0 makes the close a reset, which is what a broken network shows
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)


def _finish(
    api: MessengerApi,
    environment: Environment,
    request: web.Request,
    *,
    call: ApiCall,
    answer: ApiAnswer,
    started: float,
    note: str = "",
) -> web.Response:
    _record(api, environment, request, call=call, answer=answer, started=started, note=note)
    return _response(answer)


def _response(answer: ApiAnswer) -> web.Response:
    return web.Response(
        status=answer.status, body=answer.body, content_type=answer.content_type, headers=answer.headers
    )


def _record(
    api: MessengerApi,
    environment: Environment,
    request: web.Request,
    *,
    call: ApiCall,
    answer: ApiAnswer,
    started: float,
    note: str = "",
) -> None:
    if not environment.traffic.enabled:
        return
    shown = dict(call.parameters)
    shown.update({name: f"<{len(file.data)} bytes, {file.mime}>" for name, file in call.files.items()})
    binary = not answer.content_type.startswith(("application/json", "text/"))
    environment.traffic.record(
        at=environment.clock.now(),
        direction="call",
        platform=api.name,
        method=call.method,
        url=f"{request.method} {_without_token(request.path, call.token)}",
        request_headers={
            "Content-Type": request.content_type,
            "User-Agent": request.headers.get("User-Agent", ""),
        },
        request_body=json.dumps(shown, ensure_ascii=False).encode(),
        status=answer.status,
        response_body=f"<{len(answer.body)} bytes>".encode() if binary else answer.body,
        milliseconds=(time.perf_counter() - started) * 1000,
        note=note,
    )


def _without_token(path: str, token: str) -> str:
    return path.replace(token, "<token>") if token else path
