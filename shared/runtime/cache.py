"""Redis: copies and counters that may vanish. Every call is short, behind a breaker, and never raises.

A caller gets ``None`` when Redis is down and goes on without it; nothing here is the truth.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from shared.runtime.breaker import Breaker
from shared.runtime.settings import Settings

__all__ = ["Cache"]

_log = logging.getLogger(__name__)

_CONNECTIONS = 16
_POOL_PATIENCE = 1.0
"""Seconds to wait for a connection that others of this process use."""

_BUCKET = """
-- A token bucket in one hash: tokens and the moment they were counted, by Redis's own clock.
-- ARGV: tokens per second, capacity, tokens wanted, the moment (Unix seconds; empty: now). Returns the seconds to
-- wait (0: taken), as text. A bucket never goes back in time.
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
now = math.min(now, tonumber(ARGV[4]) or now)
local rate, capacity, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
now = math.max(now, tonumber(bucket[2]) or now)
local tokens = math.min(capacity, (tonumber(bucket[1]) or capacity) + (now - (tonumber(bucket[2]) or now)) * rate)
local wait = 0
if tokens >= wanted then tokens = tokens - wanted else wait = (wanted - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / rate * 1000) + 1000)
return tostring(wait)
"""
_PUT_FIELD = """
-- A field "<deadline in ms>:<value>" of a hash that is no larger than it may be.
-- ARGV: field, value, milliseconds, most fields. What ran out is dropped; of too many what runs out first.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + ARGV[3]) .. ':' .. ARGV[2])
local fields, kept = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #fields, 2 do
    local deadline = tonumber(string.match(fields[i + 1], '^(%d+):')) or 0
    if deadline <= now then redis.call('HDEL', KEYS[1], fields[i])
    elseif fields[i] ~= ARGV[1] then table.insert(kept, {deadline, fields[i]}) end
end
table.sort(kept, function(one, other) return one[1] < other[1] end)
for i = 1, #kept + 1 - ARGV[4] do redis.call('HDEL', KEYS[1], kept[i][2]) end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
"""


class Cache:
    """One Redis client of a worker; ``None`` answers mean "not there" or "Redis is down" alike."""

    def __init__(self, settings: Settings) -> None:
        url = settings.redis_url.get_secret_value() if settings.redis_url else None
        self._prefix = settings.redis_prefix
        self._breaker = Breaker(limit=3, rest=1.0)
        self._redis: Redis | None = None
        self._bucket: AsyncScript | None = None
        self._put_field: AsyncScript | None = None
        if url:
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=_CONNECTIONS,
                timeout=_POOL_PATIENCE,
                socket_timeout=settings.redis_timeout,
                socket_connect_timeout=settings.redis_timeout * 4,
                retry=Retry(NoBackoff(), 0),
                decode_responses=False,
            )
            self._redis = Redis.from_pool(pool)
            self._bucket = self._redis.register_script(_BUCKET)
            self._put_field = self._redis.register_script(_PUT_FIELD)

    async def _call(self, call: Callable[[Redis], Awaitable[Any]]) -> Any:
        if self._redis is None or self._breaker.wait() > 0:
            return None
        try:
            answer = await call(self._redis)
        except (RedisError, OSError) as error:
            if self._breaker.failed():
                _log.warning("redis does not answer; going on without it", extra={"error": type(error).__name__})
            return None
        self._breaker.succeeded()
        return answer

    def _key(self, key: str) -> str:
        return f"{self._prefix}{key}"

    async def get(self, key: str) -> bytes | None:
        """The value of ``key``."""
        found: bytes | None = await self._call(lambda redis: redis.get(self._key(key)))
        return found

    async def put(self, key: str, value: bytes, *, seconds: float) -> None:
        """Keep ``value`` for ``seconds``."""
        await self._call(lambda redis: redis.set(self._key(key), value, px=int(seconds * 1000)))

    async def get_field(self, key: str, field: str) -> bytes | None:
        """The value of a field of the hash ``key``; what ran out counts as missing."""

        async def call(redis: Redis) -> bytes | None:
            pipeline = redis.pipeline(transaction=False)
            pipeline.hget(self._key(key), field)
            pipeline.time()
            kept, (now, micros) = await pipeline.execute()
            deadline, _, value = (kept or b"").partition(b":")
            return value if deadline.isdigit() and int(deadline) > now * 1000 + micros // 1000 else None

        found: bytes | None = await self._call(call)
        return found

    async def put_field(self, key: str, field: str, value: bytes, *, seconds: float, most: int) -> None:
        """Keep a field of the hash ``key`` for ``seconds``; of more than ``most`` the first to end are dropped."""

        async def call(redis: Redis) -> None:
            assert self._put_field is not None
            arguments: list[bytes | str | int] = [field, value, max(1, int(seconds * 1000)), most]
            await self._put_field(keys=[self._key(key)], args=arguments, client=redis)

        await self._call(call)

    async def drop(self, key: str) -> None:
        """Remove ``key``; returned means removed, or Redis down."""
        await self._call(lambda redis: redis.delete(self._key(key)))

    async def claim(self, key: str, *, seconds: float) -> bool | None:
        """Set ``key`` if nobody has; true: it is ours, false: somebody's, ``None``: Redis is down."""

        async def call(redis: Redis) -> bool:
            return bool(await redis.set(self._key(key), b"1", nx=True, px=max(1, int(seconds * 1000))))

        answer: bool | None = await self._call(call)
        return answer

    async def take(
        self, key: str, *, rate: float, capacity: float, wanted: float = 1.0, at: datetime | None = None
    ) -> float | None:
        """Take tokens from the bucket ``key`` that fills at ``rate`` a second up to ``capacity``.

        ``at``: the moment that counts, where it is not this one; one to come counts as now.

        Returns the seconds to wait until there are enough (0: taken), ``None`` when Redis is down.
        """

        async def call(redis: Redis) -> float:
            assert self._bucket is not None
            args = [rate, capacity, wanted, "" if at is None else at.timestamp()]
            return float(await self._bucket(keys=[self._key(key)], args=args, client=redis))

        answer: float | None = await self._call(call)
        return answer

    async def count(self, key: str, *, seconds: float) -> int | None:
        """Add one to the counter ``key``, which is forgotten ``seconds`` after its last use; the new value."""

        async def call(redis: Redis) -> int:
            pipeline = redis.pipeline(transaction=False)
            pipeline.incr(self._key(key))
            pipeline.pexpire(self._key(key), int(seconds * 1000))
            return int((await pipeline.execute())[0])

        answer: int | None = await self._call(call)
        return answer

    async def ping(self) -> bool:
        """Whether Redis answers now."""
        return bool(await self._call(lambda redis: redis.ping()))

    async def aclose(self) -> None:
        """Close all connections."""
        if self._redis is not None:
            await self._redis.aclose()
