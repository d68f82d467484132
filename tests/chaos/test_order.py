"""Many messages through parallel workers: each dialog is answered in its order, each message once."""

from __future__ import annotations

import asyncio
import random

from tests.chaos.fleet import Fleet
from tests.chaos.talk import Talk


async def test_two_hundred_messages_over_twenty_dialogs_are_answered_in_each_dialogs_order(
    fleet: Fleet, talk: Talk
) -> None:
    dice = random.Random(7)
    for number in range(10):
        for person in dice.sample(range(20), 20):
            talk.say(f"person {person}", f"words {number}")
        await asyncio.sleep(0.05)

    await talk.all_answered()

    assert talk.verify() == 0, "nobody died, so nothing may be sent twice"
    assert sum(len(said) for said in talk.said.values()) == 200


async def test_a_worker_that_is_asked_to_stop_gives_its_work_back_at_once(fleet: Fleet, talk: Talk) -> None:
    """The others go on within a moment, long before a lease runs out, and nothing is sent twice."""
    for number in range(5):
        for person in range(10):
            talk.say(f"person {person}", f"words {number}")
        await asyncio.sleep(0.03)
    for worker in fleet.workers[:2]:
        worker.terminate()
    codes = [await worker.ended() for worker in fleet.workers[:2]]

    await talk.all_answered()

    assert codes == [0, 0]
    assert talk.verify() == 0
