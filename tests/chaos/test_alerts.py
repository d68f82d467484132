"""A worker that checks alerts dies by SIGKILL at every step; whoever comes next tells everybody exactly once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess

import psycopg
import pytest

from shared.composition import Worker
from shared.runtime.crypto import KeyRing
from shared.runtime.settings import Settings
from tests.chaos.alert_process import start_run
from tests.chaos.wire import Moment, Trap, laid_wire
from tests.doubles.alert_crowd import cheaper, fill, told
from tests.host import PATIENCE
from tests.integration.shops import open_shop
from tests.stack import WorkerStack

PEOPLE = 60
BATCH = 10


@dataclass(frozen=True)
class Step:
    name: str
    pattern: bytes
    moment: Moment
    then: bytes | None = None


_FOLLOW = b"WITH gone AS"
_CHECK = b"WITH due AS MATERIALIZED"
_SAY = b"SET history_seq = d.history_seq + l.said"
STEPS = (
    Step("changes: dealt with, not committed", _FOLLOW, "answered"),
    Step("changes: committed, nobody knows", _FOLLOW, "answered", b"COMMIT"),
    Step("check: before it", _CHECK, "asked"),
    Step("check: moved on, nobody told", _CHECK, "answered"),
    Step("check: told, not committed", _SAY, "answered"),
    Step("check: about to commit", _SAY, "asked", b"COMMIT"),
    Step("check: committed, nobody knows", _SAY, "answered", b"COMMIT"),
)


@pytest.fixture
def rows(worker_stack: WorkerStack) -> Iterator[psycopg.Connection]:
    with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
        yield connection


async def _killed(process: ForkServerProcess) -> None:
    process.kill()
    await asyncio.to_thread(process.join, PATIENCE)


async def test_a_run_killed_at_each_step_tells_everybody_once_for_each_drop(
    settings_env: dict[str, str], rows: psycopg.Connection
) -> None:
    environment = {**settings_env, "ALERT_BATCH": str(BATCH)}
    found = re.search(r":(\d+)/", settings_env["DATABASE_URL"])
    assert found is not None
    port = found[1]
    worker = Worker(Settings.model_validate({name.lower(): value for name, value in environment.items()}))
    try:
        shop = await open_shop(worker.database, KeyRing.from_setting(worker.settings.credential_keys), "uyut")
        fill(rows, shop.company_id, shop.bot_id, people=PEOPLE, products=5)
        async with laid_wire(int(port)) as wire:
            addresses = {
                name: environment[name].replace(f":{port}/", f":{wire.port}/")
                for name in ("DATABASE_URL", "SYSTEM_DATABASE_URL")
            }
            for drop, step in enumerate(STEPS, start=1):
                cheaper(rows, 20_000_000 - drop * 100_000)
                process = start_run({**environment, **addresses})
                wire.trap = trap = Trap(step.pattern, step.moment, process.kill, step.then, holds=True)
                await asyncio.wait_for(trap.sprung.wait(), PATIENCE)
                await _killed(process)
                trap.released.set()
                wire.trap = None
                wire.cut()

                await worker.alert_watch.run()
                await worker.alert_runner.run()
                await worker.alert_runner.run()

                assert told(rows) == {drop: PEOPLE}, step.name
    finally:
        await worker.aclose()
