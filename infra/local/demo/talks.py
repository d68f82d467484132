"""Conversations that shoppers of the demo company hold with it at its first start, through the simulator.

They leave what a visitor wants to see going on: a price alert that waits for a lower price, and a complaint that
waits for a person, announced in the manager's own chat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from infra.local.errors import StackError
from infra.local.state import LOGS

__all__ = ["DEMO_TALKS", "DemoTalk", "hold_talks"]

_ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class DemoTalk:
    """What one shopper says, one message after the other's answer."""

    platform: str
    user: str
    words: tuple[str, ...]


DEMO_TALKS = (
    DemoTalk(
        "telegram",
        "Айгерим Сатпаева",
        ("сколько стоит SOFA-003?", "сообщите, когда он подешевеет"),
    ),
    DemoTalk("viber", "Мария Иванова", ("Диван привезли с царапиной, позовите, пожалуйста, менеджера!",)),
)


def hold_talks(simulator_url: str) -> None:
    """Hold all of them; each word is answered before the next.

    Raises:
        StackError: a message was refused, or not answered in time.
    """
    with httpx.Client(base_url=simulator_url, trust_env=False, timeout=_ANSWER_SECONDS + 10) as simulator:
        for talk in DEMO_TALKS:
            _hold(simulator, talk)


def _hold(simulator: httpx.Client, talk: DemoTalk) -> None:
    chat = {"platform": talk.platform, "user": talk.user}
    for words in talk.words:
        before = _answers(simulator, chat)
        sent = simulator.post("/control/act", json={**chat, "action": "send_text", "text": words})
        if not sent.is_success or sent.json().get("status") != httpx.codes.OK:
            raise StackError(f"the webhook refused «{words}»", remedy=f"read {LOGS}/host-http.log")
        waiting = {"wait": str(before + 1), "timeout": str(_ANSWER_SECONDS)}
        if not simulator.get("/control/messages", params={**chat, **waiting}).is_success:
            raise StackError(f"«{words}» was not answered", remedy=f"read {LOGS}/host-queues.log")


def _answers(simulator: httpx.Client, chat: dict[str, Any]) -> int:
    return len(simulator.get("/control/messages", params=chat).json()["messages"])
