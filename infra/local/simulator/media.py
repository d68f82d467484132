"""Files that people and bots exchange: kept in memory, bounded; fetched from loopback addresses only."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from infra.local.simulator.errors import SimulatorError
from infra.local.simulator.wire import UploadedFile

__all__ = ["MediaStore", "StoredFile", "UnfetchableError"]

_MAX_FILES = 2000
_MAX_BYTES = 128 * 1024 * 1024
_FETCH_SECONDS = 5.0


class UnfetchableError(SimulatorError):
    """The messenger could not get the content behind an address."""


@dataclass(slots=True)
class StoredFile:
    """A file the messenger keeps. ``at`` is when it came in, Unix seconds of the simulator's clock."""

    id: str
    name: str
    mime: str
    data: bytes
    at: float

    @property
    def sha256(self) -> str:
        """Base64 of the SHA-256 of the content, as WhatsApp tells it."""
        return base64.b64encode(hashlib.sha256(self.data).digest()).decode()

    @property
    def unique_id(self) -> str:
        """An identity of the content that is the same for every bot (Telegram's file_unique_id)."""
        return "AQ" + hashlib.sha256(self.data).hexdigest()[:14]


class MediaStore:
    """At most 2,000 files and 128 MiB; the oldest go first."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._bytes = 0

    def put(self, file: UploadedFile, *, at: float, file_id: str | None = None) -> StoredFile:
        """Keep a file under ``file_id``, or a new random one."""
        stored = StoredFile(file_id or secrets.token_urlsafe(24), file.name, file.mime, file.data, at)
        self._files[stored.id] = stored
        self._bytes += len(stored.data)
        while len(self._files) > _MAX_FILES or (self._bytes > _MAX_BYTES and len(self._files) > 1):
            _, oldest = self._files.popitem(last=False)
            self._bytes -= len(oldest.data)
        return stored

    def restore(self, stored: StoredFile) -> None:
        """Put back a file as it was kept."""
        self.put(UploadedFile(stored.name, stored.mime, stored.data), at=stored.at, file_id=stored.id)

    def put_numbered(self, file: UploadedFile, *, at: float) -> StoredFile:
        """Keep a file under an id of digits, as Graph names media."""
        return self.put(file, at=at, file_id=str(10**15 + secrets.randbelow(9 * 10**15)))

    def __contains__(self, file_id: str) -> bool:
        return file_id in self._files

    def get(self, file_id: str) -> StoredFile | None:
        """The file of that id while it is kept."""
        return self._files.get(file_id)

    def drop(self, file_id: str) -> bool:
        """Delete a file; False when it is unknown."""
        stored = self._files.pop(file_id, None)
        if stored is None:
            return False
        self._bytes -= len(stored.data)
        return True


def is_loopback(url: str) -> bool:
    """Whether an address points at this machine only."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def fetch(session: aiohttp.ClientSession, url: str, *, limit: int) -> UploadedFile:
    """Get a file as a messenger does when a bot sends an address.

    Raises ``UnfetchableError`` for addresses beyond loopback, answers other than 200, more than ``limit``
    bytes and anything slower than 5 s.
    """
    if not is_loopback(url):
        raise UnfetchableError("the simulator fetches loopback addresses only")
    timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
    try:
        async with session.get(url, timeout=timeout, allow_redirects=False) as response:
            if response.status != 200:
                raise UnfetchableError(f"HTTP {response.status}")
            data = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                data += chunk
                if len(data) > limit:
                    raise UnfetchableError(f"more than {limit} bytes")
            name = urlsplit(url).path.rsplit("/", 1)[-1] or "file"
            return UploadedFile(name, response.content_type, bytes(data))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise UnfetchableError(type(error).__name__) from error
