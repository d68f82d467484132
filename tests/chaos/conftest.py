"""A simulated Telegram, settings under which nothing runs out, and a fleet of workers on the run's services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.local.simulator import Simulator
from tests.chaos.fleet import Fleet, long_leases, running_fleet
from tests.chaos.talk import Talk, open_talk
from tests.stack import WorkerStack


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator.start(speed=20) as simulator:
        yield simulator


@pytest.fixture
def chaos_settings(settings_env: dict[str, str]) -> dict[str, str]:
    return {**settings_env, **long_leases()}


@pytest.fixture
async def talk(simulator: Simulator, chaos_settings: dict[str, str], worker_stack: WorkerStack) -> Talk:
    return await open_talk(simulator, chaos_settings, worker_stack.superuser_url)


@pytest.fixture
async def fleet(
    simulator: Simulator, chaos_settings: dict[str, str], talk: Talk, tmp_path: Path
) -> AsyncIterator[Fleet]:
    async with running_fleet(chaos_settings, simulator, tmp_path) as fleet:
        talk.connect(fleet.port)
        yield fleet
