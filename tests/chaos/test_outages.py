"""Services fail while people write: everything is answered in the end, in order, nothing twice without a flag."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import redis

from infra.local.simulator import Fault, FaultKind, Simulator
from tests.chaos.breakable import BreakableServices, breakable_services
from tests.chaos.echo import DIES, HANGS, RAISES
from tests.chaos.fleet import Fleet, eventually, long_leases, running_fleet, short_leases
from tests.chaos.talk import Talk, open_talk
from tests.host import PATIENCE

BACK_WITHIN = 15.0
"""Seconds from Postgres's first answer to the first webhook that is taken. A quiet machine takes less than three, a
busy one more; who waits for a breaker or a pool that has not noticed takes longer than either."""


@pytest.fixture(scope="module")
def services() -> Iterator[BreakableServices]:
    with breakable_services() as services:
        yield services


@asynccontextmanager
async def _open_crowd(
    services: BreakableServices, simulator: Simulator, folder: Path, leases: Mapping[str, str]
) -> AsyncIterator[tuple[Fleet, Talk]]:
    with services.new_stack("main") as stack:
        settings = {**stack.environment(), **leases}
        talk = await open_talk(simulator, settings, stack.superuser_url)
        async with running_fleet(settings, simulator, folder, processes=2) as fleet:
            talk.connect(fleet.port)
            yield fleet, talk


@pytest.fixture
async def crowd(
    services: BreakableServices, simulator: Simulator, tmp_path: Path
) -> AsyncIterator[tuple[Fleet, Talk]]:
    """People who write, and two workers that nothing but the outage disturbs."""
    leases = long_leases(REDIS_TIMEOUT="0.05")
    async with _open_crowd(services, simulator, tmp_path, leases) as crowd:
        yield crowd


@pytest.fixture
async def mortal_crowd(
    services: BreakableServices, simulator: Simulator, tmp_path: Path
) -> AsyncIterator[tuple[Fleet, Talk]]:
    """The same, where what a worker leaves is soon another's."""
    async with _open_crowd(services, simulator, tmp_path, short_leases(TURN_ATTEMPTS="4")) as crowd:
        yield crowd


@asynccontextmanager
async def _people_writing(talk: Talk) -> AsyncIterator[None]:
    """Eight people write all the while."""
    stop = asyncio.Event()

    async def write() -> None:
        number = 0
        while not stop.is_set():
            talk.say(f"person {number % 8}", f"words {number}")
            number += 1
            await asyncio.sleep(0.03)

    writing = asyncio.create_task(write())
    try:
        yield
    finally:
        stop.set()
        await writing


async def test_redis_stops_comes_back_is_flushed_and_slow(
    crowd: tuple[Fleet, Talk], services: BreakableServices
) -> None:
    fleet, talk = crowd
    async with _people_writing(talk):
        await asyncio.sleep(0.5)
        await asyncio.to_thread(services.redis.kill)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(services.redis.start)
        await asyncio.sleep(1.5)
        for worker in fleet.workers:
            worker.wires["redis"].delay = 0.2  # four times what a call may take
        await asyncio.sleep(1.0)
        with redis.Redis(port=services.redis.port) as cache:
            cache.flushall()

    await talk.all_answered()

    assert talk.verify() == 0
    assert set(talk.statuses) == {200}, "webhooks do not need Redis"


async def test_postgres_is_killed_and_comes_back(
    mortal_crowd: tuple[Fleet, Talk], services: BreakableServices
) -> None:
    fleet, talk = mortal_crowd
    async with _people_writing(talk):
        await asyncio.sleep(0.5)
        await asyncio.to_thread(services.postgres.kill)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(services.postgres.start)
        ready = time.monotonic()
        seconds = await _seconds_to_first_200(fleet, talk, since=ready)
        await asyncio.sleep(0.5)

    await talk.all_answered()

    talk.verify()
    assert seconds < BACK_WITHIN
    assert 503 in talk.statuses, "who cannot record says so"


