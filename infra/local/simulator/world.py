"""Who talks to whom: bots, people, chats and the messages in them. Everything is bounded."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from infra.local.simulator.events import EventHub
from infra.local.simulator.wire import Json

__all__ = ["Bot", "Button", "Chat", "ChatKind", "Membership", "Message", "Person", "Platform", "Watcher", "World"]

_MESSAGES_PER_CHAT = 400
_CHATS = 20_000


class Platform(StrEnum):
    """The imitated messengers."""

    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    VIBER = "viber"


class ChatKind(StrEnum):
    """A talk of one person with the bot, or a group the bot is a member of."""

    PRIVATE = "private"
    GROUP = "group"


class Membership(StrEnum):
    """Whether the bot may write: not before the person began, not after a block."""

    NEW = "new"
    ACTIVE = "active"
    BLOCKED = "blocked"


@dataclass(slots=True)
class Bot:
    """What every platform's bot has; the platforms add their credentials."""

    platform: Platform
    bot_id: str
    name: str
    webhook_url: str


@dataclass(slots=True)
class Person:
    """A messenger account. ``id`` is the platform's identity, ``details`` what only it has.

    ``aliases``: what else the account is found by (WhatsApp knows a person by number and by user id).
    """

    platform: Platform
    id: str
    name: str
    language: str = "ru"
    phone: str = ""
    details: Json = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Button:
    """Something a person can press, whatever the platform calls it.

    ``action``: callback (inline button, reply button), choice (row of a list), text (reply keyboard),
    contact, location, url, none. ``payload`` is what comes back to the bot.
    """

    title: str
    action: str
    payload: str = ""
    description: str = ""


@dataclass(slots=True)
class Message:
    """One message as the chat shows it, with the ``wire`` form it came in."""

    id: str
    from_bot: bool
    kind: str
    at: float
    text: str = ""
    sender: str = ""
    entities: list[Json] = field(default_factory=list)
    file_id: str = ""
    album: str = ""
    content: Json = field(default_factory=dict)
    markup: Json | None = None
    buttons: list[Button] = field(default_factory=list)
    status: str = "sent"
    edited: bool = False
    wire: Json = field(default_factory=dict)


@dataclass(slots=True)
class Chat:
    """The messages between a bot and a person or group; the last 400 are kept.

    ``details``: what only that platform's chats have (Telegram's topics, a group's new id).
    """

    bot: Bot
    id: str
    kind: ChatKind
    person: Person | None
    title: str
    membership: Membership = Membership.NEW
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=_MESSAGES_PER_CHAT))
    keyboard: Json | None = None
    last_inbound_at: float | None = None
    sent_since_inbound: deque[float] = field(default_factory=lambda: deque(maxlen=200))
    typing_until: float = 0.0
    details: Json = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def key(self) -> str:
        """Identity over all bots: ``platform/bot/chat``."""
        return f"{self.bot.platform}/{self.bot.bot_id}/{self.id}"

    def find(self, message_id: str) -> Message | None:
        """The message of that id, newest first."""
        return next((message for message in reversed(self.messages) if message.id == message_id), None)

    def remembers(self, message_id: str) -> bool:
        """Whether there is such a message, or was one before the oldest that is kept."""
        if self.find(message_id) is not None:
            return True
        full = len(self.messages) == self.messages.maxlen
        return full and message_id.isdigit() and int(message_id) < int(self.messages[0].id)

    @property
    def received(self) -> list[Message]:
        """What the bot has sent here, oldest first; not what the shop's owner typed in an app."""
        return [message for message in self.messages if message.from_bot and not message.content.get("typed")]


class Watcher(Protocol):
    """Whoever has to know of every chat that changes."""

    def changed(self, chat: Chat) -> None:
        """Something in the chat is new."""

    def gone(self, key: str) -> None:
        """There is no chat of that key any more."""


