"""What the three messengers share: one clock, one world, one line to the bots."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from infra.local.simulator.clock import SimulatedClock
from infra.local.simulator.delivery import WebhookSender
from infra.local.simulator.events import EventHub
from infra.local.simulator.faults import Faults
from infra.local.simulator.media import MediaStore
from infra.local.simulator.traffic import Traffic
from infra.local.simulator.world import World

__all__ = ["AcceptedSend", "Environment"]

_ACCEPTED_KEPT = 200_000


@dataclass(slots=True, frozen=True)
class AcceptedSend:
    """A message taken on the fast path: when (``time.monotonic`` seconds), where, and its text."""

    at: float
    platform: str
    chat: str
    text: str


@dataclass(slots=True)
class Environment:
    """Built once per simulator.

    ``instant`` switches sends to the fast path for benchmarks: read, counted in ``accepted`` (the
    last 200,000) and answered at once, without validation, chats, statuses, faults or traffic.
    """

    clock: SimulatedClock
    events: EventHub
    world: World
    media: MediaStore
    faults: Faults
    traffic: Traffic
    delivery: WebhookSender
    instant: bool = False
    base_url: str = ""
    accepted: deque[AcceptedSend] = field(default_factory=lambda: deque(maxlen=_ACCEPTED_KEPT))
    accepted_total: int = 0

    @classmethod
    def build(cls, *, speed: float = 1.0, instant: bool = False) -> Environment:
        """A fresh environment; must be called inside the running loop."""
        clock = SimulatedClock(speed=speed)
        events = EventHub()
        traffic = Traffic(events)
        traffic.enabled = not instant
        return cls(
            clock=clock,
            events=events,
            world=World(events),
            media=MediaStore(),
            faults=Faults(),
            traffic=traffic,
            delivery=WebhookSender(clock, traffic),
            instant=instant,
        )

    def accept_instantly(self, platform: str, chat: str, text: str) -> int:
        """Note a send of the fast path; its running number."""
        self.accepted_total += 1
        self.accepted.append(AcceptedSend(time.monotonic(), platform, chat, text))
        return self.accepted_total
