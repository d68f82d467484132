"""The world as JSON, for the page and for tests in other processes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from infra.local.simulator.wire import Json
from infra.local.simulator.world import Bot, Chat, Message

if TYPE_CHECKING:
    from infra.local.simulator.simulator import Simulator

__all__ = ["bot_view", "chat_view", "message_view", "state_view"]


def message_view(message: Message, *, wire: bool = False) -> Json:
    """A message; with the call it came in where ``wire`` asks for it."""
    view = asdict(message)
    if not wire:
        del view["wire"]
    return view


def chat_view(chat: Chat, now: float) -> Json:
    """A chat with all its messages."""
    return {
        "key": chat.key,
        "platform": chat.bot.platform,
        "bot_id": chat.bot.bot_id,
        "id": chat.id,
        "kind": chat.kind,
        "title": chat.title,
        "membership": chat.membership,
        "typing": max(0.0, chat.typing_until - now),
        "keyboard": chat.keyboard,
        "last_inbound_at": chat.last_inbound_at,
        "messages": [message_view(message) for message in chat.messages],
    }


def bot_view(bot: Bot) -> Json:
    """A bot without its credentials; ``username`` where links lead to it by one."""
    return {
        "username": getattr(bot, "username", ""),
        "platform": bot.platform,
        "bot_id": bot.bot_id,
        "name": bot.name,
        "webhook_url": bot.webhook_url,
        "commands": getattr(bot, "commands", []),
    }


def state_view(simulator: Simulator) -> Json:
    """Bots, people by name, and the fault rules in force."""
    names: dict[str, None] = {}
    for messenger in (simulator.telegram, simulator.whatsapp, simulator.viber):
        for person in simulator.world.people(messenger.platform):
            names[person.name] = None
    return {
        "bots": [bot_view(bot) for bot in simulator.world.bots.values()],
        "people": list(names)[:500],
        "faults": [asdict(fault) for fault in simulator.faults.list()],
        "now": simulator.clock.now(),
        "pending": simulator.delivery.pending,
    }
