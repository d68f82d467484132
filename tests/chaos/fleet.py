"""Several worker processes on the real services, behind one webhook address, talking to one simulated Telegram."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.parse import urlsplit

from infra.local.services.ports import free_port, is_listening
from infra.local.simulator import Simulator
from tests.chaos.process import Duty, Roles, run_process
from tests.chaos.wire import Moment, Trap, Wire, laid_wire
from tests.doubles.listening import listening
from tests.host import PATIENCE

__all__ = [
    "ALL_ROLES",
    "Fleet",
    "Ports",
    "WorkerProcess",
    "eventually",
    "long_leases",
    "running_fleet",
    "short_leases",
    "through",
]

ALL_ROLES: Roles = frozenset({"http", "turns", "deliveries", "sweep"})
_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(["tests.chaos.process", "shared.catalog.service", "openai", "azure.storage.queue.aio"])


def long_leases(**more: str) -> dict[str, str]:
    """Settings under which nothing runs out by itself, however busy the machine is: nothing is done twice."""
    return {
        "LEASE_SECONDS": "120",
        "SEND_TIMEOUT": "4",
        "LANE_SECONDS": "120",
        "TURN_DEADLINE": "60",
        "DRAINER_BUDGET": "30",
        **_WITHOUT_LIMITS,
        **more,
    }


def short_leases(**more: str) -> dict[str, str]:
    """Settings under which a killed worker's work is taken over within a second or two."""
    return {
        "LEASE_SECONDS": "1.0",
        "LEASE_RENEWAL": "0.3",
        "SEND_TIMEOUT": "1.0",
        "LANE_SECONDS": "2.2",
        "TURN_DEADLINE": "1.0",
        "DRAINER_BUDGET": "5.0",
        **_WITHOUT_LIMITS,
        **more,
    }


_WITHOUT_LIMITS = {
    "MERGE_WINDOW": "0.02",
    "LATE_WINDOW": "0.02",
    "RING_MARKER_SECONDS": "1.0",
    "STOP_GRACE": "1.0",
    # a dialog that happens to lose its worker four times in a row would be put aside, as it should be
    "TURN_ATTEMPTS": "1000",
    "SEND_ATTEMPTS": "1000",
    "MESSAGES_PER_MINUTE": "1000000",
    "PACE_FACTOR": "0",
}


@dataclass(frozen=True)
class Ports:
    """Where the services listen."""

    postgres: int
    redis: int
    queue: int
    messenger: int

    @classmethod
    def of(cls, settings: Mapping[str, str], simulator: Simulator) -> Ports:
        """The ports that settings name."""
        queue = re.search(r"QueueEndpoint=http://127\.0\.0\.1:(\d+)", settings["AzureWebJobsStorage"])
        assert queue is not None
        return cls(
            postgres=_port(settings["DATABASE_URL"]),
            redis=_port(settings["REDIS_URL"]),
            queue=int(queue.group(1)),
            messenger=_port(simulator.url),
        )


