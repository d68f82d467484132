"""Posting webhooks over kept-alive connections with as few instructions as Python allows.

A bare asyncio protocol: on a machine of two cores a comfortable client would be most of what is measured.
"""

from __future__ import annotations

import asyncio
from typing import Self, cast

__all__ = ["Target", "WebhookConnection"]

_TEXT = """\
{{"update_id":{update},"message":{{"message_id":{update},"date":{date},"text":"{text}",\
"from":{{"id":{chat},"is_bot":false,"first_name":"Айгерим","language_code":"ru"}},\
"chat":{{"id":{chat},"first_name":"Айгерим","type":"private"}}}}}}"""


class Target:
    """Where webhooks go, and their numbers, which never repeat within a database."""

    def __init__(self, *, port: int, path: str, secret: str, first_update: int, date: int) -> None:
        self.port = port
        self._head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
            f"x-telegram-bot-api-secret-token: {secret}\r\ncontent-length: "
        ).encode()
        self._update = first_update
        self._date = date

    def update(self, chat: int, text: str) -> bytes:
        """A whole request: the next Telegram update, a text message (Telegram Bot API, Update)."""
        self._update += 1
        body = _TEXT.format(update=self._update, date=self._date, chat=chat, text=text).encode()
        return b"%b%d\r\n\r\n%b" % (self._head, len(body), body)


class WebhookConnection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._buffer = b""

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to a loopback port."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    async def post(self, request: bytes) -> int:
        """Send a request and wait for its whole answer; the status.

        Raises:
            ConnectionError: the server hung up.
        """
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        start = head.find(b"content-length:")
        length = int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        if len(self._buffer) < end + 4 + length or self._answer is None or self._answer.done():
            return
        self._buffer = b""
        self._answer.set_result(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server hung up"))
