"""How fast a platform lets us talk: buckets per chat and per bot, in Redis.

The figures are the platforms' (Telegram's bot FAQ: about one message a second in a chat with short bursts,
about thirty a second over all chats; WhatsApp: one message in six seconds to a person, bursts of 45 borrowed
from later quota, eighty a second over all; Viber: none published but a hundred an hour without an answer).
Without Redis nothing is held back here: the platform's own 429 is obeyed.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.channels.contract import Platform
from shared.runtime.cache import Cache

__all__ = ["PACES", "Pace", "Throttle"]


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second, and how many may go at once, for one chat and for the whole bot."""

    chat_rate: float
    chat_burst: float
    bot_rate: float
    bot_burst: float


PACES = {
    Platform.TELEGRAM: Pace(chat_rate=1.0, chat_burst=20, bot_rate=30.0, bot_burst=30),
    Platform.WHATSAPP: Pace(chat_rate=1 / 6, chat_burst=45, bot_rate=80.0, bot_burst=80),
    Platform.VIBER: Pace(chat_rate=1.0, chat_burst=30, bot_rate=50.0, bot_burst=50),
}


class Throttle:
    """Asks before each call whether it may go now. ``factor`` scales every pace (0: no throttle)."""

    def __init__(self, cache: Cache, *, factor: float) -> None:
        self._cache = cache
        self._factor = factor

    async def wait(self, platform: Platform, bot_id: UUID, dialog_id: int) -> float:
        """Seconds to hold a call back; 0: it may go, and was counted."""
        if self._factor <= 0:
            return 0.0
        pace = PACES[platform]
        wait = await self._cache.take(
            f"pace:chat:{dialog_id}", rate=pace.chat_rate * self._factor, capacity=pace.chat_burst
        )
        if wait:
            return wait
        wait = await self._cache.take(
            f"pace:bot:{bot_id}", rate=pace.bot_rate * self._factor, capacity=pace.bot_burst
        )
        return wait or 0.0
