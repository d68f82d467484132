"""The Viber REST API's server side: tokens, methods, statuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from aiohttp import web

from infra.local.simulator.environment import Environment
from infra.local.simulator.faults import Fault, FaultKind
from infra.local.simulator.media import UnfetchableError, fetch
from infra.local.simulator.viber.about import ABOUT
from infra.local.simulator.viber.accounts import (
    CHAT_HOST,
    EVENT_TYPES,
    STATUS_NAMES,
    ViberAccount,
    ViberError,
    new_message_token,
)
from infra.local.simulator.viber.content import read_message
from infra.local.simulator.viber.webhooks import ViberWebhooks
from infra.local.simulator.wire import ApiAnswer, ApiCall, Json, json_answer, read_json_body
from infra.local.simulator.world import Chat, Membership, Message

__all__ = ["ViberApi"]

_MAX_JSON = 30 * 1024
_MAX_PICTURE = 1024 * 1024
_MAX_FILE = 50 * 1024 * 1024
_MAX_IMAGES = 40
_HOURLY = 100
_MAX_BROADCAST = 300


class ViberApi:
    """Answers ``/viber/pa/<method>``; the HTTP status is 200 even for errors."""

    name = "viber"

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.accounts: dict[str, ViberAccount] = {}
        self.webhooks = ViberWebhooks(environment)
        self._later: set[asyncio.Task[None]] = set()

    async def read(self, request: web.Request) -> ApiCall:
        """The method from the path; the token from the header or the body."""
        method = request.path.rsplit("/", 1)[-1]
        if request.path.startswith("/viber/media/"):
            return ApiCall("download", path=method, http_method=request.method, parameters=dict(request.query))
        # Viber's own SDK posts JSON without saying so, and the token in the body
        parameters, size = await read_json_body(request)
        token = request.headers.get("X-Viber-Auth-Token") or str(parameters.pop("auth_token", ""))
        receiver = str(parameters.get("receiver", ""))
        return ApiCall(method, token, method, request.method, receiver, parameters, size=size)

    async def answer(self, call: ApiCall, *, fail_later: Fault | None = None) -> ApiAnswer:
        """Carry the call out."""
        if call.method == "download":
            return self._download(call)
        try:
            result = await self._carry_out(call, fail_later)
        except ViberError as refusal:
            return json_answer({"status": refusal.status, "status_message": refusal.message, **CHAT_HOST})
        return json_answer({"status": 0, "status_message": "ok", **result})

    async def _carry_out(self, call: ApiCall, fail_later: Fault | None) -> Json:
        account = self.accounts.get(call.token)
        if account is None:
            raise ViberError(2)
        match call.method:
            case "send_message":
                return self._send_message(account, call, fail_later)
            case "broadcast_message":
                return self._broadcast(account, call, fail_later)
            case "post":
                return self._post_to_channel(account, call)
            case "set_webhook":
                return await self._set_webhook(account, call)
        about = ABOUT.get(call.method)
        if about is None:
            raise ViberError(3, f"unknown method {call.method}")
        return about(self._environment, account, call)

    def _send_message(self, account: ViberAccount, call: ApiCall, fail_later: Fault | None) -> Json:
        _check_envelope(account, call)
        receiver = call.parameters.get("receiver")
        if not receiver:
            raise ViberError(4, "receiver is missing")
        chat = self._receiver(account, str(receiver))
        message = read_message(call.parameters)
        token = self._post(account, chat, message, call.parameters, fail_later)
        return {"message_token": token, **CHAT_HOST, "billing_status": 1}

    def _broadcast(self, account: ViberAccount, call: ApiCall, fail_later: Fault | None) -> Json:
        _check_envelope(account, call)
        receivers = call.parameters.get("broadcast_list")
        if not isinstance(receivers, list) or not 1 <= len(receivers) <= _MAX_BROADCAST:
            raise ViberError(3, "broadcast_list must hold 1 to 300 receivers")
        failed = []
        for receiver in receivers:
            try:
                chat = self._receiver(account, str(receiver))
            except ViberError as refusal:
                failed.append({"receiver": receiver, "status": refusal.status, "status_message": refusal.message})
                continue
            self._post(account, chat, read_message(call.parameters), call.parameters, fail_later)
        return {"message_token": new_message_token(), **CHAT_HOST, "failed_list": failed}

    def _post_to_channel(self, account: ViberAccount, call: ApiCall) -> Json:
        """``post``: a message in the channel that the account runs, in the name of one of its administrators."""
        _check_envelope(account, call)
        author = call.parameters.get("from")
        if not author:
            raise ViberError(4, "from is missing")
        if author not in account.members:
            raise ViberError(3, "from is not an administrator of the channel")
        message = read_message(call.parameters)
        token = new_message_token()
        message.id, message.at = str(token), self._environment.clock.now()
        message.sender, message.wire = account.name, dict(call.parameters)
        account.posts.append(message)
        return {"message_token": token, **CHAT_HOST}

    def _receiver(self, account: ViberAccount, receiver: str) -> Chat:
        chat = self._environment.world.chat(account, receiver)
        if chat is None:
            raise ViberError(5)
        if chat.membership is not Membership.ACTIVE:
            raise ViberError(6)
        hour_ago = self._environment.clock.now() - 3600
        while chat.sent_since_inbound and chat.sent_since_inbound[0] < hour_ago:
            chat.sent_since_inbound.popleft()
        if len(chat.sent_since_inbound) >= _HOURLY:
            raise ViberError(12)
        return chat

    def _post(
        self, account: ViberAccount, chat: Chat, message: Message, body: Json, fail_later: Fault | None
    ) -> int:
        token = new_message_token()
        message.id, message.at = str(token), self._environment.clock.now()
        sender = body.get("sender")
        message.sender = str(sender.get("name", account.name)) if isinstance(sender, dict) else account.name
        message.wire = dict(body)
        chat.sent_since_inbound.append(message.at)
        # the client shows the last keyboard sent; a message without one leaves none
        chat.keyboard = body.get("keyboard")
        self._environment.world.post(chat, message)
        self._spawn(self._receipts(account, chat, message, token, fail_later))
        return token

    async def _receipts(
        self, account: ViberAccount, chat: Chat, message: Message, token: int, fail_later: Fault | None
    ) -> None:
        if fail_later is not None:
            message.status = "failed"
            body = self.webhooks.event("failed", token=token, user_id=chat.id, desc=fail_later.description)
            self.webhooks.push(account, body, queue=chat.id)
            self._environment.world.touch(chat)
            return
        await self._load_media(message)
        await self._load_button_images(message)
        for event in account.automatic_receipts:
            webhook = self.webhooks.push(
                account, self.webhooks.event(event, token=token, user_id=chat.id), queue=chat.id
            )
            if webhook is not None:
                await webhook.first
            message.status = event
        self._environment.world.touch(chat)

    async def _load_media(self, message: Message) -> None:
        """The phone downloads what the bot links to; what cannot be had shows as a broken picture."""
        url = message.content.get("url")
        if not url:
            return
        limit = _MAX_PICTURE if message.kind == "photo" else _MAX_FILE
        try:
            fetched = await fetch(self._environment.delivery.session, str(url), limit=limit)
        except UnfetchableError as error:
            message.content["broken"] = str(error)
            return
        message.file_id = self._environment.media.put(fetched, at=self._environment.clock.now()).id

    async def _load_button_images(self, message: Message) -> None:
        """Pictures on buttons and cards; one that cannot be had leaves its button without."""
        media = [message.content.get("rich_media"), message.markup]
        buttons = [button for part in media if part for button in part["Buttons"]]
        images: dict[str, str] = {}
        for url in list(dict.fromkeys(str(button["Image"]) for button in buttons if button.get("Image")))[
            :_MAX_IMAGES
        ]:
            try:
                fetched = await fetch(self._environment.delivery.session, url, limit=_MAX_PICTURE)
            except UnfetchableError:
                continue
            images[url] = self._environment.media.put(fetched, at=self._environment.clock.now()).id
        if images:
            message.content["images"] = images

    async def welcome(self, account: ViberAccount, chat: Chat, body: bytes) -> None:
        """A message in the answer to ``conversation_started``; broken ones are dropped, as Viber does."""
        try:
            parameters = json.loads(body)
            message = read_message(parameters if isinstance(parameters, dict) else {})
        except (ValueError, ViberError):
            return
        self._post(account, chat, message, parameters, None)

    async def _set_webhook(self, account: ViberAccount, call: ApiCall) -> Json:
        url = call.parameters.get("url")
        if url is None:
            raise ViberError(4, "url is missing")
        if url == "":
            account.webhook_url = ""
            return {**CHAT_HOST, "event_types": []}
        events = call.parameters.get("event_types", list(EVENT_TYPES))
        if not isinstance(events, list):
            raise ViberError(3, "event_types must be an array")
        if not str(url).startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ViberError(1)
        if not await self.webhooks.set_up(account, str(url)):
            raise ViberError(1, "Result Code: Failed to set webhook, the address did not answer 200")
        account.webhook_url, account.event_types = str(url), tuple(str(event) for event in events)
        self._environment.events.publish("bots", {})
        return {**CHAT_HOST, "event_types": [*account.event_types, "message"]}

    def _download(self, call: ApiCall) -> ApiAnswer:
        stored = self._environment.media.get(call.path.rsplit(".", 1)[0])
        expires = str(call.parameters.get("expires", "0"))
        if stored is None or not expires.isdigit() or int(expires) < self._environment.clock.now():
            return ApiAnswer(404, b"Not Found", "text/plain")
        return ApiAnswer(200, stored.data, stored.mime)

    def unreadable(self, reason: str) -> ApiAnswer:
        """Status 3 for a body that is not a JSON object."""
        return json_answer({"status": 3, "status_message": f"badData: {reason}"})

    def faulty(self, fault: Fault) -> ApiAnswer:
        """Status 12 (Viber has no 429 and tells no delay), HTTP 500, or a refusal by status."""
        if fault.kind is FaultKind.TOO_MANY_REQUESTS:
            return json_answer({"status": 12, "status_message": STATUS_NAMES[12], **CHAT_HOST})
        if fault.kind is FaultKind.REFUSE:
            name = STATUS_NAMES.get(fault.code, fault.description)
            return json_answer({"status": fault.code, "status_message": name, **CHAT_HOST})
        return ApiAnswer(500, b"Internal Server Error", "text/plain")

    def instantly(self, call: ApiCall) -> ApiAnswer | None:
        """Sends are counted and answered; other calls take the usual way."""
        if call.method != "send_message":
            return None
        text = str(call.parameters.get("text") or "")
        number = self._environment.accept_instantly(self.name, call.chat, text)
        return ApiAnswer(200, b'{"status":0,"status_message":"ok","message_token":%d}' % (10**18 + number))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def close(self) -> None:
        """Stop receipts that are still to come."""
        for task in list(self._later):
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)


def _check_envelope(account: ViberAccount, call: ApiCall) -> None:
    """Size, webhook and sender, which every message needs."""
    if call.size > _MAX_JSON:
        raise ViberError(3, "request is larger than 30 KB")
    if not account.webhook_url:
        raise ViberError(10)
    sender = call.parameters.get("sender")
    name = sender.get("name") if isinstance(sender, dict) else None
    if not isinstance(name, str) or not name:
        raise ViberError(4, "sender.name is missing")
    if len(name) > 28:
        raise ViberError(3, "sender.name is longer than 28 characters")
    if len(str(call.parameters.get("tracking_data", ""))) > 4000:
        raise ViberError(3, "tracking_data is longer than 4000 characters")
