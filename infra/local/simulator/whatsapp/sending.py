"""Sending: who may be written to, what is accepted at once, and the statuses that follow."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Coroutine

from infra.local.simulator.delivery import Webhook
from infra.local.simulator.environment import Environment
from infra.local.simulator.faults import Fault
from infra.local.simulator.media import UnfetchableError, fetch
from infra.local.simulator.whatsapp.content import read_message
from infra.local.simulator.whatsapp.identity import contact_object, recipient_fields
from infra.local.simulator.whatsapp.numbers import WhatsAppNumber
from infra.local.simulator.whatsapp.refusals import (
    GraphError,
    error_object,
    invalid_parameter,
    missing_parameter,
    wrong_value,
)
from infra.local.simulator.whatsapp.webhooks import WhatsAppWebhooks
from infra.local.simulator.wire import ApiCall, Json
from infra.local.simulator.world import Chat, Membership, Message

__all__ = ["WINDOW_SECONDS", "WhatsAppSending", "new_message_id"]

WINDOW_SECONDS = 86_400.0
_TYPING_SECONDS = 25.0
_MAX_MEDIA = {"photo": 5, "voice": 16, "video": 16, "document": 100, "sticker": 1}
_WINDOW_CLOSED = (
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
)
_Failure = tuple[int, str]


def new_message_id() -> str:
    """A new ``wamid``."""
    return "wamid." + base64.b64encode(b"HBgL" + secrets.token_bytes(24)).decode()


class WhatsAppSending:
    """Carries out ``POST /{phone_number_id}/messages``."""

    def __init__(self, environment: Environment, webhooks: WhatsAppWebhooks) -> None:
        self._environment = environment
        self._webhooks = webhooks
        self._later: set[asyncio.Task[None]] = set()

    async def messages(self, number: WhatsAppNumber, call: ApiCall, fail_later: Fault | None) -> Json:
        """Send, or mark as read (with typing); raises ``GraphError``."""
        body = call.parameters
        if body.get("messaging_product") != "whatsapp":
            raise invalid_parameter("The parameter messaging_product is required and must be 'whatsapp'.")
        if body.get("status") is not None:
            return self._mark_read(number, body)
        recipient = _recipient(body)
        tracking = body.get("biz_opaque_callback_data", "")
        if not isinstance(tracking, str) or len(tracking) > 512:
            raise wrong_value("biz_opaque_callback_data must be at most 512 characters long")
        message = read_message(number, body)
        if not body.get("to"):
            _check_user_id(number, body)
        chat = self._chat(number, recipient)
        failure = self._refused(number, chat, message)
        self._resolve_uploaded(message, body)
        message.id, message.at = new_message_id(), self._environment.clock.now()
        message.sender, message.wire = number.name, dict(body)
        if fail_later is not None:
            failure = (fail_later.code if fail_later.code != 400 else 131026, fail_later.description)
        self._spawn(self._carry_out(number, chat, recipient, message, failure))
        contact = {"input": str(body.get("to") or body.get("recipient"))}
        contact["wa_id" if body.get("to") else "user_id"] = recipient
        sent: Json = {"id": message.id}
        if message.kind == "template":
            sent["message_status"] = "accepted"
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}

    def _chat(self, number: WhatsAppNumber, recipient: str) -> Chat | None:
        """The recipient's chat, by phone or by business-scoped id."""
        person = self._environment.world.person(number.platform, recipient)
        return self._environment.world.open_chat(number, person) if person is not None else None

    def _refused(self, number: WhatsAppNumber, chat: Chat | None, message: Message) -> _Failure | None:
        """Why the message will fail later; raises when it is refused at once."""
        if chat is None or chat.membership is Membership.BLOCKED:
            return 131026, "Message undeliverable"
        if message.kind == "template" or self.window_open(chat):
            return None
        details = _WINDOW_CLOSED
        if number.late_window_error:
            return 131047, details
        raise GraphError(131047, "(#131047) Re-engagement message", details)

    def window_open(self, chat: Chat) -> bool:
        """Whether the person wrote within the last 24 hours."""
        last = chat.last_inbound_at
        return last is not None and self._environment.clock.now() - last < WINDOW_SECONDS

    def _resolve_uploaded(self, message: Message, body: Json) -> None:
        part = body.get(str(body.get("type")))
        uploaded = part.get("id") if isinstance(part, dict) else None
        if not uploaded:
            return
        stored = self._environment.media.get(str(uploaded))
        if stored is None:
            raise wrong_value(f"Media ID {uploaded} is not valid")
        message.file_id = stored.id
        shown = message.content["file"]
        shown |= {"name": shown.get("name") or stored.name, "mime": stored.mime, "size": len(stored.data)}

    async def _carry_out(
        self,
        number: WhatsAppNumber,
        chat: Chat | None,
        recipient: str,
        message: Message,
        failure: _Failure | None,
    ) -> None:
        failure = failure or await self._resolve_linked(message)
        if failure is not None:
            message.status = "failed"
        if chat is not None and failure is None:
            self._show(chat, message)
        if failure is not None:
            self._push_status(number, chat, recipient, message, "failed", [error_object(*failure)])
            return
        for status in number.statuses:
            webhook = self._push_status(number, chat, recipient, message, status)
            if webhook is not None:
                await webhook.first
            message.status = status
        if chat is not None:
            self._environment.world.touch(chat)

    def _show(self, chat: Chat, message: Message) -> None:
        """Put a message into the chat; a reaction onto the message it is about."""
        if message.kind != "reaction":
            self._environment.world.post(chat, message)
            return
        target = chat.find(message.content["quoted"])
        if target is not None:
            target.content["reaction"] = message.text
            self._environment.world.touch(chat)

    async def _resolve_linked(self, message: Message) -> _Failure | None:
        part = message.wire.get(str(message.wire.get("type")))
        header = part.get("header") if isinstance(part, dict) else None
        if isinstance(header, dict) and header.get("type") in ("image", "document", "video"):
            part = header[header["type"]]
            stored_header = self._environment.media.get(str(part.get("id", "")))
            message.file_id = stored_header.id if stored_header else ""
        link = part.get("link") if isinstance(part, dict) else None
        if not link:
            return None
        limit = _MAX_MEDIA.get(message.kind, 5) * 1024 * 1024
        try:
            fetched = await fetch(self._environment.delivery.session, str(link), limit=limit)
        except UnfetchableError as error:
            return 131053, f"Downloading media from weblink failed: {error}"
        if message.kind == "photo" and fetched.mime not in ("image/jpeg", "image/png"):
            return (
                131053,
                f"Unsupported Image mime type {fetched.mime}. Please use one of image/jpeg, image/png.",
            )
        stored = self._environment.media.put(fetched, at=self._environment.clock.now())
        message.file_id = stored.id
        shown = message.content.setdefault("file", {})
        shown |= {"name": shown.get("name") or stored.name, "mime": stored.mime, "size": len(stored.data)}
        return None

    def push_read(self, number: WhatsAppNumber, chat: Chat, message: Message) -> asyncio.Future[int] | None:
        """The person has seen a message: status ``read``."""
        message.status = "read"
        written_to = str(message.wire.get("to") or message.wire.get("recipient") or "").lstrip("+")
        webhook = self._push_status(number, chat, written_to, message, "read")
        return webhook.first if webhook is not None else None

    def _push_status(
        self,
        number: WhatsAppNumber,
        chat: Chat | None,
        recipient: str,
        message: Message,
        status: str,
        errors: list[Json] | None = None,
    ) -> Webhook | None:
        person = chat.person if chat is not None else None
        entry: Json = {
            "id": message.id,
            "status": status,
            "timestamp": str(int(self._environment.clock.now())),
            **recipient_fields(person, recipient),
        }
        if status != "failed":
            category = "utility" if message.kind == "template" else "service"
            entry["conversation"] = {"id": secrets.token_hex(16), "origin": {"type": category}}
            entry["pricing"] = {
                "billable": category != "service",
                "pricing_model": "PMP",
                "category": category,
            }
        if message.wire.get("biz_opaque_callback_data"):
            entry["biz_opaque_callback_data"] = message.wire["biz_opaque_callback_data"]
        if errors:
            entry["errors"] = errors
        value: Json = {"statuses": [entry]}
        if person is not None and status != "failed":
            # a status tells who it is about as a message does, a failed one does not
            value = {"contacts": [contact_object(person)], **value}
        return self._webhooks.push(number, value, queue=recipient, label=f"status {status}")

    def _mark_read(self, number: WhatsAppNumber, body: Json) -> Json:
        wanted = body.get("message_id")
        if body.get("status") != "read" or not wanted:
            raise invalid_parameter("status must be 'read' and message_id is required")
        for chat in self._environment.world.chats(number):
            seen = chat.find(str(wanted))
            if seen is None or seen.from_bot:
                continue
            for message in chat.messages:
                if not message.from_bot and message.at <= seen.at:
                    message.status = "read"
            if isinstance(body.get("typing_indicator"), dict):
                chat.typing_until = self._environment.clock.now() + _TYPING_SECONDS
            self._environment.world.touch(chat)
            return {"success": True}
        raise invalid_parameter("Invalid message_id")

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def close(self) -> None:
        """Stop statuses that are still to come."""
        for task in list(self._later):
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)


def _check_user_id(number: WhatsAppNumber, body: Json) -> None:
    """131062: a code to log in with is sent to a number alone."""
    part = body.get("template")
    name = part.get("name") if isinstance(part, dict) else None
    template = (number.templates or {}).get(str(name))
    if template is not None and template.category == "authentication":
        details = "Business-scoped User ID (BSUID) recipients are not supported for this message."
        raise GraphError(131062, f"(#131062) {details}", details)


def _recipient(body: Json) -> str:
    to = body.get("to") or body.get("recipient")
    if not to:
        raise missing_parameter("The parameter to is required.")
    text = str(to)
    return text.lstrip("+") if body.get("to") else text
