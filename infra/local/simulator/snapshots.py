"""The simulator's world as JSON that a later simulator can read: bots, people, chats, webhooks on their way."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from infra.local.simulator.delivery import Webhook
from infra.local.simulator.demo_state import add_bot
from infra.local.simulator.telegram.bots import RunningNumber, TelegramBot
from infra.local.simulator.viber.accounts import ViberAccount
from infra.local.simulator.whatsapp.identity import KnownBy
from infra.local.simulator.whatsapp.numbers import WhatsAppNumber
from infra.local.simulator.wire import Json
from infra.local.simulator.world import Bot, Button, Chat, ChatKind, Membership, Message, Person, Platform

if TYPE_CHECKING:
    from infra.local.simulator.simulator import Simulator

__all__ = ["chat_snapshot", "restore_chat", "restore_webhooks", "restore_world", "world_snapshot"]

_MAX_PEOPLE = 1_000
_MAX_UNSETTLED = 1_000
_CREDENTIALS = {
    Platform.TELEGRAM: ("token", "secret_token", "username"),
    Platform.WHATSAPP: (
        "access_token",
        "phone_number_id",
        "app_secret",
        "verify_token",
        "waba_id",
        "display_phone_number",
    ),
    Platform.VIBER: ("auth_token",),
}


def world_snapshot(simulator: Simulator, *, listed: set[str]) -> Json:
    """Everything but the chats. ``listed``: bots of the state file, whose secrets stand there."""
    bots = simulator.world.bots
    people = [person for platform in Platform for person in simulator.world.people(platform)[-_MAX_PEOPLE:]]
    unsettled = simulator.delivery.unsettled[:_MAX_UNSETTLED]
    return {
        "offset": simulator.clock.offset,
        "bots": {key: _bot_snapshot(bot, with_secrets=key not in listed) for key, bot in bots.items()},
        "people": [asdict(person) for person in people],
        "webhooks": [_webhook_snapshot(webhook) for webhook in unsettled],
    }


def restore_world(simulator: Simulator, kept: Json) -> None:
    """Bring back bots, people and the clock.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what has another shape.
    """
    simulator.clock.advance(float(kept["offset"]))
    for key, entry in kept["bots"].items():
        if key not in simulator.world.bots and "credentials" in entry:
            add_bot(simulator, entry)
        if key in simulator.world.bots:
            _restore_settings(simulator.world.bots[key], entry["settings"])
    for entry in kept["people"]:
        person = Person(**{**entry, "platform": Platform(entry["platform"])})
        simulator.world.restore_person(person)


def restore_webhooks(simulator: Simulator, kept: Json) -> None:
    """Send on what was not delivered; what has expired meanwhile is dropped."""
    now = simulator.clock.now()
    for entry in kept["webhooks"]:
        bot = simulator.world.bots.get(entry["bot"])
        if bot is None or entry["expires_at"] <= now:
            continue
        raw, label, queue = base64.b64decode(entry["body"]), entry["label"], entry["queue"]
        if isinstance(bot, TelegramBot):
            simulator.telegram.api.updates.push_raw(bot, raw, kind=label, queue=queue)
        elif isinstance(bot, WhatsAppNumber):
            simulator.whatsapp.api.webhooks.push_raw(bot, raw, queue=queue, label=label)
        elif isinstance(bot, ViberAccount):
            simulator.viber.api.webhooks.push_raw(bot, raw, queue=queue, label=label)


def chat_snapshot(chat: Chat) -> Json:
    """A chat with its messages."""
    return {
        "bot": f"{chat.bot.platform}/{chat.bot.bot_id}",
        "id": chat.id,
        "kind": chat.kind,
        "person": chat.person.id if chat.person is not None else None,
        "title": chat.title,
        "membership": chat.membership,
        "messages": [asdict(message) for message in chat.messages],
        "keyboard": chat.keyboard,
        "last_inbound_at": chat.last_inbound_at,
        "sent_since_inbound": list(chat.sent_since_inbound),
        "details": chat.details,
    }


def restore_chat(simulator: Simulator, kept: Json) -> Chat | None:
    """Bring back a chat; None where its bot or person is gone."""
    bot = simulator.world.bots.get(kept["bot"])
    if bot is None:
        return None
    person = simulator.world.person(bot.platform, kept["person"]) if kept["person"] is not None else None
    if person is None and kept["person"] is not None:
        return None
    chat = Chat(bot, kept["id"], ChatKind(kept["kind"]), person, kept["title"], Membership(kept["membership"]))
    chat.messages.extend(_message(entry) for entry in kept["messages"])
    chat.keyboard = kept["keyboard"]
    chat.last_inbound_at = kept["last_inbound_at"]
    chat.sent_since_inbound.extend(kept["sent_since_inbound"])
    chat.details = kept["details"]
    simulator.world.restore(chat)
    if isinstance(bot, TelegramBot) and chat.messages:
        # the numbers are kept a moment later than the messages
        newest = max(int(message.id) for message in chat.messages)
        bot.next_message_id = RunningNumber(max(bot.next_message_id.upcoming, newest + 1))
    return chat


def _message(kept: Json) -> Message:
    return Message(**{**kept, "buttons": [Button(**button) for button in kept["buttons"]]})


def _bot_snapshot(bot: Bot, *, with_secrets: bool) -> Json:
    entry: Json = {"platform": bot.platform, "bot_id": bot.bot_id, "settings": _settings(bot)}
    if with_secrets:
        names = _CREDENTIALS[bot.platform]
        entry |= {"name": bot.name, "webhook_url": bot.webhook_url}
        entry["credentials"] = {name: getattr(bot, name) for name in names}
    return entry


def _settings(bot: Bot) -> Json:
    """What the bot's owner or a test has set since the bot was made."""
    if isinstance(bot, TelegramBot):
        return {
            "allowed_updates": bot.allowed_updates,
            "commands": bot.commands,
            "has_topics": bot.has_topics,
            "next_message_id": bot.next_message_id.upcoming,
            "next_update_id": bot.next_update_id.upcoming,
        }
    if isinstance(bot, WhatsAppNumber):
        return {"subscribed": bot.subscribed, "known_by": bot.known_by}
    if isinstance(bot, ViberAccount):
        return {"event_types": list(bot.event_types), "members": bot.members}
    return {}


def _restore_settings(bot: Bot, kept: Json) -> None:
    changed: dict[str, Any] = dict(kept)
    if isinstance(bot, TelegramBot):
        changed["next_message_id"] = RunningNumber(int(kept["next_message_id"]))
        upcoming = max(int(kept["next_update_id"]), bot.next_update_id.upcoming)
        changed["next_update_id"] = RunningNumber(upcoming)
    elif isinstance(bot, WhatsAppNumber):
        changed["known_by"] = KnownBy(kept["known_by"])
    elif isinstance(bot, ViberAccount):
        changed["event_types"] = tuple(kept["event_types"])
    for name, value in changed.items():
        setattr(bot, name, value)


def _webhook_snapshot(webhook: Webhook) -> Json:
    return {
        "bot": f"{webhook.bot.platform}/{webhook.bot.bot_id}",
        "body": base64.b64encode(webhook.body).decode(),
        "queue": webhook.queue,
        "label": webhook.label,
        "expires_at": webhook.expires_at,
    }
