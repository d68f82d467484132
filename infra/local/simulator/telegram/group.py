"""A group that the bot is a member of: its members, its topics, its way to a supergroup."""

from __future__ import annotations

from infra.local.simulator.environment import Environment
from infra.local.simulator.identities import telegram_id
from infra.local.simulator.telegram.authors import (
    Author,
    as_anonymous_admin,
    as_another_bot,
    as_channel,
    as_linked_channel,
)
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.person import TelegramPerson
from infra.local.simulator.telegram.topics import open_topic, topic_id, topics
from infra.local.simulator.telegram.updates import TelegramUpdates
from infra.local.simulator.world import Chat, Message, Person, Platform

__all__ = ["TelegramGroup", "group_chat"]


def group_chat(environment: Environment, bot: TelegramBot, title: str) -> Chat:
    """The group of that title, made on first use; the supergroup where it has become one."""
    chat = environment.world.open_group(bot, f"-{telegram_id(title)}", title)
    moved_to = chat.details.get("migrated_to")
    return environment.world.open_group(bot, moved_to, title) if moved_to else chat


class TelegramGroup:
    """Whoever can write in the group, each as a ``TelegramPerson``."""

    def __init__(self, environment: Environment, bot: TelegramBot, title: str, updates: TelegramUpdates) -> None:
        self.bot = bot
        self.title = title
        self._environment = environment
        self._updates = updates

    @property
    def chat(self) -> Chat:
        """The group's chat; another one once it is a supergroup."""
        return group_chat(self._environment, self.bot, self.title)

    @property
    def received(self) -> list[Message]:
        """What the bot has sent to the group, oldest first."""
        return self.chat.received

    def member(self, name: str, *, user_id: int | None = None) -> TelegramPerson:
        """The person of that name as a member."""
        number = user_id or telegram_id(name)
        phone = f"7701{number % 10_000_000:07d}"
        person = Person(Platform.TELEGRAM, str(number), name, "ru", phone, {"username": ""})
        return self._person(self._environment.world.add_person(person))

    def anonymous_admin(self, signature: str = "") -> TelegramPerson:
        """An administrator who writes in the group's name; ``signature`` is their title."""
        return self._stand_in(self.title, as_anonymous_admin(signature))

    def channel(self, title: str) -> TelegramPerson:
        """Somebody who writes in the name of a channel of theirs."""
        return self._stand_in(title, as_channel(title))

    def linked_channel(self, title: str) -> TelegramPerson:
        """The channel whose discussion the group is: its posts come forwarded by Telegram."""
        return self._stand_in(title, as_linked_channel(title))

    def another_bot(self, name: str) -> TelegramPerson:
        """A bot of somebody else's."""
        return self._stand_in(name, as_another_bot(name))

    async def open_topic(self, name: str, *, by: TelegramPerson) -> int:
        """Make a topic: the group is a forum from then on, and ``forum_topic_created`` is told."""
        self.chat.details |= {"forum": True, "supergroup": True}
        number = str(next(self.bot.next_message_id))
        open_topic(self.chat, number, name)
        creator = by.in_topic(name)
        return await creator.send_service(forum_topic_created={"name": name, "icon_color": 7322096})

    async def close_topic(self, name: str, *, by: TelegramPerson) -> int:
        """Close a topic: nothing more can be sent to it. Raises ``LookupError`` when there is none."""
        topics(self.chat)[self._topic(name)]["closed"] = True
        return await by.in_topic(name).send_service(forum_topic_closed={})

    def delete_topic(self, name: str) -> None:
        """Delete a topic with its messages: nobody is told. Raises ``LookupError`` when there is none."""
        number = self._topic(name)
        del topics(self.chat)[number]
        gone = [message for message in self.chat.messages if message.content.get("thread") == number]
        for message in gone:
            self._environment.world.remove(self.chat, message)

    async def upgrade(self, *, by: TelegramPerson, told: bool = True) -> str:
        """Become a supergroup with an id of its own, which is returned.

        Both service messages come, ``migrate_to_chat_id`` from the old chat and ``migrate_from_chat_id``
        from the new one; with ``told`` False neither does, and the bot learns it from a refused send.
        """
        world, chat = self._environment.world, self.chat
        old_id, new_id = chat.id, f"-100{telegram_id(self.title + ' supergroup')}"
        if told:
            await by.send_service(migrate_to_chat_id=int(new_id))
        # people see one chat all along; for the bot what was written before is in the old one, out of reach
        world.move_chat(chat, new_id)
        chat.details |= {"supergroup": True, "since": next(self.bot.next_message_id)}
        old = world.open_group(self.bot, old_id, self.title)
        old.details["migrated_to"] = new_id
        world.touch(old)
        if told:
            await by.send_service(migrate_from_chat_id=int(old_id))
        return new_id

    def _topic(self, name: str) -> str:
        number = topic_id(self.chat, name)
        if number is None:
            raise LookupError(f"no topic {name!r} in {self.title}")
        return number

    def _stand_in(self, name: str, author: Author) -> TelegramPerson:
        """Whoever has no account of their own here: known to the group alone."""
        return self._person(Person(Platform.TELEGRAM, str(author(self.chat)["from"]["id"]), name), author)

    def _person(self, person: Person, author: Author | None = None) -> TelegramPerson:
        return TelegramPerson(self._environment, self.chat, person, self.bot, self._updates, author=author)
