"""One real conversation: a shopper writes to the demo company's Telegram bot and reads what it answers.

The messenger simulator delivers the message as Telegram does (over HTTP, with the bot's secret in the
header), and the answer comes back through the Bot API that the simulator speaks.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from infra.local.errors import StackError
from infra.local.state import DEMO, LOGS

__all__ = ["Exchange", "talk_to_demo_bot", "with_strikes"]

QUESTION = "Здравствуйте! Хочу красный диван до 250000"
ANSWER_SECONDS = 30.0
REMEDY = f"read {LOGS}/host-http.log and {LOGS}/host-queues.log"


@dataclass(frozen=True)
class Exchange:
    """What was said."""

    shopper: str
    question: str
    bot: str
    answers: Sequence[str]


def talk_to_demo_bot(simulator_url: str) -> Exchange:
    """Send the question as a new shopper and wait for the first answer.

    Raises:
        StackError: the webhook refused the message, or no answer came in time.
    """
    bot = _telegram_bot()
    chat = {
        "platform": "telegram",
        "bot_id": bot["bot_id"],
        # A new person at each start: no rate limit, no memory of an earlier start.
        "user": f"Айгерим {secrets.token_hex(2)}",
    }
    with httpx.Client(base_url=simulator_url, trust_env=False, timeout=ANSWER_SECONDS + 10) as simulator:
        sent = simulator.post("/control/act", json={**chat, "action": "send_text", "text": QUESTION})
        status = sent.json().get("status") if sent.is_success else f"{sent.status_code}: {sent.text}"
        if status != httpx.codes.OK:
            raise StackError(f"the webhook answered {status}", remedy=REMEDY)
        waiting = {**chat, "wait": "1", "timeout": str(ANSWER_SECONDS)}
        received = simulator.get("/control/messages", params=waiting)
        if received.status_code != httpx.codes.OK:
            raise StackError(f"the bot did not answer within {ANSWER_SECONDS:.0f} s", remedy=REMEDY)
    answers = [_shown(message) for message in received.json()["messages"]]
    return Exchange(chat["user"], QUESTION, bot.get("name", "bot"), answers)


def _telegram_bot() -> dict[str, Any]:
    bots: list[dict[str, Any]] = json.loads(DEMO.read_text())["bots"]
    return next(bot for bot in bots if bot["platform"] == "telegram")


def _shown(message: dict[str, Any]) -> str:
    words = str(message.get("text") or message.get("caption") or "")
    return with_strikes(words, message.get("entities") or []) or f"[{message.get('kind', 'message')}]"


def with_strikes(words: str, entities: Sequence[dict[str, Any]]) -> str:
    """Old prices as ``~~259 990 ₸~~``: a terminal shows no formatting. Offsets are UTF-16 units, as Telegram's."""
    units = words.encode("utf-16-le")
    for entity in sorted(entities, key=lambda entity: -int(entity["offset"])):
        if entity["type"] == "strikethrough":
            start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
            mark = "~~".encode("utf-16-le")
            units = units[:start] + mark + units[start:end] + mark + units[end:]
    return units.decode("utf-16-le")
