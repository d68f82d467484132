"""The HTTP transport: every call that leaves Zeta passes here, with a time-out, a size limit and a breaker.

No retries: those live in exactly one layer above (the outbox, a sync, a turn).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp
from yarl import URL

from shared.kernel.errors import TryLater, ZetaError
from shared.runtime.breaker import Breaker

__all__ = ["ConnectFailed", "HttpAnswer", "HttpTransport", "NoAnswer"]

_log = logging.getLogger(__name__)


_KEPT_SECONDS = 5.0
"""An idle connection is used again within this time: later the other side may have closed it unseen, and a request
on a dead connection has an unknown fate."""


def _without_addresses(record: logging.LogRecord) -> bool:
    """httpx, which the model's SDK brings, logs each address at INFO, and an address may hold a secret."""
    return record.levelno >= logging.WARNING


logging.getLogger("httpx").addFilter(_without_addresses)


class ConnectFailed(ZetaError):
    """No connection was made: the request surely did not leave."""

    code = "connect_failed"


class NoAnswer(ZetaError):
    """The request left, or may have, and no whole answer came."""

    code = "no_answer"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, or ``None`` where it is not: platforms answer HTML on bad days."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class HttpTransport:
    """A pooled client with a breaker per host. One per worker; close it with ``aclose``."""

    def __init__(self, *, timeout: float = 10.0, max_connections: int = 64, max_answer: int = 8 << 20) -> None:
        self._max_connections = max_connections
        self._max_answer = max_answer
        self._session: aiohttp.ClientSession | None = None
        self._breakers: dict[str, Breaker] = {}
        self.timeout = timeout
        """Seconds that one call may take in all but its body; callers size their claims by it."""

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def request(
        self,
        method: Literal["GET", "POST", "PUT", "DELETE"],
        url: str,
        *,
        json_body: Any = None,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> HttpAnswer:
        """Make one call and read the whole answer. ``files`` maps a field to (name, bytes, MIME type).

        Raises:
            ConnectFailed: surely not sent.
            NoAnswer: sent, fate unknown (time-out, connection lost, answer over the size limit).
            TryLater: the host's breaker is open; surely not sent.
        """
        # what is encoded already stays as it is: a signed address must not be written anew
        target = URL(url, encoded=url.isascii())
        breaker = self._breakers.setdefault(f"{target.host}:{target.port}", Breaker(limit=10, rest=5.0))
        if wait := breaker.wait():
            raise TryLater(f"{target.host} keeps failing", after=wait)
        seconds = timeout if timeout is not None else self.timeout
        exchange = self._client().request(
            method,
            target,
            data=_body(json_body, data, files),
            headers={"content-type": "application/json", **(headers or {})} if json_body is not None else headers,
            params=params,
            timeout=aiohttp.ClientTimeout(connect=seconds, sock_connect=min(seconds, 3.0), sock_read=seconds),
            allow_redirects=False,
        )
        try:
            async with exchange as response:
                answer = await self._read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            breaker.failed()
            raise ConnectFailed(f"{target.host}: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            breaker.failed()
            raise NoAnswer(f"{target.host}: {type(error).__name__}") from error
        if answer.status >= 500:
            breaker.failed()
        else:
            breaker.succeeded()
        return answer

    async def _read(self, response: aiohttp.ClientResponse) -> HttpAnswer:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._max_answer:
                raise NoAnswer(f"{response.url.host}: answer over {self._max_answer} bytes")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return HttpAnswer(status=response.status, headers=headers, body=bytes(body))

    def _client(self) -> aiohttp.ClientSession:
        """The session; made on first use, since it belongs to the running loop. It keeps no cookies."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._max_connections, keepalive_timeout=_KEPT_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session


def _body(
    json_body: Any, data: Mapping[str, Any] | None, files: Mapping[str, tuple[str, bytes, str]] | None
) -> bytes | aiohttp.FormData | None:
    if json_body is not None:
        return json.dumps(json_body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    if data is None and files is None:
        return None
    form = aiohttp.FormData()
    for name, value in (data or {}).items():
        form.add_field(name, str(value))
    for name, (filename, content, kind) in (files or {}).items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form
