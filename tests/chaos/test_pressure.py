"""Too little of something: connections, a service that hangs, a value that cannot be stored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from infra.local.simulator import Simulator
from shared.dialogs.inbox.intake import Intake
from shared.kernel.errors import Unavailable
from tests.chaos.fleet import long_leases
from tests.chaos.inside import InsideWorker, inside_worker
from tests.chaos.talk import Talk
from tests.chaos.wire import Trap


@pytest.fixture
async def one(chaos_settings: dict[str, str], simulator: Simulator, talk: Talk) -> AsyncIterator[InsideWorker]:
    talk.connect(port=1)
    settings = {
        **chaos_settings,
        "MERGE_WINDOW": "0",
        "LATE_WINDOW": "0",
        "DATABASE_POOL_SIZE": "4",
        "DRAINER_DIALOGS": "16",
        "QUEUE_TIMEOUT": "60",
    }
    async with inside_worker(settings, simulator, talk) as worker:
        yield worker


async def test_sixteen_dialogs_at_once_are_answered_over_four_connections(one: InsideWorker, talk: Talk) -> None:
    for person in range(1, 49):
        talk.simulator.telegram.user(f"person {person}", user_id=person, started=True)
    await asyncio.gather(*(one.receive((person, f"words {person}"), person=person) for person in range(1, 49)))

    await one.worker.drainer.run()

    assert talk.restless() == 0
    assert [row["state"] for row in talk.rows("SELECT state FROM dialogs ORDER BY chat_id::int")] == [
        {"seen": [f"words {person}"]} for person in range(1, 49)
    ]


async def test_a_drainer_without_postgres_ends_at_once_and_leaves_the_rest_to_its_ring(
    one: InsideWorker, talk: Talk
) -> None:
    await one.receive((1, "words"))
    wire = one.wires["postgres"]
    wire.target_port, right = 1, wire.target_port
    wire.cut()
    began = time.monotonic()

    with pytest.raises(Unavailable):
        await one.worker.drainer.run()

    assert time.monotonic() - began < float(long_leases()["DRAINER_BUDGET"]) / 2
    wire.target_port = right
    await one.worker.drainer.run()
    assert talk.rows("SELECT state FROM dialogs") == [{"state": {"seen": ["words"]}}]


async def test_a_value_that_postgres_refuses_is_kept_as_its_raw_body_and_harms_no_neighbour(
    one: InsideWorker, talk: Talk
) -> None:
    """A channel let a NUL through (jsonb takes none): its webhook is recorded all the same, and answered 200."""
    intake = Intake(one.worker.database, one.worker.bells)

    def row(event_id: str, words: str) -> dict[str, Any]:
        return {
            "place": 1,
            "bot_id": str(talk.bot_id),
            "kind": "message",
            "event_id": event_id,
            "order_key": int(event_id),
            "chat_id": "7",
            "customer_id": "7",
            "event": {"words": words},
        }

    words = {"1": "first", "2": "a \0 inside", "3": "third"}
    await asyncio.gather(*(intake.record([row(key, said)], key.encode()) for key, said in words.items()))

    rows = talk.rows("SELECT event_id, status, raw, dialog_id FROM inbox ORDER BY event_id")
    assert [(row["event_id"][:7], row["status"], row["raw"]) for row in rows] == [
        ("1", "received", b"1"),
        ("3", "received", b"3"),
        ("unread:", "done", b"2"),
    ]


async def test_a_queue_service_that_hangs_holds_up_no_other_webhook(one: InsideWorker, talk: Talk) -> None:
    """Guard: rings are sent beside the next group's commit, not between two."""
    hang = Trap(b"POST /devstoreaccount1/", "asked", lambda: None, holds=True)
    one.wires["queue"].trap = hang
    first = asyncio.create_task(one.receive((1, "first")))
    await hang.sprung.wait()

    await one.receive((2, "second"))

    assert not first.done()
    hang.released.set()
    await first
