"""What was found in a file is kept for its own time, however busy its dialog is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.runtime.cache import Cache
from shared.runtime.settings import Settings


@pytest.fixture
async def cache(settings: Settings) -> AsyncIterator[Cache]:
    cache = Cache(settings)
    yield cache
    await cache.aclose()


async def test_later_files_do_not_lengthen_the_time_of_earlier_ones(cache: Cache) -> None:
    await cache.put_field("media:1", "first", b"a:1", seconds=0.3, most=10)
    assert await cache.get_field("media:1", "first") == b"a:1"
    await cache.put_field("media:1", "second", b"b", seconds=60, most=10)
    await asyncio.sleep(0.35)

    assert await cache.get_field("media:1", "first") is None
    assert await cache.get_field("media:1", "second") == b"b"


async def test_the_oldest_make_room(cache: Cache) -> None:
    for number in range(5):
        await cache.put_field("media:1", str(number), b"x", seconds=60 + number, most=3)

    kept = [number for number in range(5) if await cache.get_field("media:1", str(number)) is not None]
    assert kept == [2, 3, 4]
