"""Copies are fresh, loaded once for all askers, and outlive a short outage of their source."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.kernel.errors import NotFound, Unavailable
from shared.runtime.live_copies import LiveCopies


class Source:
    """Counts how often it is read; ``answer`` may be exchanged."""

    def __init__(self) -> None:
        self.reads = 0
        self.keys: list[str] = []
        self.gate = asyncio.Event()
        """A slow answer comes when it is open."""
        self.answer: Callable[[], Awaitable[int]] = self.number

    async def number(self) -> int:
        return self.reads

    async def down(self) -> int:
        raise Unavailable("postgres")

    async def gone(self) -> int:
        raise NotFound("bot", 1)

    async def slow(self) -> int:
        await self.gate.wait()
        return self.reads

    async def load(self, key: str) -> int:
        self.reads += 1
        self.keys.append(key)
        return await self.answer()


async def test_a_fresh_copy_is_not_read_again() -> None:
    source = Source()
    copies = LiveCopies(source.load, fresh=60)
    assert [await copies.get("a"), await copies.get("a")] == [1, 1]
    assert source.reads == 1


async def test_an_aged_copy_is_read_again() -> None:
    source = Source()
    copies = LiveCopies(source.load, fresh=0.02, stale=60)
    assert await copies.get("a") == 1
    await asyncio.sleep(0.03)
    assert await copies.get("a") == 2


async def test_fifty_askers_at_once_share_one_read() -> None:
    source = Source()
    source.answer = source.slow
    copies = LiveCopies(source.load, fresh=60)
    asking = asyncio.gather(*(copies.get("a") for _ in range(50)))
    await asyncio.sleep(0)
    source.gate.set()
    assert await asking == [1] * 50
    assert source.reads == 1


async def test_an_asker_that_gives_up_does_not_take_the_read_away_from_others() -> None:
    source = Source()
    source.answer = source.slow
    copies = LiveCopies(source.load, fresh=60)
    first, second = asyncio.create_task(copies.get("a")), asyncio.create_task(copies.get("a"))
    await asyncio.sleep(0.01)
    first.cancel()
    source.gate.set()
    assert await second == 1
    assert source.reads == 1


async def test_during_an_outage_the_last_copy_is_served() -> None:
    source = Source()
    copies = LiveCopies(source.load, fresh=0, stale=60)
    assert await copies.get("a") == 1
    source.answer = source.down
    assert await copies.get("a") == 1
    source.answer = source.number
    assert await copies.get("a") == 3


async def test_a_copy_that_is_too_old_is_not_served_in_an_outage() -> None:
    source = Source()
    copies = LiveCopies(source.load, fresh=0, stale=0.02)
    await copies.get("a")
    source.answer = source.down
    await asyncio.sleep(0.03)
    with pytest.raises(Unavailable):
        await copies.get("a")


async def test_a_slow_source_is_waited_for_only_as_long_as_patience_lasts() -> None:
    source = Source()
    copies = LiveCopies(source.load, fresh=0, stale=60, patience=0.02)
    assert await copies.get("a") == 1
    source.answer = source.slow
    assert await copies.get("a") == 1, "the gate is shut: nothing else can have come"
    source.gate.set()
    await asyncio.sleep(0.05)
    source.answer = source.down
    assert await copies.get("a") == 2, "what the slow read brought is kept"


async def test_what_is_gone_is_forgotten_at_once() -> None:
    source = Source()
    copies = LiveCopies(source.load, fresh=0, stale=60)
    await copies.get("a")
    source.answer = source.gone
    with pytest.raises(NotFound):
        await copies.get("a")
    source.answer = source.down
    with pytest.raises(Unavailable):
        await copies.get("a")


async def test_the_least_recently_used_copy_makes_room() -> None:
    source = Source()
    copies = LiveCopies(source.load, fresh=60, size=2)
    for key in ("a", "b", "a", "c"):
        await copies.get(key)
    assert source.keys == ["a", "b", "c"]
    await copies.get("a")
    assert source.keys == ["a", "b", "c"]
    await copies.get("b")
    assert source.keys == ["a", "b", "c", "b"]
