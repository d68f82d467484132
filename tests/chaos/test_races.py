"""The races of the protocol, each arranged step by step; each test names the guard without which it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Any

import psycopg
import pytest

from infra.local.simulator import Simulator
from shared.dialogs.outbox.delivery import DeliveryStatuses
from shared.dialogs.outbox.late import LateFailures
from shared.kernel.errors import Unavailable
from tests.chaos.fleet import eventually
from tests.chaos.inside import PERSON, GatedResponder, InsideWorker, inside_worker, rings
from tests.chaos.talk import Talk
from tests.chaos.wire import Trap

NewWorker = Callable[..., AbstractAsyncContextManager[InsideWorker]]
_MEANWHILE = 0.3
"""Seconds in which something that must not happen would have happened."""


@pytest.fixture
def new_worker(chaos_settings: dict[str, str], simulator: Simulator, talk: Talk) -> NewWorker:
    talk.connect(port=1)
    talk.simulator.telegram.user("Айгуль", user_id=PERSON, started=True)
    settings = {**chaos_settings, "MERGE_WINDOW": "0", "LATE_WINDOW": "0"}
    return partial(inside_worker, settings, simulator, talk)


@pytest.fixture
async def one(new_worker: NewWorker) -> AsyncIterator[InsideWorker]:
    async with new_worker() as worker:
        yield worker


def _dialog(talk: Talk) -> dict[str, Any]:
    [row] = talk.rows("SELECT *, due_at <= now() AS due FROM dialogs")
    return row


def _arrived(talk: Talk) -> list[str]:
    return [message.text for message in talk.simulator.telegram.user("Айгуль", user_id=PERSON).received]


def _execute(talk: Talk, statement: str) -> None:
    with psycopg.connect(talk.superuser_url, autocommit=True) as connection:
        connection.execute(statement)


async def test_copies_of_one_update_in_one_commit_count_once(one: InsideWorker, talk: Talk) -> None:
    """Guard: DISTINCT ON (bot, event) over the group in ``receive_events``."""
    await asyncio.gather(*(one.receive((1, "words")) for _ in range(50)))

    await one.worker.drainer.run()

    dialog = _dialog(talk)
    assert (dialog["received_seq"], dialog["done_seq"], dialog["state"]) == (1, 1, {"seen": ["words"]})


async def test_a_row_committed_while_the_dialog_is_given_back_is_answered_at_once(
    one: InsideWorker, new_worker: NewWorker, talk: Talk
) -> None:
    """Guard: ``:seen`` in the release. The drainer read a dialog whose first row is not due for a minute."""
    await one.receive((10, "later"))
    _execute(talk, "UPDATE inbox SET due_at = now() + interval '1 minute'")
    release = Trap(b"UPDATE dialogs\n   SET lease_token = NULL", "asked", lambda: None, holds=True)
    one.wires["postgres"].trap = release
    draining = asyncio.create_task(one.worker.drainer.run())
    await release.sprung.wait()

    async with new_worker() as other:
        await other.receive((5, "an older one, due now"))
    release.released.set()
    await draining

    # and with it, as in every turn, what was written after
    assert _dialog(talk)["state"] == {"seen": ["an older one, due now", "later"]}


async def test_a_row_committed_while_a_turn_commits_is_answered_by_the_same_drainer(
    one: InsideWorker, new_worker: NewWorker, talk: Talk, chaos_settings: dict[str, str]
) -> None:
    """Guard: the commit compares ``received_seq`` under the row lock, and the drainer looks once more."""
    await one.receive((1, "first"))
    commit = Trap(b"WITH turn AS", "asked", lambda: None, holds=True)
    one.wires["postgres"].trap = commit
    draining = asyncio.create_task(one.worker.drainer.run())
    await commit.sprung.wait()

    async with new_worker() as other:
        await other.receive((2, "second"))
    rings(chaos_settings, "turns", take=True)
    commit.released.set()
    await draining

    assert _dialog(talk)["state"] == {"seen": ["first", "second"]}


async def test_a_message_after_the_drainers_last_look_rings_again(
    one: InsideWorker, new_worker: NewWorker, talk: Talk, chaos_settings: dict[str, str]
) -> None:
    """Guard: the marker comes down before the first look, so that whoever writes after the last one rings."""
    await one.receive((1, "first"))
    assert rings(chaos_settings, "turns", take=True) == 1
    last_look = Trap(b"count(*) FILTER (WHERE due_at <= now())", "answered", lambda: None, holds=True)
    one.wires["postgres"].trap = last_look
    draining = asyncio.create_task(one.worker.drainer.run())
    await last_look.sprung.wait()

    async with new_worker() as other:
        await other.receive((2, "second"))
    last_look.released.set()
    await draining

    assert _dialog(talk)["state"] == {"seen": ["first"]}, "the drainer had ended its looking"
    assert rings(chaos_settings, "turns") == 1


async def test_a_lost_ring_is_made_good_by_the_sweep(
    one: InsideWorker, talk: Talk, chaos_settings: dict[str, str]
) -> None:
    """Guard: the sweep rings for what is recorded but not done."""
    await one.receive((1, "words"))
    assert rings(chaos_settings, "turns", take=True) == 1

    await one.worker.sweep.run()

    assert rings(chaos_settings, "turns") == 1


async def test_rows_of_a_dialog_are_committed_in_the_order_of_their_ids(
    one: InsideWorker, new_worker: NewWorker, talk: Talk
) -> None:
    """Guard: ``receive_events`` locks the dialog before it inserts. The first webhook is held after its row has
    its id; the second must wait for it."""
    await one.receive((1, "before"))
    await one.worker.drainer.run()
    _execute(talk, _HOLD_EVENT_2)
    try:
        async with new_worker() as other, await psycopg.AsyncConnection.connect(talk.superuser_url) as holder:
            await holder.execute("SELECT pg_advisory_xact_lock(4711)")
            first = asyncio.create_task(one.receive((2, "held")))
            await eventually(lambda: talk.rows(_WAITS_FOR_ADVISORY) != [], "held")
            second = asyncio.create_task(other.receive((3, "after it")))
            await asyncio.sleep(_MEANWHILE)
            overtook = second.done()
            await holder.rollback()
            await asyncio.gather(first, second)
    finally:
        _execute(talk, "DROP FUNCTION hold_event() CASCADE")

    assert not overtook, "a row with a higher id was committed first: a drainer would answer it first"


_HOLD_EVENT_2 = """
CREATE FUNCTION hold_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.event_id = '2' THEN PERFORM pg_advisory_xact_lock(4711); END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hold_event BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION hold_event();
"""
_WAITS_FOR_ADVISORY = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def test_a_row_for_a_dialog_that_is_leased_elsewhere_waits_for_that_worker(
    new_worker: NewWorker, talk: Talk
) -> None:
    """Guard: a claim takes no dialog whose lease has not run out."""
    slow, idle = GatedResponder(), GatedResponder()
    idle.gate.set()
    async with new_worker(responder=slow) as holder, new_worker(responder=idle) as other:
        await holder.receive((1, "first"))
        draining = asyncio.create_task(holder.worker.drainer.run())
        await eventually(lambda: slow.asked == ["first"], "asked")
        await other.receive((2, "second"))
        elsewhere = asyncio.create_task(other.worker.drainer.run())
        await asyncio.sleep(_MEANWHILE)
        slow.gate.set()
        await asyncio.gather(draining, elsewhere)

    assert (slow.asked, idle.asked) == (["first", "second"], [])
    assert _dialog(talk)["state"] == {"seen": ["first", "second"]}


async def test_a_worker_that_lost_its_lease_commits_nothing(new_worker: NewWorker, talk: Talk) -> None:
    """Guard: the commit of a turn succeeds only for the token of the lease."""
    late, fresh = GatedResponder(), GatedResponder()
    # one place, so that the loser's drainer does not claim the dialog anew itself
    no_heartbeat = {"LEASE_RENEWAL": "60", "DRAINER_DIALOGS": "1"}
    async with (
        new_worker(responder=late, **no_heartbeat) as loser,
        new_worker(responder=fresh, **no_heartbeat) as winner,
    ):
        await loser.receive((1, "words"))
        losing = asyncio.create_task(loser.worker.drainer.run())
        await eventually(lambda: late.asked == ["words"], "asked")
        _execute(talk, "UPDATE dialogs SET lease_until = now() - interval '1 second'")
        winning = asyncio.create_task(winner.worker.drainer.run())
        await eventually(lambda: fresh.asked == ["words"], "asked anew")
        token = _dialog(talk)["lease_token"]

        late.gate.set()
        await asyncio.sleep(_MEANWHILE)
        assert (_dialog(talk)["done_seq"], _dialog(talk)["lease_token"]) == (0, token)
        fresh.gate.set()
        await asyncio.gather(losing, winning)

    assert _dialog(talk)["state"] == {"seen": ["words"]}
    assert _arrived(talk) == ["first words", "second words"]


async def test_a_call_enqueued_while_the_lane_is_given_back_is_sent_by_its_holder(
    one: InsideWorker, talk: Talk
) -> None:
    """Guard: the lane is given back only while ``outbox_seq`` has not moved, compared under the row lock. The
    other transaction holds the row when the comparison begins, and commits then."""
    await one.receive((1, "words"))
    second_head = b"h.attempts, h.status"
    finish = Trap(second_head, "asked", lambda: None, then=b"SET sent_seq = greatest", holds=True)
    one.wires["postgres"].trap = finish
    draining = asyncio.create_task(one.worker.drainer.run())
    await finish.sprung.wait()
    async with await psycopg.AsyncConnection.connect(talk.superuser_url) as other:
        await other.execute(_ENQUEUE_THIRD)
        finish.released.set()
        await asyncio.sleep(_MEANWHILE)
        await other.commit()
    await draining

    assert _arrived(talk) == ["first words", "second words", "third"]
    assert (_dialog(talk)["sent_seq"], _dialog(talk)["send_token"]) == (3, None)


_ENQUEUE_THIRD = """
WITH lane AS (UPDATE dialogs SET outbox_seq = outbox_seq + 1 RETURNING *)
INSERT INTO outbox (company_id, bot_id, dialog_id, seq, call, status)
SELECT l.company_id, l.bot_id, l.id, l.outbox_seq,
       jsonb_build_object('method', 'sendMessage',
                          'payload', jsonb_build_object('chat_id', l.chat_id::bigint, 'text', 'third')), 'waiting'
  FROM lane l