async def _seconds_to_first_200(fleet: Fleet, talk: Talk, *, since: float) -> float:
    """Post webhooks of a stranger, as a messenger would, until one is taken."""
    url = f"http://127.0.0.1:{fleet.port}/api/webhook/telegram/{talk.bot_id}"
    headers = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < since + PATIENCE:
            async with session.post(url, json={"update_id": 1, "poll": {}}, headers=headers) as answer:
                if answer.status == 200:
                    return time.monotonic() - since
            await asyncio.sleep(0.02)
    raise AssertionError("no webhook was taken any more")


async def test_the_queue_service_stops_and_forgets_its_messages(
    crowd: tuple[Fleet, Talk], services: BreakableServices
) -> None:
    _, talk = crowd
    async with _people_writing(talk):
        await asyncio.sleep(0.3)
        await asyncio.to_thread(services.azurite.kill)
        await asyncio.sleep(1.5)
    await talk.all_acknowledged()
    await asyncio.to_thread(services.azurite.start)

    await talk.all_answered()

    assert talk.verify() == 0
    assert set(talk.statuses) == {200}, "a ring that fails does not fail its webhook"


async def test_the_messenger_refuses_fails_and_falls_silent(crowd: tuple[Fleet, Talk]) -> None:
    """Only where the messenger may have taken the message without saying so is it sent again, and then flagged."""
    _, talk = crowd
    kinds = {
        FaultKind.TOO_MANY_REQUESTS: 0,
        FaultKind.SERVER_ERROR: 1,
        FaultKind.TIMEOUT_BEFORE_ACCEPTING: 1,
        FaultKind.TIMEOUT_AFTER_ACCEPTING: 1,
        FaultKind.CONNECTION_RESET: 1,
        FaultKind.RESET_AFTER_ACCEPTING: 1,
        FaultKind.MALFORMED_ANSWER: 1,
    }
    for kind in kinds:
        talk.simulator.faults.add(
            Fault(kind, method="sendMessage", chat=talk.person(kind.value).id, count=1, seconds=30)
        )
        talk.say(kind.value, "words")
        talk.say(kind.value, "more words")
    talk.say("nobody's trouble", "words")

    await talk.all_answered()

    assert talk.verify() == sum(kinds.values())
    flagged = talk.rows(
        "SELECT d.chat_id, count(*) AS sends FROM outbox o JOIN dialogs d ON d.id = o.dialog_id "
        "WHERE o.repeated GROUP BY d.chat_id"
    )
    expected = {talk.person(kind.value).id: sends for kind, sends in kinds.items() if sends}
    assert {row["chat_id"]: row["sends"] for row in flagged} == expected


async def test_a_turn_that_raises_hangs_or_kills_its_process_is_put_aside(
    mortal_crowd: tuple[Fleet, Talk],
) -> None:
    fleet, talk = mortal_crowd
    bad = {RAISES: "internal", HANGS: "internal", DIES: "worker_vanished"}
    async with AsyncExitStack() as stack:
        keeper = asyncio.create_task(_keep_alive(fleet))
        stack.callback(keeper.cancel)
        for words in bad:
            talk.say(words, f"{words} now")
        for number in range(5):
            for person in range(4):
                talk.say(f"person {person}", f"words {number}")
        await eventually(lambda: len(talk.rows("SELECT FROM failures")) == len(bad), what="all three put aside")
        for words in bad:
            talk.said[words].clear()
            talk.say(words, "good words")
        await talk.all_answered()

    failures = talk.rows(
        "SELECT d.chat_id, f.code, f.attempts FROM failures f JOIN dialogs d ON d.id = f.dialog_id"
    )
    assert {row["chat_id"]: row["code"] for row in failures} == {
        talk.person(words).id: code for words, code in bad.items()
    }
    for words in bad:
        apology, *answers = [message.text for message in talk.person(words).received]
        assert answers == ["first good words", "second good words"]
        assert apology not in ("", "first good words")
        talk.said.pop(words)
    talk.verify()


async def _keep_alive(fleet: Fleet) -> None:
    """What the platform does: a worker that died is replaced."""
    while True:
        await fleet.revive()
        await asyncio.sleep(0.1)
