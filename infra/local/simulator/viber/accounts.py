"""A Viber bot account, its status codes and its message tokens."""

from __future__ import annotations

import secrets
import time
from collections import deque
from dataclasses import dataclass, field

from infra.local.simulator.errors import SimulatorError
from infra.local.simulator.world import Bot, Message

__all__ = ["CHAT_HOST", "EVENT_TYPES", "STATUS_NAMES", "ViberAccount", "ViberError", "new_message_token"]

EVENT_TYPES = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")
"""What ``set_webhook`` lets a bot choose; ``message`` always comes."""

CHAT_HOST = {"chat_hostname": "SN-CHAT-01_"}
"""What most answers carry beside their own fields."""

STATUS_NAMES = {
    0: "ok",
    1: "invalidUrl",
    2: "invalidAuthToken",
    3: "badData",
    4: "missingData",
    5: "receiverNotRegistered",
    6: "receiverNotSubscribed",
    7: "publicAccountBlocked",
    8: "publicAccountNotFound",
    9: "publicAccountSuspended",
    10: "webhookNotSet",
    11: "receiverNoSuitableDevice",
    12: "tooManyRequests",
    13: "apiVersionNotSupported",
    14: "incompatibleWithVersion",
    15: "publicAccountNotAuthorized",
    16: "inchatReplyMessageNotAllowed",
    17: "publicAccountIsNotInline",
    18: "noPublicChat",
    19: "cannotSendBroadcast",
    20: "broadcastNotAllowed",
}


class ViberError(SimulatorError):
    """A call answered with HTTP 200 and a ``status`` other than 0."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message or STATUS_NAMES.get(status, "generalError")


@dataclass(slots=True)
class ViberAccount(Bot):
    """``automatic_receipts``: callbacks that follow a send by themselves.

    ``members``: ids of the administrators of the account's channel; ``posts``: the last 100 messages in it.
    """

    auth_token: str
    uri: str = "zetademo"
    event_types: tuple[str, ...] = EVENT_TYPES
    automatic_receipts: tuple[str, ...] = ("delivered",)
    members: list[str] = field(default_factory=list)
    posts: deque[Message] = field(default_factory=lambda: deque(maxlen=100))

    def wants(self, event: str) -> bool:
        """Whether the webhook is set up for this event."""
        return event in ("message", "webhook") or event in self.event_types


def new_message_token() -> int:
    """A 64-bit number that rises with time."""
    return (time.time_ns() // 1_000_000 << 21) | secrets.randbits(21)
