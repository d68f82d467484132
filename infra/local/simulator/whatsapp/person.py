"""A person on WhatsApp."""

from __future__ import annotations

import json
from collections.abc import Sequence

from infra.local.simulator import samples
from infra.local.simulator.delivery import NO_ANSWER, Webhook
from infra.local.simulator.environment import Environment
from infra.local.simulator.participant import Participant, first_status
from infra.local.simulator.whatsapp.identity import KnownBy, change_identity, contact_object, sender_fields
from infra.local.simulator.whatsapp.numbers import WhatsAppNumber
from infra.local.simulator.whatsapp.sending import WhatsAppSending, new_message_id
from infra.local.simulator.whatsapp.webhooks import WhatsAppWebhooks
from infra.local.simulator.wire import Json, UploadedFile
from infra.local.simulator.world import Button, Chat, Membership, Message, Person

__all__ = ["WhatsAppPerson"]

_SHOWN = {"photo": "image", "voice": "audio", "audio": "audio", "document": "document"}


class WhatsAppPerson(Participant):
    """Acts in a chat with a business number.

    What the webhooks tell of the person (number, user id, username) is set with ``becomes_known_by`` and
    ``change_number``, also in the middle of a talk.
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

    @property
    def phone(self) -> str:
        """The number of the account, told or not; digits."""
        return self.person.phone

    @property
    def user_id(self) -> str:
        """The business-scoped user id, told or not."""
        return str(self.person.details["user_id"])

    def becomes_known_by(self, known_by: KnownBy | str, *, username: str | None = None) -> None:
        """From now on the webhooks tell the number, the user id or both (``number``, ``user_id``, ``both``)."""
        self.person.details["known_by"] = str(KnownBy(known_by))
        if username is not None:
            self.person.details["username"] = username

    async def change_number(self, phone: str, *, user_id: str = "", told: bool = True) -> int:
        """Move the account to another number: ``user_changed_number`` comes from the old one.

        The user id changes only where ``user_id`` is given, which a second notice (``user_changed_user_id``)
        tells. ``told`` False keeps both notices back. Raises ``ValueError`` when somebody has that number.
        """
        owner = self.environment.world.person(self.person.platform, phone)
        if owner not in (None, self.person):
            raise ValueError(f"{phone} belongs to {owner.name if owner else ''}")
        old_phone, old_user_id, known_by = self.phone, self.user_id, KnownBy(self.person.details["known_by"])
        change_identity(self.environment.world, self.person, phone=phone, user_id=user_id or old_user_id)
        status = NO_ANSWER
        if told and known_by.tells_number:
            body = f"User {self.name} changed from {old_phone} to {phone}"
            status = await self._notice({"body": body, "wa_id": phone, "type": "user_changed_number"}, old_phone)
        if told and known_by.tells_user_id and self.user_id != old_user_id:
            change = {"user_id": self.user_id, "previous_user_id": old_user_id}
            body = f"User changed from {old_user_id} to {self.user_id}"
            status = await self._notice({"body": body, **change, "type": "user_changed_user_id"})
        return status

    async def _notice(self, system: Json, sender: str = "") -> int:
        head: Json = {"id": new_message_id(), "timestamp": str(int(self.environment.clock.now()))}
        message = {**({"from": sender} if sender else {}), **head, "type": "system", "system": system}
        webhook = self._webhooks.push(
            self.number, {"messages": [message]}, queue=self.chat.id, label=f"system {system['type']}"
        )
        return await first_status(webhook)

    async def send_text(
        self, text: str, *, reply_to: Message | None = None, about: str = "", catalog_id: str = "194836987003835"
    ) -> int:
        """Send a text, as a reply where given; ``about`` an article, asked from its page in the catalogue."""
        message = Message("", False, "text", 0.0, text)
        body: Json = {"type": "text", "text": {"body": text}}
        context: Json = {"from": self.number.display_phone_number} if reply_to is not None or about else {}
        if reply_to is not None:
            message.content["quoted"] = context["id"] = reply_to.id
        if about:
            context["id"] = context.get("id") or new_message_id()
            context["referred_product"] = {"catalog_id": catalog_id, "product_retailer_id": about}
        return await self._send(message, {**({"context": context} if context else {}), **body})

    async def send_order(
        self,
        items: Sequence[tuple[str, int, float]],
        *,
        text: str = "",
        currency: str = "KZT",
        catalog_id: str = "194836987003835",
    ) -> int:
        """Send a cart filled from the shop's catalogue in WhatsApp: (article, pieces, price) each."""
        products = [
            {"product_retailer_id": article, "quantity": pieces, "item_price": price, "currency": currency}
            for article, pieces, price in items
        ]
        order: Json = {"catalog_id": catalog_id, "product_items": products}
        if text:
            order["text"] = text
        shown = "\n".join([text, *(f"{article} × {pieces}" for article, pieces, _ in items)]).strip()
        message = Message("", False, "order", 0.0, shown, content={"order": order})
        return await self._send(message, {"type": "order", "order": order})

    async def submit_flow(self, answers: Json, *, message_id: str | None = None) -> int:
        """Send a filled-in form (a Flow): ``nfm_reply`` with the answers as a JSON string."""
        context = {"from": self.number.display_phone_number, "id": message_id or self.last.id}
        reply = {"response_json": json.dumps(answers, ensure_ascii=False), "body": "Sent", "name": "flow"}
        message = Message("", False, "interactive", 0.0, "Sent", content={"flow": answers})
        body = {"context": context, "type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}}
        return await self._send(message, body)

    async def hears_owner(self, text: str) -> int:
        """The shop's owner writes to this person in the WhatsApp Business app: the bot gets an echo."""
        message = Message(new_message_id(), True, "text", self.environment.clock.now(), text)
        message.sender, message.content["typed"] = self.number.name, True
        self.environment.world.post(self.chat, message)
        echo: Json = {"from": self.number.display_phone_number, "to": self.phone}
        if KnownBy(self.person.details["known_by"]).tells_user_id:
            echo["to_user_id"] = self.user_id
        if not KnownBy(self.person.details["known_by"]).tells_number:
            del echo["to"]
        echo |= {"id": message.id, "timestamp": str(int(message.at)), "type": "text", "text": {"body": text}}
        value = {"contacts": [contact_object(self.person)], "message_echoes": [echo]}
        webhook = self._webhooks.push(
            self.number, value, queue=self.chat.id, label="echo text", field="smb_message_echoes"
        )
        return await first_status(webhook)

    async def send_unknown(self, kind: str, part: Json | None = None, **beside: object) -> int:
        """Send a message of any ``type`` with its part: what WhatsApp may invent tomorrow."""
        message = Message("", False, kind, 0.0, f"[{kind}]")
        return await self._send(message, {"type": kind, **({kind: part} if part is not None else {}), **beside})

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
        return await self._tell(message, self._webhook({**self._head(message.id), **body}))

    def _head(self, new_id: str) -> Json:
        moment = str(int(self.environment.clock.now()))
        return {**sender_fields(self.person), "id": new_id, "timestamp": moment}

    async def _push(self, message: Json) -> int:
        return await first_status(self._webhook(message))

    def _webhook(self, message: Json) -> Webhook | None:
        value = {"contacts": [contact_object(self.person)], "messages": [message]}
        label = f"message {message['type']}"
        return self._webhooks.push(self.number, value, queue=self.chat.id, label=label)


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
