"""An instant messenger: takes every call of the Telegram Bot API and answers with a message id at once."""

from __future__ import annotations

import asyncio
import json
from typing import cast

__all__ = ["InstantMessenger"]

_OK = b'{"ok":true,"result":{"message_id":%d,"date":0,"chat":{"id":%d,"type":"private"}}}'


class InstantMessenger:
    """Counts calls and wakes whoever waits for the first answer in a chat."""

    def __init__(self) -> None:
        self.calls = 0
        self._waiting: dict[int, asyncio.Future[None]] = {}

    async def listen(self, port: int) -> None:
        """Answer on a loopback port until the process ends."""
        await asyncio.get_running_loop().create_server(lambda: _Call(self), "127.0.0.1", port, backlog=512)

    def answer_in(self, chat: int) -> asyncio.Future[None]:
        """Done when the next call for ``chat`` arrives."""
        waiting = self._waiting[chat] = asyncio.get_running_loop().create_future()
        return waiting

    def take(self, body: bytes) -> bytes:
        """Take one call; its answer."""
        chat = int(json.loads(body).get("chat_id", 0))
        self.calls += 1
        waiting = self._waiting.pop(chat, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        answer = _OK % (self.calls, chat)
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
            len(answer),
            answer,
        )


class _Call(asyncio.Protocol):
    def __init__(self, messenger: InstantMessenger) -> None:
        self._messenger = messenger
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
            if len(self._buffer) < end + 4 + length:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
            if self._transport is not None:
                self._transport.write(self._messenger.take(body))
