"""The health answer: every dependency, side by side, within its time limit, without telling secrets."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from shared.kernel.errors import Unavailable
from shared.runtime.health import Check, State, check_health, configured


async def well() -> None:
    await asyncio.sleep(0.005)


async def ill() -> None:
    raise ConnectionError("postgresql://zeta_app:pa55word@10.0.0.4/zeta refused")


async def unavailable() -> None:
    raise Unavailable("redis")


async def hung() -> None:
    await asyncio.sleep(60)


async def test_when_all_answer_the_whole_is_ok_and_latencies_are_told() -> None:
    health = await check_health([Check("postgres", well, vital=True), Check("redis", well)])
    assert health.state is State.OK
    assert [(found.name, found.state) for found in health.dependencies] == [
        ("postgres", State.OK),
        ("redis", State.OK),
    ]
    assert all(found.latency_ms is not None and 4 <= found.latency_ms < 60_000 for found in health.dependencies)


@pytest.mark.parametrize(("vital", "state"), [(True, State.DOWN), (False, State.DEGRADED)])
async def test_the_whole_is_down_only_without_a_vital_dependency(vital: bool, state: State) -> None:
    health = await check_health([Check("postgres", well, vital=True), Check("other", unavailable, vital=vital)])
    assert health.state is state
    assert health.dependencies[1].state is State.DOWN


async def test_hung_dependencies_cost_one_time_limit_together() -> None:
    started = time.monotonic()
    health = await check_health([Check(str(number), hung) for number in range(100)], timeout=0.1)
    assert time.monotonic() - started < 5.0, "one after the other they take ten seconds"
    assert {found.reason for found in health.dependencies} == {"timeout"}


async def test_what_is_not_configured_is_disabled_and_harms_nothing() -> None:
    health = await check_health([configured("model", present=False), configured("redis", present=True)])
    assert health.state is State.OK
    assert [found.state for found in health.dependencies] == [State.DISABLED, State.OK]


async def test_the_answer_and_the_log_tell_no_address_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    health = await check_health([Check("postgres", ill, vital=True)])
    answer = json.dumps(health.as_json())
    assert health.as_json()["status"] == "down"
    for told in (answer, caplog.text, repr(caplog.records[0].__dict__)):
        assert "pa55word" not in told
        assert "10.0.0.4" not in told
