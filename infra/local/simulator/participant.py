"""A person in a chat with a bot: what tests and the page do on that person's behalf.

Every action that reaches the bot returns the HTTP status the bot gave to the first try of the
webhook; 0 stands for no answer (refused connection, held back, nothing to send to).
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from infra.local.simulator.delivery import NO_ANSWER, Webhook
from infra.local.simulator.environment import Environment
from infra.local.simulator.errors import SimulatorError
from infra.local.simulator.wire import Json, UploadedFile
from infra.local.simulator.world import Bot, Button, Chat, Membership, Message, Person

__all__ = ["NoSuchButtonError", "Participant", "first_status"]

_ANSWER_SECONDS = 65.0


class NoSuchButtonError(SimulatorError, LookupError):
    """No message in the chat has that button."""


async def first_status(webhook: Webhook | None, *, within: float = _ANSWER_SECONDS) -> int:
    """The bot's answer to the first try of a webhook; 0 when there is none within ``within`` seconds."""
    if webhook is None:
        return NO_ANSWER
    try:
        return await asyncio.wait_for(asyncio.shield(webhook.first), within)
    except TimeoutError:
        return NO_ANSWER


class Participant(ABC):
    """One person's side of one chat."""

    def __init__(self, environment: Environment, chat: Chat, person: Person) -> None:
        self.environment = environment
        self.chat = chat
        self.person = person

    @property
    def id(self) -> str:
        """The platform's identity of the person (Telegram user id, phone digits, Viber id)."""
        return self.person.id

    @property
    def name(self) -> str:
        """The name the person goes by."""
        return self.person.name

    @property
    def bot(self) -> Bot:
        """The bot at the other end."""
        return self.chat.bot

    @property
    def received(self) -> list[Message]:
        """What the bot has sent, oldest first; deleted messages are gone, edited ones in their new form."""
        return self.chat.received

    @property
    def last(self) -> Message:
        """The newest message of the bot; raises ``LookupError`` when there is none."""
        if not self.received:
            raise LookupError(f"{self.name} has received nothing")
        return self.received[-1]

    @property
    def typing(self) -> bool:
        """Whether the bot is shown as typing."""
        return self.chat.typing_until > self.environment.clock.now()

    def clear(self) -> None:
        """Forget the chat's messages."""
        self.environment.world.clear(self.chat)

    async def wait_for(self, count: int = 1, timeout: float = 60.0) -> list[Message]:
        """The bot's messages once there are ``count`` of them.

        Raises ``TimeoutError`` that tells what did come when ``timeout`` seconds pass first.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        while len(self.received) < count:
            changed = self.chat.changed
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                texts = [message.text[:80] for message in self.received]
                raise TimeoutError(f"{self.name}: {len(texts)} of {count} messages in {timeout} s: {texts}")
            try:
                await asyncio.wait_for(changed.wait(), left)
            except TimeoutError:
                continue
        return self.received

    def find_button(self, title_or_id: str, message_id: str | None = None) -> tuple[Message, Button]:
        """The newest button with that title or payload, of ``message_id`` where given.

        Raises ``NoSuchButtonError``, which lists the buttons there are.
        """
        seen: list[str] = []
        for message in reversed(self.chat.messages):
            if message_id not in (None, message.id):
                continue
            for button in message.buttons:
                if title_or_id in (button.payload, button.title):
                    return message, button
                seen.append(button.title)
        raise NoSuchButtonError(f"{title_or_id!r} is not among {seen[:40]}")

    def _say(self, message: Message) -> Message:
        """Put the person's own message into the chat."""
        now = self.environment.clock.now()
        message.at = now
        message.sender = self.person.name
        self.chat.last_inbound_at = now
        self.chat.sent_since_inbound.clear()
        if self.chat.membership is Membership.NEW:
            self.chat.membership = Membership.ACTIVE
        self.environment.world.post(self.chat, message)
        return message

    async def _tell(self, message: Message, webhook: Webhook | None) -> int:
        """Wait for the bot's first answer; the message is marked when the delivery ends, well or not."""
        if webhook is not None:
            webhook.done.add_done_callback(lambda done: self._mark(message, accepted=done.result()))
        return await first_status(webhook)

    def _mark(self, message: Message, *, accepted: bool) -> None:
        if message.status == "sent":
            message.status = "delivered" if accepted else "failed"
            self.environment.world.touch(self.chat)

    def _keep(self, file: UploadedFile) -> tuple[str, Json]:
        """Store a file the person sends; its id and what the chat shows of it."""
        stored = self.environment.media.put(file, at=self.environment.clock.now())
        return stored.id, {"file": {"name": file.name, "mime": file.mime, "size": len(file.data)}}

    @abstractmethod
    async def start(self, payload: str = "") -> int:
        """Open the conversation as a newcomer does, with a deep link's payload where given."""

    @abstractmethod
    async def send_text(self, text: str) -> int:
        """Send a text."""

    @abstractmethod
    async def send_photo(self, file: UploadedFile | None = None, *, caption: str = "") -> int:
        """Send a photo (a sample where no file is given)."""

    @abstractmethod
    async def send_album(self, files: list[UploadedFile] | None = None, *, caption: str = "") -> list[int]:
        """Send several photos together (two samples where none are given); one status per webhook."""

    @abstractmethod
    async def send_voice(self, file: UploadedFile | None = None) -> int:
        """Send a voice note (a sample where no file is given)."""

    @abstractmethod
    async def send_document(self, file: UploadedFile | None = None, *, caption: str = "") -> int:
        """Send a document (a sample PDF where no file is given)."""

    @abstractmethod
    async def send_location(self, latitude: float = 51.1283, longitude: float = 71.4305) -> int:
        """Send a place, in degrees (Astana where none is given)."""

    @abstractmethod
    async def send_contact(self, phone: str | None = None, name: str | None = None) -> int:
        """Send a contact: the person's own where nothing is given."""

    @abstractmethod
    async def press(self, title_or_id: str, *, message_id: str | None = None) -> int:
        """Press a button or choose a list row; raises ``NoSuchButtonError``."""

    @abstractmethod
    async def edit(self, text: str, *, message_id: str | None = None) -> int:
        """Change an own text message (the last where none is named); 0 where the platform knows no edits."""

    @abstractmethod
    async def read(self) -> int:
        """Have seen everything the bot sent; 0 where the platform tells no bot."""

    @abstractmethod
    async def block(self) -> int:
        """Block the bot, or leave it; 0 where the platform tells no bot."""

    @abstractmethod
    async def unblock(self) -> int:
        """Undo ``block``."""

    def _own_text(self, message_id: str | None) -> Message:
        for message in reversed(self.chat.messages):
            if not message.from_bot and message.kind == "text" and message_id in (None, message.id):
                return message
        raise LookupError("there is no such text to edit")
