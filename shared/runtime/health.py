"""Health: every dependency asked at once, each with a time limit; the answer names no address and no secret."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Check", "DependencyHealth", "Health", "State", "check_health", "configured"]

_log = logging.getLogger(__name__)

CHECK_SECONDS = 2.0


class State(StrEnum):
    """How a dependency, or the whole, is."""

    OK = "ok"
    DEGRADED = "degraded"
    """Of the whole: something is down that Zeta goes on without, slower or poorer."""
    DOWN = "down"
    DISABLED = "disabled"
    """Not configured, on purpose."""


@dataclass(frozen=True, slots=True)
class Check:
    """How to ask one dependency.

    ``probe`` returns when all is well, raises when not, and may return ``State.DISABLED``. Without a ``vital``
    one the platform cannot answer shoppers at all.
    """

    name: str
    probe: Callable[[], Awaitable[State | None]]
    vital: bool = False


@dataclass(frozen=True, slots=True)
class DependencyHealth:
    """What one dependency answered. ``reason`` is a short machine word, never the error's text."""

    name: str
    state: State
    latency_ms: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the whole and of each dependency, in the order of the checks."""

    state: State
    dependencies: Sequence[DependencyHealth]

    def as_json(self) -> dict[str, object]:
        """The shape of ``GET /api/health``: ``{"status", "dependencies": {name: {"status", "latency_ms", …}}}``."""
        described = {}
        for found in self.dependencies:
            entry: dict[str, object] = {"status": found.state.value}
            if found.latency_ms is not None:
                entry["latency_ms"] = round(found.latency_ms, 1)
            if found.reason is not None:
                entry["reason"] = found.reason
            described[found.name] = entry
        return {"status": self.state.value, "dependencies": described}


def configured(name: str, present: bool) -> Check:
    """A check that makes no call: whether the dependency is configured at all (a model costs money to ask)."""

    async def probe() -> State | None:
        return None if present else State.DISABLED

    return Check(name, probe)


async def check_health(checks: Sequence[Check], *, timeout: float = CHECK_SECONDS) -> Health:
    """Ask all dependencies at once; takes ``timeout`` seconds at most. Never raises for a dependency's sake."""
    found = await asyncio.gather(*(_ask(check, timeout) for check in checks))
    down = {dependency.name for dependency in found if dependency.state is State.DOWN}
    if any(check.vital and check.name in down for check in checks):
        state = State.DOWN
    else:
        state = State.DEGRADED if down else State.OK
    return Health(state, found)


async def _ask(check: Check, timeout: float) -> DependencyHealth:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(timeout):
            state = await check.probe() or State.OK
    except TimeoutError:
        return DependencyHealth(check.name, State.DOWN, _since(started), "timeout")
    except Exception as error:  # noqa: BLE001 - whatever a client raises means that its service is not well
        _log.warning("a dependency is not well", extra={"dependency": check.name, "error": type(error).__name__})
        return DependencyHealth(check.name, State.DOWN, _since(started), "unavailable")
    return DependencyHealth(check.name, state, None if state is State.DISABLED else _since(started))


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
