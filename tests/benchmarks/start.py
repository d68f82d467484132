"""Benchmark (d): what a cold start costs: importing the app, and the first webhook of a new process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from infra.local.host.roles import HTTP
from tests.benchmarks.cores import ALL, started_on
from tests.benchmarks.load.plans import Plan
from tests.benchmarks.load.process import LoadProcess
from tests.benchmarks.services import CHECKOUT, running_services
from tests.benchmarks.table import Row, print_table, spread
from tests.host import HostProcess

__all__ = ["measure_start"]

_EMPTY_APP = "import azure.functions as func\n\napp = func.FunctionApp()\n"


def measure_start(*, rounds: int) -> None:
    """Measure and print."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "function_app.py").write_text(_EMPTY_APP)
        for app in (CHECKOUT, Path(folder)):
            _import_seconds(app)  # byte code is written, files are in memory
        pairs = [(_import_seconds(CHECKOUT), _import_seconds(Path(folder))) for _ in range(rounds)]
    first = _first_webhooks(rounds)
    ratios = [ours / empty for ours, empty in pairs]
    rows = [
        Row("import function_app, whole process", spread([1000 * ours for ours, _ in pairs], " ms")),
        Row("import an empty azure-functions app", spread([1000 * empty for _, empty in pairs], " ms")),
        Row("ratio", spread(ratios, digits=2), "at most 1.5", median(ratios) <= 1.5),
        Row("process start to the host being ready", spread([1000 * ready for ready, _ in first], " ms")),
        Row("process start to the first 200", spread([1000 * acknowledged for _, acknowledged in first], " ms")),
    ]
    notes = (f"{rounds} rounds, in turns; cores {set(ALL)}; medians (least–greatest); files in the page cache",)
    print_table("(d) cold start", rows, notes)


def _import_seconds(app: Path) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import function_app"], cwd=app, check=True)
    return time.perf_counter() - began


def _first_webhooks(rounds: int) -> list[tuple[float, float]]:
    """Seconds from the start of a process until it is ready, and until its first webhook was acknowledged."""
    found = []
    with started_on(ALL), running_services() as services, LoadProcess() as load:
        settings = services.environment(load.messenger_url)
        for number in range(rounds):
            began = time.perf_counter()
            with HostProcess(HTTP, settings=settings, log=services.folder / "host.log") as host:
                ready = time.perf_counter() - began
                plan = Plan(
                    port=host.port,
                    path=services.webhook_path,
                    secret=services.secret,
                    first_update=number * 1000,
                    text="привет",
                    seconds=0.05,
                    in_flight=1,
                )
                measured = load.run(plan)
                assert (measured.done, measured.failed) == (1, 0)
                found.append((ready, ready + measured.times[0] / 1000))
    return found
