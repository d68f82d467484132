"""How much one person may write: a token bucket, and a growing cool-down for who overdoes it.

A merged turn counts one; one of nothing but presses of our own buttons, shared contacts and places counts a
quarter: who quickly goes through a checkout overdoes nothing. Who has been with the shop for long gets more. The
first message over the limit is answered with one polite warning; the rest of the cool-down is silent. A turn counts
at the time when it was written: what an outage held back and delivers all at once was not written too fast. Without
Redis nobody is limited.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.channels.contract import InboundMessage, MembershipChange
from shared.channels.messages import ChoiceContent, ContactContent, LocationContent
from shared.runtime.cache import Cache

__all__ = ["MessageLimit", "Verdict", "person_key", "weight_of"]

_OFFERED_WEIGHT = 0.25

_FIRST_COOL_DOWN = 15.0
_LONGEST_COOL_DOWN = 600.0
_STRIKES_KEPT = 3600.0
_LOOSER = ((timedelta(days=30), 2.0), (timedelta(days=7), 1.5))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a turn is answered; ``warn_seconds`` is set once per cool-down, for the warning."""

    allowed: bool
    warn_seconds: float | None = None


class MessageLimit:
    """The limit of ``per_minute`` turns of one person, bursts of a whole minute's worth included."""

    def __init__(self, cache: Cache, *, per_minute: int) -> None:
        self._cache = cache
        self._per_minute = per_minute

    async def check(
        self, person: str, *, written_at: datetime, known_for: timedelta, weight: float = 1.0
    ) -> Verdict:
        """Count one turn of ``person`` (``person_key``) who is known for so long; see ``weight_of``."""
        if await self._cache.get(f"cooldown:{person}") is not None:
            return Verdict(allowed=False)
        looser = next((factor for age, factor in _LOOSER if known_for >= age), 1.0)
        capacity = self._per_minute * looser
        wait = await self._cache.take(
            f"limit:{person}", rate=capacity / 60.0, capacity=capacity, wanted=weight, at=written_at
        )
        if not wait:
            return Verdict(allowed=True)
        strikes = await self._cache.count(f"strikes:{person}", seconds=_STRIKES_KEPT) or 1
        seconds = min(_LONGEST_COOL_DOWN, max(wait, _FIRST_COOL_DOWN * 2 ** min(strikes - 1, 10)))
        first = await self._cache.claim(f"cooldown:{person}", seconds=seconds)
        return Verdict(allowed=False, warn_seconds=seconds if first else None)


def person_key(bot_id: UUID, sender_id: str) -> str:
    """A key unique over bots: a hash, since on WhatsApp the sender's id is their phone."""
    return hashlib.blake2b(f"{bot_id}:{sender_id}".encode(), digest_size=16).hexdigest()


def weight_of(events: Sequence[InboundMessage | MembershipChange]) -> float:
    """What a turn counts: one for words and files, a quarter where the person only took what was offered."""
    offered = (ChoiceContent, ContactContent, LocationContent)
    taken = all(isinstance(event, InboundMessage) and isinstance(event.content, offered) for event in events)
    return _OFFERED_WEIGHT if taken else 1.0
