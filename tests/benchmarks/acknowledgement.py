"""Benchmark (a): how fast a webhook is durably acknowledged, against a server that keeps nothing.

The functions host and the aiogram server take turns on one core, round by round, under the same load from the other
core, where Postgres (fsync on), Redis and Azurite are too. No drainer runs: only the acknowledgement is measured.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from infra.local.host.roles import HTTP
from tests.benchmarks.cores import FIRST, SECOND, processor_seconds, started_on
from tests.benchmarks.load.plans import Measured, Plan
from tests.benchmarks.load.process import LoadProcess
from tests.benchmarks.peers.aiogram_process import install_aiogram, running_aiogram
from tests.benchmarks.services import Services, running_services
from tests.benchmarks.table import Row, print_table, spread
from tests.host import HostProcess

__all__ = ["measure_acknowledgement"]

_IN_FLIGHT = 128
_TEXT = "Здравствуйте! Есть красный диван до 150000?"


def measure_acknowledgement(*, rounds: int, seconds: float) -> None:
    """Measure and print."""
    install_aiogram()
    with started_on(SECOND), running_services() as services, LoadProcess() as load:
        environment = services.environment(load.messenger_url)
        with started_on(FIRST):
            host = HostProcess(HTTP, settings=environment, log=services.folder / "host.log")
        with started_on(FIRST), host, running_aiogram(path=services.webhook_path, secret=services.secret) as peer:
            plan = _plan(services, host.port, seconds)
            _measure(services, load, plan, peer_port=peer.port, host_pid=host.pid, rounds=rounds)


def _plan(services: Services, port: int, seconds: float) -> Plan:
    return Plan(
        port=port,
        path=services.webhook_path,
        secret=services.secret,
        first_update=1,
        text=_TEXT,
        seconds=seconds,
        in_flight=_IN_FLIGHT,
    )


def _measure(
    services: Services, load: LoadProcess, plan: Plan, *, peer_port: int, host_pid: int, rounds: int
) -> None:
    load.run(replace(plan, seconds=1.0))
    load.run(replace(plan, seconds=1.0, port=peer_port))
    ours: list[Measured] = []
    theirs: list[Measured] = []
    pids = {"host": host_pid, "load": load.pid, **services.pids}
    used = dict.fromkeys(pids, 0.0)
    update = 1_000_000
    for _ in range(rounds):
        services.tidy()
        before = processor_seconds(pids)
        ours.append(load.run(replace(plan, first_update=(update := update + 1_000_000))))
        after = processor_seconds(pids)
        used = {name: used[name] + after[name] - before[name] for name in pids}
        theirs.append(load.run(replace(plan, port=peer_port)))
    ratios = [mine.rate / other.rate for mine, other in zip(ours, theirs, strict=True)]
    half = median(one.rate for one in ours) / 2
    calm = []
    for _ in range(rounds):
        services.tidy()
        calm.append(load.run(replace(plan, first_update=(update := update + 1_000_000), rate=half)))
    p50, p99 = median(one.percentile(0.5) for one in calm), median(one.percentile(0.99) for one in calm)
    done = sum(one.done for one in ours)
    rows = [
        Row("durable acknowledgements a second, ours", spread([one.rate for one in ours])),
        Row("acknowledgements a second, aiogram, nothing kept", spread([one.rate for one in theirs])),
        Row("ratio", spread(ratios, digits=2), "at least 0.5", median(ratios) >= 0.5),
        Row("p50 at capacity, ours", spread([one.percentile(0.5) for one in ours], " ms", 1)),
        Row(f"p50 at half capacity ({half:.0f}/s)", f"{p50:.1f} ms"),
        Row(f"p99 at half capacity ({half:.0f}/s)", f"{p99:.1f} ms", "under 25 ms", p99 < 25),
        Row("requests not answered 200", str(sum(one.failed for one in (*ours, *theirs, *calm)))),
        *(Row(f"processor time per webhook, {name}", f"{1000 * used[name] / done:.3f} ms") for name in pids),
    ]
    notes = (
        f"{rounds} rounds of {plan.seconds:.0f} s, in turns; {_IN_FLIGHT} connections; medians (least–greatest)",
        f"core {set(FIRST)}: the functions host or aiogram; core {set(SECOND)}: load, Postgres, Redis, Azurite",
    )
    print_table("(a) durable acknowledgement", rows, notes)
