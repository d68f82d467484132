"""What the load is asked to do, and what it tells: plain values that cross a pipe as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Measured", "Plan"]


@dataclass(frozen=True)
class Plan:
    """One measurement.

    Args:
        port, path, secret: the webhook.
        first_update: Telegram's update ids begin after this.
        text: what every shopper writes.
        chats: how many shoppers take turns writing.
        first_chat: the first shopper's id.
        seconds: how long new messages are sent.
        in_flight: messages under way at once (closed loop).
        rate: messages a second (open loop); 0 means closed loop.
        answered: a message is done when its answer reached the messenger, not when its webhook was acknowledged.
    """

    port: int
    path: str
    secret: str
    first_update: int
    text: str
    chats: int = 1000
    first_chat: int = 100_000
    seconds: float = 4.0
    in_flight: int = 32
    rate: float = 0.0
    answered: bool = False


@dataclass(frozen=True)
class Measured:
    """What came of it. Times in milliseconds, from when a message was due to be sent until it was done."""

    done: int
    failed: int
    seconds: float
    calls: int
    times: list[float] = field(repr=False)

    @property
    def rate(self) -> float:
        """Messages done a second."""
        return self.done / self.seconds

    def percentile(self, share: float) -> float:
        """The time that ``share`` of the messages did not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")