class World:
    """All bots, people and chats. The least recently used chats go first above 20,000."""

    def __init__(self, events: EventHub) -> None:
        self.events = events
        self.watcher: Watcher | None = None
        self.bots: dict[str, Bot] = {}
        self._chats: OrderedDict[str, Chat] = OrderedDict()
        self._people: OrderedDict[tuple[str, str], Person] = OrderedDict()
        self._aliases: dict[tuple[str, str], Person] = {}

    def add_bot(self, bot: Bot) -> None:
        """Register a bot, or replace the one of the same platform and id."""
        self.bots[f"{bot.platform}/{bot.bot_id}"] = bot
        self.events.publish("bots", {})

    def add_person(self, person: Person) -> Person:
        """Register an account, or return the known one of the same id."""
        known = self._people.setdefault((person.platform, person.id), person)
        if known is person:
            self.find_by(person, *person.aliases)
        if len(self._people) > _CHATS:
            _, forgotten = self._people.popitem(last=False)
            self._forget_aliases(forgotten)
        return known

    def restore_person(self, person: Person) -> None:
        """Put back an account as it was kept, over one that was made anew under the same id or alias."""
        known = next(
            filter(None, (self.person(person.platform, name) for name in (person.id, *person.aliases))), None
        )
        if known is None:
            self.add_person(person)
            return
        if known.id != person.id:
            self.rename(known, person.id)
        known.name, known.language, known.phone = person.name, person.language, person.phone
        known.details = person.details
        self.find_by(known, *person.aliases)

    def find_by(self, person: Person, *aliases: str) -> None:
        """Let an account be found by these and nothing else, beside its id."""
        self._forget_aliases(person)
        person.aliases = [alias for alias in aliases if alias]
        for alias in person.aliases:
            self._aliases[person.platform, alias] = person

    def _forget_aliases(self, person: Person) -> None:
        for alias in person.aliases:
            if self._aliases.get((person.platform, alias)) is person:
                del self._aliases[person.platform, alias]

    def rename(self, person: Person, new_id: str) -> None:
        """Give an account another id; its chats go along."""
        old_id, person.id = person.id, new_id
        if self._people.get((person.platform, old_id)) is person:
            del self._people[person.platform, old_id]
        self._people[person.platform, new_id] = person
        for chat in [chat for chat in self._chats.values() if chat.person is person]:
            self.move_chat(chat, new_id)

    def move_chat(self, chat: Chat, new_id: str) -> None:
        """Give a chat another id."""
        self._chats.pop(chat.key, None)
        if self.watcher is not None:
            self.watcher.gone(chat.key)
        chat.id = new_id
        self._chats[chat.key] = chat
        self.touch(chat)

    def restore(self, chat: Chat) -> None:
        """Put back a chat as it was kept, over one that was made anew."""
        self._chats[chat.key] = chat
        self._chats.move_to_end(chat.key)

    def people(self, platform: Platform) -> list[Person]:
        """Accounts of a platform, oldest first."""
        return [person for person in self._people.values() if person.platform == platform]

    def person(self, platform: Platform, person_id: str) -> Person | None:
        """The account of that id, or found by that."""
        return self._people.get((platform, person_id)) or self._aliases.get((platform, person_id))

    def open_chat(self, bot: Bot, person: Person) -> Chat:
        """The private chat of that person with the bot, made on first use."""
        return self._open(Chat(bot, person.id, ChatKind.PRIVATE, person, person.name))

    def open_group(self, bot: Bot, group_id: str, title: str) -> Chat:
        """A group the bot is a member of, made on first use."""
        group = self._open(Chat(bot, group_id, ChatKind.GROUP, None, title))
        group.membership = Membership.ACTIVE
        return group

    def _open(self, chat: Chat) -> Chat:
        known = self._chats.setdefault(chat.key, chat)
        self._chats.move_to_end(known.key)
        if len(self._chats) > _CHATS:
            key, _ = self._chats.popitem(last=False)
            if self.watcher is not None:
                self.watcher.gone(key)
        return known

    def chat(self, bot: Bot, chat_id: str) -> Chat | None:
        """The bot's chat of that id."""
        return self._chats.get(f"{bot.platform}/{bot.bot_id}/{chat_id}")

    def chats(self, bot: Bot | None = None) -> list[Chat]:
        """All chats, or those of one bot."""
        return [chat for chat in self._chats.values() if bot is None or chat.bot is bot]

    def post(self, chat: Chat, message: Message) -> None:
        """Add a message to a chat and tell whoever waits or watches."""
        chat.messages.append(message)
        if message.from_bot:
            chat.typing_until = 0.0
        self.touch(chat)

    def touch(self, chat: Chat) -> None:
        """Tell whoever waits or watches that something in the chat changed."""
        changed, chat.changed = chat.changed, asyncio.Event()
        changed.set()
        if self.watcher is not None:
            self.watcher.changed(chat)
        if self.events.watched:
            self.events.publish("chat", {"chat": chat.key})

    def remove(self, chat: Chat, message: Message) -> None:
        """Take a message out of the chat, as a deletion does."""
        chat.messages.remove(message)
        self.touch(chat)

    def clear(self, chat: Chat) -> None:
        """Forget the chat's messages; membership and times stay."""
        chat.messages.clear()
        chat.keyboard = None
        self.touch(chat)
