"""A Telegram bot as the server knows it: token, webhook settings, running numbers."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from infra.local.simulator.wire import Json
from infra.local.simulator.world import Bot

__all__ = ["OFF_BY_DEFAULT", "RunningNumber", "TelegramBot"]

OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Update kinds sent only when ``allowed_updates`` names them (Bot API, setWebhook)."""


@dataclass(slots=True)
class RunningNumber:
    """``next(number)`` gives ``upcoming`` and counts on."""

    upcoming: int

    def __next__(self) -> int:
        """The next number."""
        self.upcoming += 1
        return self.upcoming - 1


@dataclass(slots=True)
class TelegramBot(Bot):
    """``allowed_updates`` empty means all but ``OFF_BY_DEFAULT``; ``has_topics``: its private chats have topics."""

    token: str
    secret_token: str
    username: str
    allowed_updates: list[str] = field(default_factory=list)
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""
    gone_since: float | None = None
    pending: int = 0
    has_topics: bool = False
    commands: list[Json] = field(default_factory=list)
    callbacks: OrderedDict[str, str] = field(default_factory=OrderedDict)
    next_message_id: RunningNumber = field(default_factory=lambda: RunningNumber(101))
    next_update_id: RunningNumber = field(default_factory=lambda: RunningNumber(int(time.time()) % 900_000_000))

    @property
    def id(self) -> int:
        """The bot's user id: what stands before the token's colon, else a number made from the token."""
        head = self.token.split(":", 1)[0]
        if head.isdigit():
            return int(head)
        return int(hashlib.sha256(self.token.encode()).hexdigest()[:10], 16)

    def wants(self, update_kind: str) -> bool:
        """Whether the webhook is set up for this kind of update."""
        if self.allowed_updates:
            return update_kind in self.allowed_updates
        return update_kind not in OFF_BY_DEFAULT

    def remember_callback(self, query_id: str, chat_id: str) -> None:
        """Keep a button press until it is answered; the last 1,000."""
        self.callbacks[query_id] = chat_id
        if len(self.callbacks) > 1000:
            self.callbacks.popitem(last=False)

    def as_user(self) -> Json:
        """The bot as a User object."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}
