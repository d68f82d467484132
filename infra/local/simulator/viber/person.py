"""A person on Viber."""

from __future__ import annotations

from infra.local.simulator import samples
from infra.local.simulator.delivery import NO_ANSWER
from infra.local.simulator.environment import Environment
from infra.local.simulator.participant import Participant, first_status
from infra.local.simulator.viber.accounts import ViberAccount, new_message_token
from infra.local.simulator.viber.api import ViberApi
from infra.local.simulator.wire import Json, UploadedFile
from infra.local.simulator.world import Chat, Membership, Message, Person

__all__ = ["ViberPerson"]

_LINK_SECONDS = 3600


class ViberPerson(Participant):
    """Acts in a chat with a bot account."""

    def __init__(
        self, environment: Environment, chat: Chat, person: Person, account: ViberAccount, api: ViberApi
    ) -> None:
        super().__init__(environment, chat, person)
        self.account = account
        self._api = api

    async def start(self, payload: str = "") -> int:
        """Open the chat: ``conversation_started``; a message in the answer's body is shown."""
        subscribed = self.chat.membership is Membership.ACTIVE
        body = self._api.webhooks.event(
            "conversation_started", type="open", context=payload, user=self._user(), subscribed=subscribed
        )

        async def on_welcome(answer: bytes) -> None:
            await self._api.welcome(self.account, self.chat, answer)

        webhook = self._api.webhooks.push(self.account, body, queue=self.id, on_welcome=on_welcome)
        return await first_status(webhook)

    async def subscribe(self) -> int:
        """Subscribe without writing: ``subscribed``."""
        self.chat.membership = Membership.ACTIVE
        self.environment.world.touch(self.chat)
        return await self._push(self._api.webhooks.event("subscribed", user=self._user()))

    async def send_text(self, text: str) -> int:
        """Send a text."""
        return await self._send(Message("", False, "text", 0.0, text), {"type": "text", "text": text})

    async def send_photo(self, file: UploadedFile | None = None, *, caption: str = "") -> int:
        """Send a picture: a link to it that works for an hour."""
        file = file or samples.photo()
        message, url = self._link("photo", file, caption)
        body = {
            "type": "picture",
            "media": url,
            "thumbnail": url,
            "file_name": file.name,
            "size": len(file.data),
        }
        return await self._send(message, body | ({"text": caption} if caption else {}))

    async def send_album(self, files: list[UploadedFile] | None = None, *, caption: str = "") -> list[int]:
        """Send several pictures: Viber has no albums, they are messages of their own."""
        statuses = []
        for index, file in enumerate(files or [samples.photo(), samples.photo()]):
            statuses.append(await self.send_photo(file, caption="" if index else caption))
        return statuses

    async def send_voice(self, file: UploadedFile | None = None) -> int:
        """Send a voice note, which reaches a bot as a file."""
        return await self._send_file("voice", file or samples.voice_note())

    async def send_document(self, file: UploadedFile | None = None, *, caption: str = "") -> int:
        """Send a file; Viber's files have no caption."""
        del caption
        return await self._send_file("document", file or samples.document())

    async def send_location(self, latitude: float = 51.1283, longitude: float = 71.4305) -> int:
        """Send a place."""
        content = {"location": {"latitude": latitude, "longitude": longitude}}
        message = Message("", False, "location", 0.0, content=content)
        return await self._send(message, {"type": "location", "location": {"lat": latitude, "lon": longitude}})

    async def send_contact(self, phone: str | None = None, name: str | None = None) -> int:
        """Send a contact."""
        shown = {"first_name": name or self.person.name, "phone_number": phone or self.person.phone}
        body = {
            "type": "contact",
            "contact": {"name": shown["first_name"], "phone_number": shown["phone_number"]},
        }
        return await self._send(Message("", False, "contact", 0.0, content={"contact": shown}), body)

    async def press(self, title_or_id: str, *, message_id: str | None = None) -> int:
        """Press a button: its ActionBody comes as a text, sharing buttons send contact or place."""
        _, button = self.find_button(title_or_id, message_id)
        if button.action == "contact":
            return await self.send_contact()
        if button.action == "location":
            return await self.send_location()
        if button.action != "callback":
            return NO_ANSWER
        own = Message("", False, "text", 0.0, button.title)
        return await self._send(own, {"type": "text", "text": button.payload})

    async def edit(self, text: str, *, message_id: str | None = None) -> int:
        """Viber tells bots of no edits: nothing is sent."""
        del text, message_id
        return NO_ANSWER

    async def read(self) -> int:
        """See everything: ``seen`` for each message of the bot not yet seen."""
        status = NO_ANSWER
        unread = [message for message in self.received if message.status in ("sent", "delivered")]
        for message in unread:
            message.status = "seen"
            status = await self._push(self._api.webhooks.event("seen", token=int(message.id), user_id=self.id))
        if unread:
            self.environment.world.touch(self.chat)
        return status

    async def block(self) -> int:
        """Unsubscribe: ``unsubscribed``."""
        self.chat.membership = Membership.BLOCKED
        self.environment.world.touch(self.chat)
        return await self._push(self._api.webhooks.event("unsubscribed", user_id=self.id))

    async def unblock(self) -> int:
        """Subscribe again."""
        return await self.subscribe()

    async def _send_file(self, kind: str, file: UploadedFile) -> int:
        message, url = self._link(kind, file, "")
        return await self._send(
            message, {"type": "file", "media": url, "file_name": file.name, "size": len(file.data)}
        )

    def _link(self, kind: str, file: UploadedFile, caption: str) -> tuple[Message, str]:
        file_id, content = self._keep(file)
        expires = int(self.environment.clock.now()) + _LINK_SECONDS
        extension = file.name.rsplit(".", 1)[-1]
        url = f"{self.environment.base_url}/viber/media/{file_id}.{extension}?expires={expires}"
        return Message("", False, kind, 0.0, caption, file_id=file_id, content=content), url

    async def _send(self, message: Message, body: Json) -> int:
        token = new_message_token()
        message.id = str(token)
        self.chat.membership = Membership.ACTIVE
        self._say(message)
        tracking = next((sent.wire.get("tracking_data") for sent in reversed(self.received)), None)
        if tracking:
            body = {**body, "tracking_data": tracking}
        event = self._api.webhooks.event("message", token=token, sender=self._user(), message=body, silent=False)
        return await self._tell(message, self._api.webhooks.push(self.account, event, queue=self.id))

    def _user(self) -> Json:
        return {
            "id": self.person.id,
            "name": self.person.name,
            "avatar": f"{self.environment.base_url}/page/avatar.svg",
            "country": "KZ",
            "language": self.person.language,
            "api_version": 10,
        }

    async def _push(self, body: Json) -> int:
        return await first_status(self._api.webhooks.push(self.account, body, queue=self.id))
