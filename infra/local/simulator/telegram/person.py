"""A person on Telegram."""

from __future__ import annotations

import secrets
from typing import Any

from infra.local.simulator import samples
from infra.local.simulator.delivery import NO_ANSWER
from infra.local.simulator.environment import Environment
from infra.local.simulator.participant import Participant, first_status
from infra.local.simulator.telegram.authors import Author
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.entities import detect_entities
from infra.local.simulator.telegram.links import read_link
from infra.local.simulator.telegram.objects import chat_object, message_object, user_object
from infra.local.simulator.telegram.topics import open_topic, thread_of_reply, topic_id
from infra.local.simulator.telegram.updates import TelegramUpdates
from infra.local.simulator.wire import Json, UploadedFile
from infra.local.simulator.world import Chat, ChatKind, Membership, Message, Person

__all__ = ["TelegramPerson"]


class TelegramPerson(Participant):
    """Acts in a private chat, or in a group as one of its members.

    ``author``: what the messages say of who wrote them where that is not simply the person
    (``telegram.authors``). ``thread``: the topic the person writes in.
    """

    def __init__(
        self,
        environment: Environment,
        chat: Chat,
        person: Person,
        bot: TelegramBot,
        updates: TelegramUpdates,
        *,
        author: Author | None = None,
        thread: str | None = None,
    ) -> None:
        super().__init__(environment, chat, person)
        self.telegram_bot = bot
        self.thread = thread
        self._author = author
        self._updates = updates

    def private(self, bot: TelegramBot | None = None) -> TelegramPerson:
        """The same person in the private chat with the bot (or with another one)."""
        bot = bot or self.telegram_bot
        chat = self.environment.world.open_chat(bot, self.person)
        return TelegramPerson(self.environment, chat, self.person, bot, self._updates)

    def in_topic(self, name: str) -> TelegramPerson:
        """The same person in a topic of this chat, opened silently where there is none of that name.

        A private chat gets topics by this too: the bot's ``has_topics`` is then true.
        """
        number = topic_id(self.chat, name)
        if number is None:
            number = str(next(self.telegram_bot.next_message_id))
            open_topic(self.chat, number, name)
            if self.chat.kind is ChatKind.PRIVATE:
                self.telegram_bot.has_topics = True
            else:
                self.chat.details |= {"forum": True, "supergroup": True}
        return TelegramPerson(
            self.environment,
            self.chat,
            self.person,
            self.telegram_bot,
            self._updates,
            author=self._author,
            thread=number,
        )

    async def open_link(self, url: str) -> int:
        """Follow ``https://t.me/<bot>?start=<payload>``: the private chat opens and starts with the payload.

        0 where the link leads to none of the simulator's bots.
        """
        link = read_link(url)
        bot = self._bot_named(link.username) if link is not None else None
        if link is None or bot is None:
            return NO_ANSWER
        return await self.private(bot).start(link.payload)

    def _bot_named(self, username: str) -> TelegramBot | None:
        others = [bot for bot in self.environment.world.bots.values() if isinstance(bot, TelegramBot)]
        candidates = [self.telegram_bot, *others]
        return next((bot for bot in candidates if bot.username.lower() == username.lower()), None)

    async def send_service(self, **fields: object) -> int:
        """A service message of any kind: ``send_service(new_chat_title="Дом")``."""
        return await self._send(Message("", False, "service", 0.0, content={"service": dict(fields)}))

    async def start(self, payload: str = "") -> int:
        """Press the Start button: ``/start``, with the deep link's payload."""
        return await self.send_text(f"/start {payload}".strip())

    async def send_text(self, text: str, *, reply_to: Message | None = None) -> int:
        """Send a text, as a reply to a message where given; commands and addresses are marked."""
        message = Message("", False, "text", 0.0, text, entities=detect_entities(text))
        if reply_to is not None:
            message.content["reply_to"] = reply_to.id
        return await self._send(message)

    async def send_photo(self, file: UploadedFile | None = None, *, caption: str = "") -> int:
        """Send a photo."""
        return await self._send_file("photo", file or samples.photo(), caption)

    async def send_album(self, files: list[UploadedFile] | None = None, *, caption: str = "") -> list[int]:
        """Send an album: one update per photo, one ``media_group_id``, the caption on the first."""
        album = str(secrets.randbits(53))
        statuses = []
        for index, file in enumerate(files or [samples.photo(), samples.photo()]):
            statuses.append(await self._send_file("photo", file, "" if index else caption, album=album))
        return statuses

    async def send_voice(self, file: UploadedFile | None = None) -> int:
        """Send a voice note."""
        return await self._send_file("voice", file or samples.voice_note(), "")

    async def send_audio(self, file: UploadedFile | None = None, *, caption: str = "") -> int:
        """Send a piece of music."""
        return await self._send_file("audio", file or samples.voice_note(), caption)

    async def send_document(self, file: UploadedFile | None = None, *, caption: str = "") -> int:
        """Send a document."""
        return await self._send_file("document", file or samples.document(), caption)

    async def send_location(self, latitude: float = 51.1283, longitude: float = 71.4305) -> int:
        """Send a place."""
        content = {"location": {"latitude": latitude, "longitude": longitude}}
        return await self._send(Message("", False, "location", 0.0, content=content))

    async def send_contact(self, phone: str | None = None, name: str | None = None) -> int:
        """Send a contact; the own one carries ``user_id``, which proves it."""
        first, _, last = (name or self.person.name).partition(" ")
        contact: Json = {"phone_number": phone or self.person.phone, "first_name": first}
        if last:
            contact["last_name"] = last
        if phone in (None, self.person.phone):
            contact["user_id"] = int(self.person.id)
        return await self._send(Message("", False, "contact", 0.0, content={"contact": contact}))

    async def press(self, title_or_id: str, *, message_id: str | None = None) -> int:
        """Press an inline button (callback_query) or a reply keyboard's (its text, contact or place)."""
        message, button = self.find_button(title_or_id, message_id)
        if button.action == "callback":
            return await self._press_inline(message, button.payload)
        if button.action == "contact":
            return await self.send_contact()
        if button.action == "location":
            return await self.send_location()
        if button.action == "url":
            return await self.open_link(button.payload)
        if button.action == "text":
            if self.chat.keyboard and self.chat.keyboard.get("one_time_keyboard"):
                self.chat.keyboard = None
            return await self.send_text(button.title)
        return NO_ANSWER

    async def _press_inline(self, message: Message, data: str) -> int:
        query_id = str(secrets.randbits(62))
        self.telegram_bot.remember_callback(query_id, self.chat.id)
        payload = {
            "id": query_id,
            "from": user_object(self.person),
            "message": message_object(self.chat, message, self.telegram_bot, self.environment.media),
            "chat_instance": str(abs(hash(self.chat.key))),
            "data": data,
        }
        return await self._push("callback_query", payload)

    async def edit(self, text: str, *, message_id: str | None = None) -> int:
        """Change an own text: ``edited_message`` with the same ``message_id``."""
        message = self._own_text(message_id)
        message.text, message.entities, message.edited = text, detect_entities(text), True
        message.content["edited_at"] = self.environment.clock.now()
        self.environment.world.touch(self.chat)
        return await self._push("edited_message", self._object(message))

    async def read(self) -> int:
        """Telegram tells no bot that it was read; the chat shows the double tick."""
        for message in self.received:
            message.status = "read"
        return NO_ANSWER

    async def block(self) -> int:
        """Block the bot: ``my_chat_member`` with status kicked."""
        return await self._change_membership(Membership.BLOCKED, "member", "kicked")

    async def unblock(self) -> int:
        """Unblock the bot: ``my_chat_member`` with status member."""
        return await self._change_membership(Membership.ACTIVE, "kicked", "member")

    async def _change_membership(self, membership: Membership, old: str, new: str) -> int:
        self.chat.membership = membership
        self.environment.world.touch(self.chat)
        bot = self.telegram_bot.as_user()
        kicked = {"until_date": 0}
        payload = {
            "chat": chat_object(self.chat),
            "from": user_object(self.person),
            "date": int(self.environment.clock.now()),
            "old_chat_member": {"user": bot, "status": old, **(kicked if old == "kicked" else {})},
            "new_chat_member": {"user": bot, "status": new, **(kicked if new == "kicked" else {})},
        }
        return await self._push("my_chat_member", payload)

    async def _send_file(self, kind: str, file: UploadedFile, caption: str, *, album: str = "") -> int:
        file_id, content = self._keep(file)
        message = Message("", False, kind, 0.0, caption, file_id=file_id, album=album, content=content)
        message.entities = detect_entities(caption)
        return await self._send(message)

    async def _send(self, message: Message) -> int:
        message.id = str(next(self.telegram_bot.next_message_id))
        blocked = self.chat.membership is Membership.BLOCKED
        message.content["author"] = self._author(self.chat) if self._author else {"from": user_object(self.person)}
        thread = self.thread or thread_of_reply(self.chat, message.content.get("reply_to", ""))
        if thread is not None:
            message.content["thread"] = thread
        self._say(message)
        if blocked:
            # writing to a blocked bot unblocks it, and the bot is told so first
            await self.unblock()
        webhook = self._updates.push(self.telegram_bot, "message", self._object(message), queue=self.chat.id)
        return await self._tell(message, webhook)

    def _object(self, message: Message) -> Json:
        return message_object(self.chat, message, self.telegram_bot, self.environment.media)

    async def _push(self, kind: str, payload: Any) -> int:
        return await first_status(self._updates.push(self.telegram_bot, kind, payload, queue=self.chat.id))