@dataclass
class WorkerProcess:
    """One process and its wires; ``start`` after ``kill`` is a restart at the same address."""

    duty: Duty
    wires: dict[str, Wire]
    kills: int = 0
    _killed: bool = False
    _process: ForkServerProcess | None = None

    def start(self) -> None:
        """Start it and return at once."""
        self._killed = False
        self._process = _fork.Process(target=run_process, args=(self.duty,), daemon=True)
        self._process.start()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and not self._killed and self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL: nothing is drained."""
        if self._process is not None and self.alive:
            self._process.kill()
            self._killed = True  # it may take a moment to die
            self.kills += 1

    def terminate(self) -> None:
        """SIGTERM: leases are given back."""
        assert self._process is not None
        self._process.terminate()

    async def ended(self) -> int | None:
        """Wait for the end; the exit code, ``None`` where it was never started or still runs."""
        if self._process is None:
            return None
        await asyncio.to_thread(self._process.join, PATIENCE)
        return self._process.exitcode

    def trap(self, wire: str, pattern: bytes, moment: Moment, *, then: bytes | None = None) -> Trap:
        """Kill the process at a step of one of its wires: ``postgres``, ``redis``, ``queue`` or ``messenger``."""
        trap = Trap(pattern, moment, self.kill, then, holds=True)
        self.wires[wire].trap = trap
        return trap

    def hold(self, wire: str, pattern: bytes, moment: Moment, *, then: bytes | None = None) -> Trap:
        """Hold the process at a step until the trap is released."""
        trap = Trap(pattern, moment, lambda: None, then, holds=True)
        self.wires[wire].trap = trap
        return trap

    def disarm(self) -> None:
        """Take all traps away; who was held goes on."""
        for wire in self.wires.values():
            if wire.trap is not None:
                wire.trap.sprung.set()  # a connection may remember it
                wire.trap.released.set()
            wire.trap = None


class Fleet:
    """The processes, and the address that the messenger knows: each connection goes to the next living one."""

    def __init__(self, workers: list[WorkerProcess]) -> None:
        self.workers = workers
        self.port = 0
        self._next = 0

    async def revive(self) -> None:
        """Start again whoever was killed, and wait until all take webhooks."""
        for worker in self.workers:
            worker.disarm()
        for worker in self.workers:
            if not worker.alive:
                await worker.ended()
                worker.start()
        for worker in self._takers:
            await eventually(partial(is_listening, worker.duty.port), what="listening")

    @property
    def _takers(self) -> list[WorkerProcess]:
        return [worker for worker in self.workers if "http" in worker.duty.roles]

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the messenger."""
        takers = self._takers
        for _ in takers:
            self._next += 1
            wire = Wire(takers[self._next % len(takers)].duty.port)
            if is_listening(wire.target_port):
                await wire.serve(reader, writer)
                return

    async def close(self) -> None:
        """Kill every process."""
        for worker in self.workers:
            worker.kill()
        for worker in self.workers:
            await worker.ended()


@asynccontextmanager
async def running_fleet(
    settings: Mapping[str, str],
    simulator: Simulator,
    folder: Path,
    *,
    processes: int = 3,
    roles: Roles = ALL_ROLES,
    sweep_seconds: float = 0.5,
    turn_seconds: float = 0.0,
    ports: Ports | None = None,
) -> AsyncIterator[Fleet]:
    """Start processes, each with wires of its own to Postgres, Redis, the queues and the messenger."""
    ports = ports or Ports.of(settings, simulator)
    async with AsyncExitStack() as stack:
        workers = []
        for number in range(processes):
            wires = {
                name: await stack.enter_async_context(laid_wire(port))
                for name, port in (
                    ("postgres", ports.postgres),
                    ("redis", ports.redis),
                    ("queue", ports.queue),
                    ("messenger", ports.messenger),
                )
            }
            own = through(settings, ports, wires)
            log = folder / f"worker-{number}.log"
            workers.append(WorkerProcess(Duty(own, free_port(), roles, log, sweep_seconds, turn_seconds), wires))
        fleet = Fleet(workers)
        fleet.port = await stack.enter_async_context(listening(fleet.connect))
        stack.push_async_callback(fleet.close)
        await fleet.revive()
        yield fleet


async def eventually(condition: Callable[[], bool], what: str) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {what}"
        await asyncio.sleep(0.02)


def through(settings: Mapping[str, str], ports: Ports, wires: Mapping[str, Wire]) -> dict[str, str]:
    """The settings with every address led over its wire."""
    own = dict(settings)
    for name in ("DATABASE_URL", "SYSTEM_DATABASE_URL"):
        own[name] = own[name].replace(f":{ports.postgres}/", f":{wires['postgres'].port}/")
    own["REDIS_URL"] = own["REDIS_URL"].replace(f":{ports.redis}/", f":{wires['redis'].port}/")
    own["AzureWebJobsStorage"] = own["AzureWebJobsStorage"].replace(
        f"QueueEndpoint=http://127.0.0.1:{ports.queue}/",
        f"QueueEndpoint=http://127.0.0.1:{wires['queue'].port}/",
    )
    own["TELEGRAM_API_URL"] = f"http://127.0.0.1:{wires['messenger'].port}/telegram"
    return own


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port
