"""Benchmark (e): a run over many alerts; two workers, the timer fires twice, and one worker is killed midway."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from pydantic import SecretStr

from shared.composition import Worker
from shared.runtime.crypto import KeyRing
from shared.runtime.settings import Settings
from tests.benchmarks.services import CHECKOUT, Services, running_services
from tests.benchmarks.table import Row, print_table
from tests.doubles.alert_crowd import cheaper, due, fill, told
from tests.integration.shops import open_shop

__all__ = ["measure_alerts"]

_COMPANIES = 10
_LONGEST = 1800.0


@dataclass(frozen=True)
class _Measured:
    """Worker processes at work: seconds from the first ring until the last of them found nothing due."""

    seconds: float
    looked: int
    told: int
    peak: float
    grown: float


def measure_alerts(alerts: int) -> None:
    """Measure and print: nothing became cheaper; everything did; everything did again and a worker is killed."""
    with running_services() as services:
        environment = {**os.environ, **services.environment("http://127.0.0.1:9"), "LOG_LEVEL": "WARNING"}
        asyncio.run(_fill(services, alerts))
        with psycopg.connect(services.admin_url, autocommit=True) as rows:
            rows.execute("VACUUM ANALYZE")
            due(rows)
            quiet = _run(environment, processes=2)
            cheaper(rows, 19_000_000)
            rang = asyncio.run(_fire_twice(environment))
            all_told = _run(environment, processes=2)
            once = told(rows)
            rows.execute("VACUUM ANALYZE")
            cheaper(rows, 18_000_000)
            killed = _run(environment, processes=2, kill_after=all_told.seconds / 3)
            twice = told(rows)
    _print(alerts, (quiet, all_told, killed), rang, once, twice)


async def _fill(services: Services, alerts: int) -> None:
    """Nine companies share a tenth of the alerts, one has the rest."""
    worker = Worker(_settings(services.environment("http://127.0.0.1:9")))
    try:
        keys = KeyRing.from_setting(worker.settings.credential_keys)
        shops = [await open_shop(worker.database, keys, f"crowd-{n}") for n in range(_COMPANIES)]
    finally:
        await worker.aclose()
    small = alerts // 10 // (_COMPANIES - 1)
    with psycopg.connect(services.admin_url, autocommit=True) as rows:
        for number, shop in enumerate(shops):
            people = small if number else alerts - small * (_COMPANIES - 1)
            fill(rows, shop.company_id, shop.bot_id, people=people, products=1000)


async def _fire_twice(environment: Mapping[str, str]) -> int:
    worker = Worker(_settings(environment))
    try:
        return sum([await worker.alert_watch.run(), await worker.alert_watch.run()])
    finally:
        await worker.aclose()


def _settings(environment: Mapping[str, str]) -> Settings:
    values: dict[str, Any] = {name.lower(): value for name, value in environment.items()}
    return Settings.model_validate({**values, "storage_connection": SecretStr(environment["AzureWebJobsStorage"])})


def _run(environment: Mapping[str, str], *, processes: int, kill_after: float | None = None) -> _Measured:
    began = time.perf_counter()
    started = [_start(environment) for _ in range(processes)]
    if kill_after is not None:
        time.sleep(kill_after)
        started[0].kill()
        started[0].communicate(timeout=_LONGEST)
        started[0] = _start(environment)
    reports: Sequence[dict[str, Any]] = [
        json.loads(process.communicate(timeout=_LONGEST)[0].splitlines()[-1]) for process in started
    ]
    return _Measured(
        seconds=time.perf_counter() - began,
        looked=sum(report["looked"] for report in reports),
        told=sum(report["told"] for report in reports),
        peak=max(report["peak"] for report in reports),
        grown=max(report["peak"] - report["before"] for report in reports),
    )


def _start(environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.alert_worker"],
        cwd=CHECKOUT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        text=True,
    )


def _print(
    alerts: int, runs: tuple[_Measured, ...], rang: int, once: Mapping[int, int], twice: Mapping[int, int]
) -> None:
    quiet, all_told, killed = runs
    print_table(
        f"(e) a run over {alerts:,} alerts of {_COMPANIES} companies, two worker processes",
        [
            Row("all due, nothing cheaper", f"{quiet.seconds:.1f} s, {alerts / quiet.seconds:,.0f} a second"),
            Row(
                "all due, everybody is told", f"{all_told.seconds:.1f} s, {alerts / all_told.seconds:,.0f} a second"
            ),
            Row("the same, one worker killed midway", f"{killed.seconds:.1f} s"),
            Row("peak memory of a worker", f"{max(run.peak for run in runs):.0f} MiB"),
            Row("of that grown while it worked", f"{max(run.grown for run in runs):.0f} MiB"),
            Row("told once after the first drop", f"{once.get(1, 0):,}", f"{alerts:,}", once == {1: alerts}),
            Row("told twice after the second", f"{twice.get(2, 0):,}", f"{alerts:,}", twice == {2: alerts}),
        ],
        [f"the timer fired twice before the second run and rang {rang} times", "times include process starts"],
    )
