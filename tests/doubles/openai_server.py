"""A chat-completions server that answers from a script: drives the real SDK over real HTTP.

Scripted, for tests::

    async with OpenAIServer([calls(("search_products", {"query": "диван"})), says("Вот: [SOFA-1]")]) as server:
        settings = Settings(openai_base_url=server.base_url, openai_api_key=SecretStr("test"), ...)

A script is a list of steps (the last one repeats) or a function from the request's JSON to a step. Like the real
API, the server refuses a request in which a tool call has no result.

Voice notes are written down by a script of their own, ``server.voice``: steps of ``hears("красный диван")``; what
was sent is in ``server.sounds``. A question about a picture is an ordinary step: ``sees(product_type="диван")``.

Instant, for benchmarks: ``InstantModel``, or ``python -m tests.doubles.openai_server --port 25010 --tool``: a bare
asyncio protocol with answers made beforehand.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

__all__ = [
    "InstantModel",
    "OpenAIServer",
    "RecordedRequest",
    "RecordedSound",
    "Step",
    "answers_bytes",
    "calls",
    "fails",
    "hangs",
    "hears",
    "says",
    "sees",
]


@dataclass(frozen=True)
class Step:
    """One answer of the script: after ``delay`` seconds, this status, body and headers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


@dataclass(frozen=True)
class RecordedRequest:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    json: dict[str, Any]


@dataclass(frozen=True)
class RecordedSound:
    """A file that was to be written down, with the fields beside it."""

    path: str
    name: str
    mime_type: str
    content: bytes
    fields: Mapping[str, str]


Script = Sequence[Step] | Callable[[dict[str, Any]], Step]


