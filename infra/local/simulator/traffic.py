"""The raw traffic of the last few hundred exchanges, both directions, for the page and for tests."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from itertools import count
from typing import Literal

from infra.local.simulator.events import EventHub
from infra.local.simulator.wire import Json

__all__ = ["Exchange", "Traffic"]

_KEPT = 500
_BODY = 20_000


@dataclass(slots=True)
class Exchange:
    """One HTTP request and its answer. ``status`` 0 means that no answer came.

    ``direction``: ``call`` (bot to messenger) or ``webhook`` (messenger to bot).
    """

    number: int
    at: float
    direction: Literal["call", "webhook"]
    platform: str
    method: str
    url: str
    request_headers: dict[str, str]
    request_body: str
    status: int
    response_body: str
    milliseconds: float
    note: str = ""

    def summary(self) -> Json:
        """The exchange without headers and bodies."""
        return {
            key: value
            for key, value in asdict(self).items()
            if key not in ("request_headers", "request_body", "response_body")
        }


class Traffic:
    """A bounded ring of exchanges; ``enabled = False`` switches recording off (benchmarks do)."""

    def __init__(self, events: EventHub) -> None:
        self.enabled = True
        self._events = events
        self._numbers = count(1)
        self._ring: deque[Exchange] = deque(maxlen=_KEPT)

    def record(
        self,
        *,
        at: float,
        direction: Literal["call", "webhook"],
        platform: str,
        method: str,
        url: str,
        request_headers: dict[str, str],
        request_body: bytes,
        status: int,
        response_body: bytes,
        milliseconds: float,
        note: str = "",
    ) -> None:
        """Keep one exchange; bodies are cut at 20,000 bytes."""
        if not self.enabled:
            return
        exchange = Exchange(
            next(self._numbers),
            at,
            direction,
            platform,
            method,
            url,
            request_headers,
            request_body[:_BODY].decode("utf-8", "replace"),
            status,
            response_body[:_BODY].decode("utf-8", "replace"),
            round(milliseconds, 2),
            note,
        )
        self._ring.append(exchange)
        if self._events.watched:
            self._events.publish("traffic", {"exchange": exchange.summary()})

    def list(self, *, platform: str | None = None, direction: str | None = None) -> list[Exchange]:
        """Exchanges kept, oldest first, narrowed where asked."""
        return [
            exchange
            for exchange in self._ring
            if platform in (None, exchange.platform) and direction in (None, exchange.direction)
        ]

    def find(self, number: int) -> Exchange | None:
        """The exchange of that number while it is kept."""
        return next((exchange for exchange in self._ring if exchange.number == number), None)

    def clear(self) -> None:
        """Forget everything recorded."""
        self._ring.clear()
