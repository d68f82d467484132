"""Everything that is stored about anybody, to be searched: tables, Redis, blobs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import redis
from azure.storage.blob import BlobServiceClient
from psycopg import sql

from tests.stack import WorkerStack

__all__ = ["Archive", "opened"]

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


class Archive:
    """Every row of every table, every key and value in Redis, every blob; bytes are read as text."""

    def __init__(self, connection: psycopg.Connection[Any], cache: redis.Redis, blobs: BlobServiceClient) -> None:
        self._connection = connection
        self._cache = cache
        self._blobs = blobs

    def places_with(self, words: Sequence[str]) -> set[str]:
        """The tables in which any of these words stand; ``redis``, ``blobs`` for those."""
        pattern = re.compile("|".join(map(re.escape, words)))
        names = [str(name) for (name,) in self._connection.execute("SELECT relname FROM pg_stat_user_tables")]
        stored = {name: self._rows(name) for name in names} | {"redis": self._values(), "blobs": self._files()}
        return {place for place, kept in stored.items() if pattern.search(_readable(kept))}

    def _rows(self, table: str) -> list[object]:
        cursor = self._connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
        return [value for row in cursor.fetchall() for value in row]

    def _values(self) -> list[object]:
        readers: dict[str, Callable[[bytes], object]] = {
            "string": self._cache.get,
            "hash": self._cache.hgetall,
            "zset": lambda key: self._cache.zrange(key, 0, -1),
            "list": lambda key: self._cache.lrange(key, 0, -1),
            "set": self._cache.smembers,
            # its time ran out since it was listed
            "none": lambda _key: None,
        }
        found: list[object] = []
        for key in self._cache.scan_iter():
            kind = self._cache.type(key)
            assert isinstance(kind, bytes)
            found += [key, readers[kind.decode()](key)]
        return found

    def _files(self) -> list[object]:
        found: list[object] = []
        for container in self._blobs.list_containers():
            client = self._blobs.get_container_client(container.name)
            for name in client.list_blob_names():
                found += [name, client.download_blob(name).readall()]
        return found


def _readable(value: object) -> str:
    """As text, with JSON's escapes read."""
    match value:
        case bytes() | memoryview():
            text = bytes(value).decode("utf-8", "replace")
        case dict():
            text = " ".join(f"{_readable(name)} {_readable(item)}" for name, item in value.items())
        case list() | tuple() | set():
            text = " ".join(map(_readable, value))
        case _:
            text = str(value)
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


@contextmanager
def opened(stack: WorkerStack, settings_env: dict[str, str]) -> Iterator[Archive]:
    """The archive of a stack."""
    with (
        psycopg.connect(stack.superuser_url, autocommit=True) as connection,
        redis.Redis.from_url(settings_env["REDIS_URL"]) as cache,
        BlobServiceClient.from_connection_string(settings_env["AzureWebJobsStorage"]) as blobs,
    ):
        yield Archive(connection, cache, blobs)