"""


@pytest.mark.parametrize(
    "statement", [b"SET sent_seq = greatest", b"WITH turn AS"], ids=["the record of a send", "a turn"]
)
async def test_a_commit_whose_fate_is_unknown_is_neither_repeated_nor_lost(
    one: InsideWorker, talk: Talk, statement: bytes
) -> None:
    """Guards: a send is recorded by its sequence number, never by counting; a turn's commit needs the lease that
    the same commit gave back. The connection breaks after COMMIT was carried out, before its answer."""
    wire = one.wires["postgres"]
    wire.trap = Trap(statement, "answered", wire.cut, then=b"COMMIT", holds=True)
    await one.receive((1, "words"))
    with suppress(Unavailable):  # every connection broke: the drainer may end, and its ring comes again
        await one.worker.drainer.run()
    wire.trap.released.set()
    await eventually(lambda: _dialog(talk)["done_seq"] == 1, "answered")
    # the lane may be in the hands of a worker that does not know it, or that left it: its claim runs out
    _execute(talk, "UPDATE dialogs SET send_until = now() WHERE send_until IS NOT NULL")
    await one.worker.deliverer.run()

    assert _dialog(talk)["state"] == {"seen": ["words"]}
    assert _arrived(talk) == ["first words", "second words"]
    assert [row["status"] for row in talk.rows("SELECT status FROM outbox")] == ["sent", "sent"]


async def test_a_send_recorded_late_is_not_sent_again(one: InsideWorker, new_worker: NewWorker, talk: Talk) -> None:
    """Guard: who knows that a call was sent records it although its claim of the lane ran out."""
    await one.receive((1, "words"))
    finish = Trap(b"SET sent_seq = greatest", "asked", lambda: None, holds=True)
    one.wires["postgres"].trap = finish
    draining = asyncio.create_task(one.worker.drainer.run())
    await finish.sprung.wait()
    _execute(talk, "UPDATE dialogs SET send_until = now() - interval '1 second'")
    async with new_worker() as other:
        take = Trap(b"h.attempts, h.status", "asked", lambda: None, holds=True)
        other.wires["postgres"].trap = take
        delivering = asyncio.create_task(other.worker.deliverer.run())
        await take.sprung.wait()  # the lane is the other's now, its head not yet taken
        finish.released.set()
        await draining
        take.released.set()
        await delivering

    assert _arrived(talk) == ["first words", "second words"]
    assert [row["repeated"] for row in talk.rows("SELECT repeated FROM outbox")] == [False, False]


async def test_a_status_that_overtakes_our_record_settles_the_send_whose_sender_vanished(
    one: InsideWorker, talk: Talk
) -> None:
    """Guard: a status of a call that is still under way is kept until the call's outcome is known or doubtful."""
    await one.receive((1, "words"))
    await one.worker.drainer.run()
    _execute(talk, "UPDATE outbox SET status = 'sending', platform_message_ids = '{}' WHERE seq = 2")
    _execute(talk, "UPDATE dialogs SET sent_seq = 1, send_token = gen_random_uuid(), send_until = now()")
    _execute(talk, _STATUS_OF_SECOND)
    worker = one.worker
    statuses = DeliveryStatuses(worker.database, LateFailures(worker.channel_of, worker.settings))
    assert await statuses.apply() == 0
    _execute(talk, "UPDATE outbox SET status = 'uncertain' WHERE seq = 2")
    assert await statuses.apply() == 1

    [second] = talk.rows("SELECT status, delivery FROM outbox WHERE seq = 2")
    assert second == {"status": "sent", "delivery": "delivered"}
    assert _dialog(talk)["sent_seq"] == 2


_STATUS_OF_SECOND = """
INSERT INTO delivery_events (company_id, bot_id, event_id, platform_message_id, reference, state, occurred_at)
SELECT company_id, bot_id, 'status', 'wamid.1', id, 'delivered', now() FROM outbox WHERE seq = 2
"""
