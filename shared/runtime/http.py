"""The HTTP transport: every call that leaves Zeta passes here, with a time-out, a size limit and a breaker.

No retries: those live in exactly one layer above (the outbox, a sync, a turn).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from shared.kernel.errors import TryLater, ZetaError
from shared.runtime.breaker import Breaker

__all__ = ["ConnectFailed", "HttpAnswer", "HttpTransport", "NoAnswer"]

_log = logging.getLogger(__name__)


def _without_addresses(record: logging.LogRecord) -> bool:
    """httpx logs each address at INFO, and a Telegram address holds the bot's token."""
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
        limits = httpx.Limits(max_connections=max_connections, max_keepalive_connections=max_connections)
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout, connect=min(timeout, 3.0)), limits=limits, trust_env=False
        )
        self._max_answer = max_answer
        self._breakers: dict[str, Breaker] = {}
        self.timeout = timeout
        """Seconds that one call may take in all but its body; callers size their claims by it."""

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

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
        target = httpx.URL(url)
        breaker = self._breakers.setdefault(f"{target.host}:{target.port}", Breaker(limit=10, rest=5.0))
        if wait := breaker.wait():
            raise TryLater(f"{target.host} keeps failing", after=wait)
        try:
            answer = await self._exchange(
                self._client.build_request(
                    method,
                    target,
                    json=json_body,
                    data=data,
                    files=files,
                    headers=headers,
                    params=params,
                    timeout=timeout if timeout is not None else self.timeout,
                )
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            breaker.failed()
            raise ConnectFailed(f"{target.host}: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            breaker.failed()
            raise NoAnswer(f"{target.host}: {type(error).__name__}") from error
        if answer.status >= 500:
            breaker.failed()
        else:
            breaker.succeeded()
        return answer

    async def _exchange(self, request: httpx.Request) -> HttpAnswer:
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._max_answer:
                    raise NoAnswer(f"{request.url.host}: answer over {self._max_answer} bytes")
        finally:
            await response.aclose()
        return HttpAnswer(status=response.status_code, headers=dict(response.headers), body=bytes(body))
