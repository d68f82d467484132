"""A person on WhatsApp."""

from __future__ import annotations

from infra.local.simulator import samples
from infra.local.simulator.delivery import NO_ANSWER
from infra.local.simulator.environment import Environment
from infra.local.simulator.participant import Participant, first_status
from infra.local.simulator.whatsapp.numbers import WhatsAppNumber
from infra.local.simulator.whatsapp.sending import WhatsAppSending, new_message_id
from infra.local.simulator.whatsapp.webhooks import WhatsAppWebhooks
from infra.local.simulator.wire import Json, UploadedFile
from infra.local.simulator.world import Button, Chat, Membership, Message, Person

__all__ = ["WhatsAppPerson"]

_SHOWN = {"photo": "image", "voice": "audio", "audio": "audio", "document": "document"}


class WhatsAppPerson(Participant):
    """Acts in a chat with a business number.

    A person with ``details["user_id"]`` has a business-scoped id; with ``details["hide_phone"]`` the
    webhooks carry that id only, as for people who use a username.
    """

    def __init__(
        self,
        environment: Environment,
        chat: Chat,
        person: Person,
        *,
        number: WhatsAppNumber,
        webhooks: WhatsAppWebhooks,
        sending: WhatsAppSending,
    ) -> None:
        super().__init__(environment, chat, person)
        self.number = number
        self._webhooks = webhooks
        self._sending = sending

    async def start(self, payload: str = "") -> int:
        """WhatsApp has no start button: a first text, as a wa.me link prepares it."""
        return await self.send_text(payload or "Здравствуйте!")

    async def send_text(self, text: str) -> int:
        """Send a text."""
        return await self._send(Message("", False, "text", 0.0, text), {"type": "text", "text": {"body": text}})

    async def send_photo(self, file: UploadedFile | None = None, *, caption: str = "") -> int:
        """Send an image."""
        return await self._send_file("photo", file or samples.photo(), caption)

    async def send_album(self, files: list[UploadedFile] | None = None, *, caption: str = "") -> list[int]:
        """Send several images: WhatsApp has no albums, they are messages of their own."""
        statuses = []
        for index, file in enumerate(files or [samples.photo(), samples.photo()]):
            statuses.append(await self._send_file("photo", file, "" if index else caption))
        return statuses

    async def send_voice(self, file: UploadedFile | None = None) -> int:
        """Send a voice note (``audio`` with ``voice: true``)."""
        return await self._send_file("voice", file or samples.voice_note(), "")

    async def send_audio(self, file: UploadedFile | None = None) -> int:
        """Send an audio file (``voice: false``)."""
        return await self._send_file("audio", file or samples.voice_note(), "")

    async def send_document(self, file: UploadedFile | None = None, *, caption: str = "") -> int:
        """Send a document."""
        return await self._send_file("document", file or samples.document(), caption)

    async def send_location(self, latitude: float = 51.1283, longitude: float = 71.4305) -> int:
        """Send a place."""
        place = {"latitude": latitude, "longitude": longitude}
        message = Message("", False, "location", 0.0, content={"location": place})
        return await self._send(message, {"type": "location", "location": place})

    async def send_contact(self, phone: str | None = None, name: str | None = None) -> int:
        """Send a contact card."""
        shown, digits = name or self.person.name, phone or self.person.phone
        first, _, last = shown.partition(" ")
        names = {"formatted_name": shown, "first_name": first, **({"last_name": last} if last else {})}
        card = {"name": names, "phones": [{"phone": f"+{digits}", "wa_id": digits, "type": "CELL"}]}
        contact = {"first_name": shown, "phone_number": digits}
        message = Message("", False, "contact", 0.0, content={"contact": contact})
        return await self._send(message, {"type": "contacts", "contacts": [card]})

    async def send_reaction(self, emoji: str, *, message_id: str | None = None) -> int:
        """React to a message of the bot (the last where none is named); an empty emoji takes it back."""
        target = message_id or self.last.id
        return await self._push(
            {
                **self._head(new_message_id()),
                "type": "reaction",
                "reaction": {"message_id": target, "emoji": emoji},
            }
        )

    async def press(self, title_or_id: str, *, message_id: str | None = None) -> int:
        """Press a reply button or quick reply, choose a list row, or share the asked-for place."""
        message, button = self.find_button(title_or_id, message_id)
        if button.action == "location":
            return await self.send_location()
        if button.action == "url":
            return NO_ANSWER
        own = Message("", False, "text", 0.0, button.title, content={"quoted": message.id})
        context = {"from": self.number.display_phone_number, "id": message.id}
        return await self._send(own, {"context": context, **_press_body(button)})

    async def edit(self, text: str, *, message_id: str | None = None) -> int:
        """Change an own text: a message of type ``edit`` with an id of its own."""
        message = self._own_text(message_id)
        message.text, message.edited = text, True
        self.environment.world.touch(self.chat)
        changed = {"original_message_id": message.id, "message": {"type": "text", "text": {"body": text}}}
        return await self._push({**self._head(new_message_id()), "type": "edit", "edit": changed})

    async def read(self) -> int:
        """See everything: a status ``read`` for each message of the bot not yet read."""
        unread = [message for message in self.received if message.status in ("sent", "delivered")]
        status = NO_ANSWER
        for message in unread:
            answer = self._sending.push_read(self.number, self.chat, message)
            status = await answer if answer is not None else NO_ANSWER
        if unread:
            self.environment.world.touch(self.chat)
        return status

    async def block(self) -> int:
        """Block the number: nothing is told, later sends fail with 131026."""
        self.chat.membership = Membership.BLOCKED
        self.environment.world.touch(self.chat)
        return NO_ANSWER

    async def unblock(self) -> int:
        """Lift the block: nothing is told."""
        self.chat.membership = Membership.ACTIVE
        self.environment.world.touch(self.chat)
        return NO_ANSWER

    async def _send_file(self, kind: str, file: UploadedFile, caption: str) -> int:
        stored = self.environment.media.put_numbered(file, at=self.environment.clock.now())
        shown = {"file": {"name": file.name, "mime": file.mime, "size": len(file.data)}}
        message = Message("", False, kind, 0.0, caption, file_id=stored.id, content=shown)
        part: Json = {"id": stored.id, "mime_type": stored.mime, "sha256": stored.sha256}
        if kind in ("voice", "audio"):
            part |= {"voice": kind == "voice"}
            if stored.mime == "audio/ogg":
                part["mime_type"] = "audio/ogg; codecs=opus"
        if kind == "document":
            part["filename"] = file.name
        if caption:
            part["caption"] = caption
        name = _SHOWN[kind]
        return await self._send(message, {"type": name, name: part})

    async def _send(self, message: Message, body: Json) -> int:
        message.id = new_message_id()
        if self.chat.membership is Membership.BLOCKED:
            await self.unblock()
        self._say(message)
        return self._told(message, await self._push({**self._head(message.id), **body}))

    def _head(self, new_id: str) -> Json:
        head: Json = {"id": new_id, "timestamp": str(int(self.environment.clock.now()))}
        if not self.person.details.get("hide_phone"):
            head = {"from": self.person.phone, **head}
        if self.person.details.get("user_id"):
            head["from_user_id"] = self.person.details["user_id"]
        return head

    async def _push(self, message: Json) -> int:
        contact: Json = {"profile": {"name": self.person.name}}
        if not self.person.details.get("hide_phone"):
            contact["wa_id"] = self.person.phone
        if self.person.details.get("user_id"):
            contact["user_id"] = self.person.details["user_id"]
        value = {"contacts": [contact], "messages": [message]}
        label = f"message {message['type']}"
        return await first_status(self._webhooks.push(self.number, value, queue=self.chat.id, label=label))


def _press_body(button: Button) -> Json:
    if button.action == "quick_reply":
        return {"type": "button", "button": {"payload": button.payload, "text": button.title}}
    if button.action == "choice":
        row = {"id": button.payload, "title": button.title}
        if button.description:
            row["description"] = button.description
        return {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": row}}
    reply = {"id": button.payload, "title": button.title}
    return {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}
