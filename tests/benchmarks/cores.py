"""Which process has which core, and how much processor time it used.

A figure of one machine says little; two figures of the same machine, the same minute and the same cores can be
compared. So every process of a comparison is pinned, and the table says where.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping

import psutil

__all__ = ["ALL", "FIRST", "SECOND", "processor_seconds", "started_on"]

_CORES = sorted(os.sched_getaffinity(0))
FIRST = frozenset(_CORES[:1])
SECOND = frozenset(_CORES[1:2] or _CORES[:1])
ALL = FIRST | SECOND
"""Two cores at most, however many the machine has: the figures are for two."""


@contextlib.contextmanager
def started_on(cores: frozenset[int]) -> Iterator[None]:
    """Processes that are started in this block, and all that they start, run on ``cores`` alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def processor_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor time so far of each named process with all that it started, ended children included."""
    return {name: _seconds(psutil.Process(pid)) for name, pid in pids.items()}


def _seconds(process: psutil.Process) -> float:
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system
            total += times.children_user + times.children_system if one.pid == process.pid else 0.0
    return total
