"""A worker process of the alerts' benchmark: runs checks until nothing is due, then prints what it did as JSON."""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path

from shared.composition import Worker
from shared.runtime.settings import Settings

__all__: list[str] = []


async def _work() -> None:
    worker = Worker(Settings())
    looked = told = 0
    try:
        before = _peak_mib()
        began = time.perf_counter()
        while (done := await worker.alert_runner.run()).looked:
            looked, told = looked + done.looked, told + done.told
        seconds = time.perf_counter() - began
    finally:
        await worker.aclose()
    print(json.dumps({"looked": looked, "told": told, "seconds": seconds, "before": before, "peak": _peak_mib()}))


def _peak_mib() -> float:
    """The most memory that this process had since it began, in MiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    asyncio.run(_work())