def _completion(
    message: Mapping[str, Any], finish_reason: str, prompt_tokens: int, completion_tokens: int
) -> bytes:
    return json.dumps(
        {
            "id": "chatcmpl-test",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": "test-model",
            "choices": [{"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "total_tokens": prompt_tokens + completion_tokens,
            },
        },
        ensure_ascii=False,
    ).encode()


def says(
    text: str | None, *, finish_reason: str = "stop", prompt_tokens: int = 100, completion_tokens: int = 20
) -> Step:
    """Final words."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return Step(body=_completion(message, finish_reason, prompt_tokens, completion_tokens))


def calls(
    *tools: tuple[str, Mapping[str, Any] | str], prompt_tokens: int = 100, completion_tokens: int = 20
) -> Step:
    """Tool calls in one answer; arguments as a string are sent as they are, however broken."""
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": f"call_{number}_{time.monotonic_ns()}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
                },
            }
            for number, (name, arguments) in enumerate(tools)
        ],
    }
    return Step(body=_completion(message, "tool_calls", prompt_tokens, completion_tokens))


def sees(*, product_type: str = "", colour: str = "", style: str = "") -> Step:
    """What is in a picture."""
    seen = {"product_type": product_type, "colour": colour, "style": style}
    return says(json.dumps(seen, ensure_ascii=False), prompt_tokens=300, completion_tokens=30)


def hears(text: str, *, seconds: float | None = None) -> Step:
    """What is said in a sound file; ``seconds`` as newer models tell its length."""
    usage = {} if seconds is None else {"usage": {"type": "duration", "seconds": seconds}}
    return Step(body=json.dumps({"text": text, **usage}, ensure_ascii=False).encode())


def fails(
    status: int,
    *,
    code: str | None = None,
    param: str | None = None,
    message: str = "refused",
    headers: Mapping[str, str] | None = None,
) -> Step:
    """An error in the API's shape."""
    error = {"error": {"message": message, "type": code or "error", "param": param, "code": code}}
    return Step(status=status, body=json.dumps(error).encode(), headers=headers or {})


def hangs(seconds: float) -> Step:
    """An answer that comes too late."""
    return Step(body=says("слишком поздно").body, delay=seconds)


def answers_bytes(body: bytes, *, status: int = 200, content_type: str = "application/json") -> Step:
    """Whatever a broken server sends."""
    return Step(status=status, body=body, headers={"content-type": content_type})


class OpenAIServer:
    """A scripted server on loopback; ``async with`` starts and stops it."""

    def __init__(self, script: Script, *, port: int = 0) -> None:
        self._script = script
        self._port = port
        self._runner: web.AppRunner | None = None
        self.requests: list[RecordedRequest] = []
        """All requests, oldest first."""
        self.voice: Sequence[Step] = (hears(""),)
        """Answers to sound files, the last one repeats."""
        self.sounds: list[RecordedSound] = []
        """All sound files, oldest first."""

    @property
    def base_url(self) -> str:
        """What the SDK takes as ``base_url``."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def endpoint(self) -> str:
        """What the SDK takes as ``azure_endpoint``."""
        return f"http://127.0.0.1:{self._port}"

    def play(self, script: Script) -> None:
        """Go on with another script."""
        self._script = script
        self.requests.clear()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=16 << 20)
        app.router.add_post("/{path:.*chat/completions}", self._answer)
        app.router.add_post("/{path:.*audio/transcriptions}", self._write_down)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(RecordedRequest(request.path_qs, headers, body))
        step = _unanswered_calls(body) or self._next(body)
        if step.delay:
            await asyncio.sleep(step.delay)
        sent = {"content-type": "application/json", **step.headers}
        return web.Response(status=step.status, body=step.body, headers=sent)

    async def _write_down(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        self.sounds.append(
            RecordedSound(request.path_qs, file.filename, file.content_type, file.file.read(), fields)
        )
        step = self.voice[min(len(self.sounds), len(self.voice)) - 1]
        if step.delay:
            await asyncio.sleep(step.delay)
        sent = {"content-type": "application/json", **step.headers}
        return web.Response(status=step.status, body=step.body, headers=sent)

    def _next(self, body: dict[str, Any]) -> Step:
        if callable(self._script):
            return self._script(body)
        return self._script[min(len(self.requests), len(self._script)) - 1]


def _unanswered_calls(body: Mapping[str, Any]) -> Step | None:
    """The API answers 400 when an assistant message with tool calls is not followed by a result for each."""
    waiting: set[str] = set()
    for message in body["messages"]:
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                return fails(400, code="invalid_request_error", message="tool result without a call")
            waiting.discard(message["tool_call_id"])
            continue
        if waiting:
            break
        waiting = {call["id"] for call in message.get("tool_calls") or ()}
    return fails(400, code="invalid_request_error", message="tool call without a result") if waiting else None


# ---- instant --------------------------------------------------------------------------------------------------

_WORDS = "Вот что подошло лучше всего."


class _InstantProtocol(asyncio.Protocol):
    def __init__(self, with_tool: bool) -> None:
        self._with_tool = with_tool
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._final = _http(says(_WORDS).body)
        self._call = _http(calls(("search_products", {"query": "диван"})).body)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            start = head.find(b"content-length:")
            length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
            asked = self._with_tool and b'"role":"tool"' not in body and b'"role": "tool"' not in body
            if self._transport is not None:
                self._transport.write(self._call if asked else self._final)


def _http(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


class InstantModel:
    """Answers at once with few instructions: final words, or one search first (``with_tool``)."""

    def __init__(self, *, port: int = 0, with_tool: bool = False) -> None:
        self._port = port
        self._with_tool = with_tool
        self._server: asyncio.Server | None = None

    @property
    def base_url(self) -> str:
        """What the SDK takes as ``base_url``."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _InstantProtocol(self._with_tool), "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()


async def _serve(port: int, with_tool: bool) -> None:
    async with InstantModel(port=port, with_tool=with_tool) as model:
        sys.stdout.write(f"{model.base_url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="An instant chat-completions server for benchmarks.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tool", action="store_true", help="call search_products once before the final words")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(options.port, options.tool))
