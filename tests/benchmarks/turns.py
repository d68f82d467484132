"""Benchmark (b): from a webhook to the answer at the messenger, with an instant model and an instant messenger.

All of Zeta runs: functions host, real queue, two drainer processes, Postgres (fsync on), Redis. The reference
pipeline (``peers/reference_pipeline.py``) takes turns with it on the same Postgres.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median

from infra.local.host.roles import HTTP, QUEUES
from infra.local.services.ports import free_port, is_listening
from infra.local.services.processes import end_process
from tests.benchmarks.cores import ALL, processor_seconds, started_on
from tests.benchmarks.load.plans import Measured, Plan
from tests.benchmarks.load.process import LoadProcess
from tests.benchmarks.peers.reference import reference_rate
from tests.benchmarks.services import CHECKOUT, Services, running_services
from tests.benchmarks.table import Row, print_table, spread
from tests.host import HostProcess, wait_for

__all__ = ["measure_turns"]

_IN_FLIGHT = 48
_AIM = 0.12


@dataclass(frozen=True)
class Variant:
    """A kind of turn; ``model`` starts the app with a model."""

    name: str
    text: str
    model: bool


VARIANTS = (
    Variant("pipeline alone (/help)", "/help", model=True),
    Variant("model turn", "Посоветуйте, чем обставить спальню", model=True),
    Variant("offline search", "красный диван до 150000", model=False),
)


@dataclass
class _Figures:
    turns: list[Measured]
    reference: list[float]
    used: dict[str, float]

    @property
    def ratios(self) -> list[float]:
        return [one.rate / other for one, other in zip(self.turns, self.reference, strict=True)]


@dataclass(frozen=True)
class _Bench:
    services: Services
    load: LoadProcess
    plan: Plan
    pids: dict[str, int]

    def turns(self, variant: Variant, **changes: float) -> Measured:
        """One round; all that it began is finished before the next."""
        measured = self.load.run(replace(self.plan, text=variant.text, first_update=_next_updates(), **changes))  # type: ignore[arg-type]  # numbers of the plan
        self.services.wait_until_finished()
        return measured


def measure_turns(*, rounds: int, seconds: float, only: Sequence[str] = ()) -> None:
    """Measure and print."""
    chosen = [variant for variant in VARIANTS if not only or any(word in variant.name for word in only)]
    with started_on(ALL), running_services() as services, LoadProcess() as load:
        for model in (True, False):
            variants = [variant for variant in chosen if variant.model is model]
            if not variants:
                continue
            with _running_app(services, load, seconds=seconds, model=model) as bench:
                for variant in variants:
                    _measure(bench, variant, rounds=rounds)


def _measure(bench: _Bench, variant: Variant, *, rounds: int) -> None:
    bench.turns(variant, seconds=2.0)
    figures = _Figures([], [], dict.fromkeys(bench.pids, 0.0))
    for _ in range(rounds):
        bench.services.tidy()
        before = processor_seconds(bench.pids)
        figures.turns.append(bench.turns(variant))
        after = processor_seconds(bench.pids)
        figures.used = {name: figures.used[name] + after[name] - before[name] for name in bench.pids}
        figures.reference.append(reference_rate(bench.services))
    half = median(one.rate for one in figures.turns) / 2
    _print(variant, figures, [bench.turns(variant, rate=half) for _ in range(3)], half)


def _print(variant: Variant, figures: _Figures, calm: Sequence[Measured], half: float) -> None:
    ratio, done = median(figures.ratios), sum(one.done for one in figures.turns)
    calls = sum(one.calls for one in figures.turns) / done
    rows = [
        Row("turns a second", spread([one.rate for one in figures.turns])),
        Row("reference pipeline, messages a second", spread(figures.reference)),
        Row("ratio", spread(figures.ratios, digits=3), f"at least {_AIM}", ratio >= _AIM),
        Row("p50 at capacity", spread([one.percentile(0.5) for one in figures.turns], " ms")),
        Row(f"p50 at half capacity ({half:.0f}/s)", f"{median(one.percentile(0.5) for one in calm):.0f} ms"),
        Row(f"p99 at half capacity ({half:.0f}/s)", f"{median(one.percentile(0.99) for one in calm):.0f} ms"),
        Row("calls to the messenger per turn", f"{calls:.2f}"),
        Row("messages not answered", str(sum(one.failed for one in (*figures.turns, *calm)))),
        *(
            Row(f"processor time per turn, {name}", f"{1000 * used / done:.2f} ms")
            for name, used in figures.used.items()
        ),
        Row("processor time per turn, all but the load", f"{1000 * _of_ours(figures.used) / done:.2f} ms"),
    ]
    notes = (
        f"{len(figures.turns)} rounds, in turns with the reference; {_IN_FLIGHT} messages under way",
        "no merge window, no pace: nothing is held back on purpose",
        f"cores {set(ALL)}: all processes, unpinned among them; medians (least–greatest)",
    )
    print_table(f"(b) webhook to answer: {variant.name}", rows, notes)


def _of_ours(used: dict[str, float]) -> float:
    return sum(seconds for name, seconds in used.items() if name not in ("load", "model"))


@contextmanager
def _running_app(services: Services, load: LoadProcess, *, seconds: float, model: bool) -> Iterator[_Bench]:
    with _instant_model() as (model_pid, model_url):
        told = {"OPENAI_BASE_URL": model_url, "OPENAI_API_KEY": "instant", "DAILY_MODEL_BUDGET": "1000000"}
        settings = services.environment(load.messenger_url, **(told if model else {}))
        log = services.folder / "host.log"
        http = HostProcess(HTTP, settings=settings, log=log)
        queues = HostProcess(
            QUEUES, settings=settings, log=services.folder / "queues.log", arguments="--processes 2"
        )
        with http, queues:
            plan = Plan(
                port=http.port,
                path=services.webhook_path,
                secret=services.secret,
                first_update=1,
                text="",
                seconds=seconds,
                in_flight=_IN_FLIGHT,
                answered=True,
            )
            named = {"functions host": http.pid, "drainers": queues.pid, **services.pids, "load": load.pid}
            yield _Bench(services, load, plan, named | ({"model": model_pid} if model else {}))


@contextmanager
def _instant_model() -> Iterator[tuple[int, str]]:
    port = free_port()
    command = [sys.executable, "-m", "tests.doubles.openai_server", "--port", str(port)]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: is_listening(port), seconds=20)
        yield process.pid, f"http://127.0.0.1:{port}/v1"
    finally:
        end_process(process.pid)
        process.wait(timeout=10)


_updates = iter(range(1_000_000, 10**12, 1_000_000))


def _next_updates() -> int:
    return next(_updates)
