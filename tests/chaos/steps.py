"""The steps between a webhook and its delivery at which a worker can die.

A statement that travels together with its ``COMMIT`` (a webhook's record, a send's) is one step: nothing of a
worker can happen between the two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from infra.local.simulator import Fault, FaultKind, Simulator
from tests.chaos.fleet import Fleet
from tests.chaos.wire import Moment, Trap

__all__ = ["STEPS", "Step", "kill_at"]

_TRIES = 6
_PATIENCE = 10.0

_RECEIVE = b"receive_events("
_CLAIM = b"WITH RECURSIVE waiting"
_TURN = b"WITH turn AS"
_LANES = b"WITH ready AS MATERIALIZED (\n    SELECT d.id FROM dialogs d JOIN bots"
_HEAD = b"h.attempts, h.status"
_FINISH = b"WITH lane AS (\n    UPDATE dialogs d\n       SET sent_seq"
_POSTPONE = b"WITH lane AS (\n    UPDATE dialogs SET send_token"


@dataclass(frozen=True)
class Step:
    """A step by name: on which wire, at which bytes, before or after the service acted."""

    name: str
    wire: str
    pattern: bytes
    moment: Moment
    then: bytes | None = None
    refused_once: bool = False
    """Only a send that was put off leads here: the messenger first answers 429."""


STEPS = (
    Step("webhook: before it is recorded", "postgres", _RECEIVE, "asked"),
    Step("webhook: recorded and committed, nobody knows", "postgres", _RECEIVE, "answered"),
    Step("webhook: committed, not rung", "redis", b"ring:turns", "asked"),
    Step("webhook: marker set, not rung", "redis", b"ring:turns", "answered"),
    Step("webhook: ring on its way", "queue", b"POST /devstoreaccount1/", "asked"),
    Step("webhook: rung, not answered", "queue", b"POST /devstoreaccount1/", "answered"),
    Step("drainer: ring taken", "queue", b"GET /devstoreaccount1/", "answered"),
    Step("drainer: ring taken, marker up", "redis", b"$3\r\nDEL\r\n", "asked"),
    Step("drainer: marker down", "redis", b"$3\r\nDEL\r\n", "answered"),
    Step("drainer: before the claim", "postgres", _CLAIM, "asked"),
    Step("drainer: claimed, not committed", "postgres", _CLAIM, "answered"),
    Step("drainer: claim committed, nobody knows", "postgres", _CLAIM, "answered", b"COMMIT"),
    Step("turn: before it reads its dialog", "postgres", b"jsonb_agg(jsonb_build_array", "asked"),
    Step("turn: dialog read", "postgres", b"jsonb_agg(jsonb_build_array", "answered"),
    Step("turn: about to be answered", "redis", b"limit:", "asked"),
    Step("turn: before it is written", "postgres", _TURN, "asked"),
    Step("turn: written, not committed", "postgres", _TURN, "answered"),
    Step("turn: about to commit", "postgres", _TURN, "asked", b"COMMIT"),
    Step("turn: committed, nobody knows", "postgres", _TURN, "answered", b"COMMIT"),
    Step("turn: committed, not remembered", "redis", b"memory:", "answered", b"SET"),
    Step("send: before the messenger has it", "messenger", b"/sendMessage", "asked"),
    Step("send: the messenger has it, nobody knows", "messenger", b"/sendMessage", "answered"),
    Step("send: before it is recorded", "postgres", _FINISH, "asked"),
    Step("send: recorded and committed, nobody knows", "postgres", _FINISH, "answered"),
    Step("send: next head taken", "postgres", _HEAD, "answered"),
    Step("send: next head taken and committed", "postgres", _HEAD, "answered", b"COMMIT"),
    Step("send: put off, not recorded", "postgres", _POSTPONE, "asked", refused_once=True),
    Step("send: put off, committed, nobody knows", "postgres", _POSTPONE, "answered", b"COMMIT", refused_once=True),
    Step("deliverer: before it claims lanes", "postgres", _LANES, "asked", refused_once=True),
    Step("deliverer: lanes claimed, nobody knows", "postgres", _LANES, "answered", b"COMMIT", refused_once=True),
    Step("drainer: done, ring not deleted", "queue", b"DELETE /devstoreaccount1/", "asked"),
)


async def kill_at(step: Step, fleet: Fleet, simulator: Simulator, write: Callable[[], None]) -> None:
    """Kill whichever worker reaches the step first, and bring it back.

    ``write`` makes people write. It is called again when nobody came to the step: what one message leads to may
    have been done along with another's (a ring stands for all that follow it).
    """
    traps = [
        worker.trap(step.wire, step.pattern, step.moment, then=step.then)
        for worker in fleet.workers
        if worker.alive
    ]
    for _ in range(_TRIES):
        if step.refused_once:
            simulator.faults.add(Fault(FaultKind.TOO_MANY_REQUESTS, method="sendMessage", count=1, retry_after=1))
        write()
        if await _one_sprung(traps):
            break
    else:
        raise AssertionError(f"no worker came to the step «{step.name}»")
    simulator.faults.clear()
    await fleet.revive()


async def _one_sprung(traps: list[Trap]) -> bool:
    """Whether some worker reached the step within a time that is enough but on the busiest machine."""
    waiting = [asyncio.create_task(trap.sprung.wait()) for trap in traps]
    done, late = await asyncio.wait(waiting, timeout=_PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    for task in late:
        task.cancel()
    return bool(done)
