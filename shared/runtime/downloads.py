"""Files from outside: every download passes here, with the address guard, a size limit and a time-out.

The body is read as it comes and dropped beyond the limit, whatever ``Content-Length`` says; a compressed body is
refused, for its size after unpacking is anybody's guess. Redirects are followed a few times, each checked anew;
headers, which may prove who we are, go to no other host than the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from shared.kernel.errors import TooLarge, TryLater, ZetaError
from shared.runtime.breaker import Breaker
from shared.runtime.http import ConnectFailed, NoAnswer
from shared.runtime.url_guard import AddressNotPublic, ForbiddenAddress, UrlRule, open_public_socket

__all__ = ["Download", "DownloadRefused", "Downloads"]

_REDIRECTS = 3
_CONNECTIONS = 16
_MOVED = frozenset({301, 302, 303, 307, 308})
# Meta's file hosts are said to answer unknown programs with an error page
_USER_AGENT = "Mozilla/5.0 (compatible; Zeta)"


@dataclass(frozen=True, slots=True)
class Download:
    """A file; ``mime_type`` is what the server calls it, without parameters, or empty."""

    content: bytes
    mime_type: str = ""


class DownloadRefused(ZetaError):
    """The server answered with this status instead of the file."""

    code = "download_refused"

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class Downloads:
    """One per worker; close it with ``aclose``.

    Args:
        timeout: seconds that one download may take in all, redirects and body included.
        resolver: finds the addresses of names; the machine's own by default.
    """

    def __init__(self, *, timeout: float = 15.0, resolver: AbstractResolver | None = None) -> None:
        self._timeout = timeout
        self._resolver = resolver
        self._guarded: aiohttp.ClientSession | None = None
        self._trusted: aiohttp.ClientSession | None = None
        self._breakers: dict[str, Breaker] = {}

    async def aclose(self) -> None:
        """Close all connections."""
        for session in (self._guarded, self._trusted):
            if session is not None:
                await session.close()

    async def fetch(
        self, url: str, *, rule: UrlRule, limit: int, headers: Mapping[str, str] | None = None
    ) -> Download:
        """Get a file of at most ``limit`` bytes.

        Raises:
            ForbiddenAddress: the rule does not allow the address, or one that it redirects to.
            TooLarge: the file is over the limit.
            DownloadRefused: the server answered without the file.
            ConnectFailed, NoAnswer: no connection; no whole file in time.
            TryLater: the host's breaker is open.
        """
        target, trusted = rule.check(url)
        breaker = self._breakers.setdefault(f"{target.host}:{target.port}", Breaker(limit=10, rest=5.0))
        if wait := breaker.wait():
            raise TryLater(f"{target.host} keeps failing", after=wait)
        try:
            async with asyncio.timeout(self._timeout):
                found = await self._follow(target, trusted, rule, limit, headers or {})
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, AddressNotPublic):
                raise ForbiddenAddress(str(error.os_error)) from None
            breaker.failed()
            raise ConnectFailed(f"{target.host}: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            breaker.failed()
            raise NoAnswer(f"{target.host}: {type(error).__name__}") from error
        breaker.succeeded()
        return found

    async def _follow(
        self, target: URL, trusted: bool, rule: UrlRule, limit: int, headers: Mapping[str, str]
    ) -> Download:
        first = target.origin()
        for _ in range(_REDIRECTS + 1):
            own = dict(headers) if target.origin() == first else {}
            request = self._session(trusted).get(target, headers=own, allow_redirects=False)
            async with request as response:
                if response.status not in _MOVED:
                    return await _read(response, limit)
                place = _joined(target, response.headers.get("location", ""))
            target, trusted = rule.check(place)
        raise ForbiddenAddress("too many redirects")

    def _session(self, trusted: bool) -> aiohttp.ClientSession:
        """The session; made on first use, since it belongs to the running loop. It keeps no cookies."""
        if trusted:
            if self._trusted is None:
                self._trusted = _new_session(aiohttp.TCPConnector(limit=_CONNECTIONS, force_close=True))
            return self._trusted
        if self._guarded is None:
            connector = aiohttp.TCPConnector(
                limit=_CONNECTIONS,
                force_close=True,
                resolver=self._resolver,
                use_dns_cache=False,
                socket_factory=open_public_socket,
            )
            self._guarded = _new_session(connector)
        return self._guarded


def _joined(target: URL, place: str) -> str:
    """A redirect's place, which may be relative to the address it came from; the rule looks at the whole."""
    try:
        return str(target.join(URL(place, encoded=True)))
    except ValueError:
        raise ForbiddenAddress("not an address") from None


def _new_session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "identity", "User-Agent": _USER_AGENT},
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(sock_connect=3.0),
    )


async def _read(response: aiohttp.ClientResponse, limit: int) -> Download:
    if response.status != 200:
        raise DownloadRefused(response.status)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise DownloadRefused(response.status)
    if (response.content_length or 0) > limit:
        raise TooLarge(limit)
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > limit:
            raise TooLarge(limit)
    named = response.content_type if "content-type" in response.headers else ""
    return Download(bytes(content), named)
