"""Workers die by SIGKILL at every step between a webhook and its delivery; nothing is lost or applied twice."""

from __future__ import annotations

from functools import partial

import pytest

from tests.chaos.fleet import Fleet, eventually
from tests.chaos.steps import STEPS, arm, one_sprung, prepare
from tests.chaos.talk import Talk


@pytest.mark.timeout(150)
async def test_a_worker_killed_at_each_step_loses_nothing(fleet: Fleet, talk: Talk) -> None:
    for number, step in enumerate(STEPS):
        prepare(step, talk.simulator)
        traps = arm(step, fleet)
        for person in range(2):
            talk.say(f"person {number}-{person}", f"words {number}")
        await eventually(partial(one_sprung, traps), within=15, what=step.name)
        talk.simulator.faults.clear()
        await fleet.revive()

    await talk.all_answered(within=40)
    talk.verify()
    assert sum(worker.kills for worker in fleet.workers) >= len(STEPS)
