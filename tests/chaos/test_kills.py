"""Workers die by SIGKILL at every step between a webhook and its delivery; nothing is lost or applied twice."""

from __future__ import annotations

import pytest

from tests.chaos.fleet import Fleet, short_leases
from tests.chaos.steps import STEPS, kill_at
from tests.chaos.talk import Talk


@pytest.fixture
def chaos_settings(settings_env: dict[str, str]) -> dict[str, str]:
    return {**settings_env, **short_leases()}


async def test_a_worker_killed_at_each_step_loses_nothing(fleet: Fleet, talk: Talk) -> None:
    for number, step in enumerate(STEPS):

        def write(number: int = number) -> None:
            for person in range(2):
                talk.say(f"person {number}-{person}")

        await kill_at(step, fleet, talk.simulator, write)

    await talk.all_answered()
    talk.verify()
    assert sum(worker.kills for worker in fleet.workers) >= len(STEPS)
