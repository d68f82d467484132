"""The Graph API's server side: tokens, paths, media, webhook subscription."""

from __future__ import annotations

import re

from aiohttp import web

from infra.local.simulator.environment import Environment
from infra.local.simulator.faults import Fault, FaultKind
from infra.local.simulator.whatsapp.numbers import WhatsAppNumber
from infra.local.simulator.whatsapp.refusals import GraphError, invalid_parameter
from infra.local.simulator.whatsapp.sending import WhatsAppSending
from infra.local.simulator.whatsapp.webhooks import WhatsAppWebhooks
from infra.local.simulator.wire import ApiAnswer, ApiCall, Json, json_answer, read_parameters

__all__ = ["WhatsAppApi"]

_PATH = re.compile(r"/whatsapp/(?:v\d+\.\d+/)?([^/]+)(?:/([a-z_]+))?/?")
_URL_SECONDS = 300.0
_UPLOAD_DAYS = 30 * 86_400.0
_MEGABYTE = 1024 * 1024
_MIME_LIMITS = {
    "image/jpeg": 5,
    "image/png": 5,
    "image/webp": 1,
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16),
    **dict.fromkeys(("video/mp4", "video/3gp"), 16),
    **dict.fromkeys(
        (
            "application/pdf",
            "text/plain",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        100,
    ),
}


class WhatsAppApi:
    """Answers ``/whatsapp/v<NN.0>/<node>[/<edge>]`` and serves media under ``/whatsapp/media/<id>``."""

    name = "whatsapp"

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.numbers: dict[str, WhatsAppNumber] = {}
        self.webhooks = WhatsAppWebhooks(environment)
        self.sending = WhatsAppSending(environment, self.webhooks)

    async def read(self, request: web.Request) -> ApiCall:
        """Node and edge from the path, the token from the Authorization header."""
        match = _PATH.fullmatch(request.path)
        node, edge = match.groups() if match else ("", None)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        parameters, files, size = await read_parameters(request)
        token = token if scheme.lower() == "bearer" else str(parameters.pop("access_token", ""))
        method = edge or "node"
        if request.path.startswith("/whatsapp/media/"):
            node, method = request.path.rsplit("/", 1)[-1], "download"
        chat = str(parameters.get("to") or parameters.get("recipient") or "").lstrip("+")
        return ApiCall(method, token, node, request.method, chat, parameters, files, size)

    async def answer(self, call: ApiCall, *, fail_later: Fault | None = None) -> ApiAnswer:
        """Carry the call out."""
        try:
            self._check_token(call)
            if call.method == "download":
                return self._download(call)
            return json_answer(await self._carry_out(call, fail_later))
        except GraphError as refusal:
            return refusal.answer()

    def _check_token(self, call: ApiCall) -> None:
        if not call.token:
            raise GraphError(104, "An access token is required to request this resource.", status=401)
        if not any(number.access_token == call.token for number in self.numbers.values()):
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401)

    async def _carry_out(self, call: ApiCall, fail_later: Fault | None) -> Json:
        if call.method == "subscribed_apps":
            return await self._subscribed_apps(call)
        number = self.numbers.get(call.path)
        if number is not None and number.access_token == call.token:
            if call.method == "messages" and call.http_method == "POST":
                return await self.sending.messages(number, call, fail_later)
            if call.method == "media" and call.http_method == "POST":
                return self._upload(call)
            if call.method == "node" and call.http_method == "GET":
                return _phone_number(number)
        elif call.path in self._environment.media:
            return self._media(call)
        raise GraphError(
            100,
            f"Unsupported {call.http_method.lower()} request. Object with ID '{call.path}' does not exist, "
            "cannot be loaded due to missing permissions, or does not support this operation.",
            subcode=33,
        )

    def _upload(self, call: ApiCall) -> Json:
        file = call.files.get("file")
        if call.parameters.get("messaging_product") != "whatsapp" or file is None:
            raise invalid_parameter("messaging_product and file are required")
        mime = str(call.parameters.get("type") or file.mime).split(";")[0].strip()
        limit = _MIME_LIMITS.get(mime)
        if limit is None:
            raise invalid_parameter(
                f"Param file must be one of: {', '.join(_MIME_LIMITS)}. Received file of type '{mime}'."
            )
        if len(file.data) > limit * _MEGABYTE:
            raise invalid_parameter(f"File size exceeds the limit of {limit} MB")
        file.mime = mime
        return {"id": self._environment.media.put_numbered(file, at=self._environment.clock.now()).id}

    def _media(self, call: ApiCall) -> Json:
        stored = self._environment.media.get(call.path)
        if stored is None or self._environment.clock.now() - stored.at > _UPLOAD_DAYS:
            raise GraphError(
                100, f"Unsupported get request. Object with ID '{call.path}' does not exist", subcode=33
            )
        if call.http_method == "DELETE":
            return {"success": self._environment.media.drop(call.path)}
        expires = int(self._environment.clock.now() + _URL_SECONDS)
        return {
            "url": f"{self._environment.base_url}/whatsapp/media/{stored.id}?oe={expires}",
            "mime_type": stored.mime,
            "sha256": stored.sha256,
            "file_size": len(stored.data),
            "id": stored.id,
            "messaging_product": "whatsapp",
        }

    def _download(self, call: ApiCall) -> ApiAnswer:
        stored = self._environment.media.get(call.path)
        expires = str(call.parameters.get("oe", "0"))
        expired = not expires.isdigit() or int(expires) < self._environment.clock.now()
        if stored is None or expired:
            raise GraphError(100, "URL signature expired or media not found", status=404)
        return ApiAnswer(200, stored.data, stored.mime.split(";")[0])

    async def _subscribed_apps(self, call: ApiCall) -> Json:
        numbers = [number for number in self.numbers.values() if number.waba_id == call.path]
        if not numbers:
            raise GraphError(100, f"Object with ID '{call.path}' does not exist", subcode=33)
        if call.http_method == "GET":
            shown = {"whatsapp_business_api_data": {"id": "1000", "name": "Zeta", "link": ""}}
            return {"data": [shown] if numbers[0].subscribed else []}
        callback = str(call.parameters.get("override_callback_uri") or "")
        for number in numbers:
            if call.http_method == "POST" and callback:
                await self._override_callback(number, callback, str(call.parameters.get("verify_token") or ""))
            number.subscribed = call.http_method == "POST"
        self._environment.events.publish("bots", {})
        return {"success": True}

    async def _override_callback(self, number: WhatsAppNumber, callback: str, verify_token: str) -> None:
        status, echoed = await self.webhooks.handshake(number, verify_token=verify_token, url=callback)
        if not echoed:
            details = f"HTTP Status Code = {status}; HTTP Message = challenge not echoed"
            raise GraphError(2200, f"(#2200) Callback verification failed with the following errors: {details}")
        number.webhook_url, number.verify_token = callback, verify_token

    def unreadable(self, reason: str) -> ApiAnswer:
        """Code 100 for a body that is not a JSON object."""
        return invalid_parameter(f"The request body is not valid JSON: {reason}").answer()

    def faulty(self, fault: Fault) -> ApiAnswer:
        """130429 with HTTP 429, code 2 with HTTP 500, or a refusal by code."""
        if fault.kind is FaultKind.TOO_MANY_REQUESTS:
            return GraphError(
                130429,
                "(#130429) Rate limit hit",
                "Too many messages sent from this phone number in a short period of time",
                status=429,
            ).answer()
        if fault.kind is FaultKind.REFUSE:
            status = 401 if fault.code == 190 else 400
            return GraphError(
                fault.code, f"(#{fault.code}) {fault.description}", fault.description, status=status
            ).answer()
        return GraphError(131000, "(#131000) Something went wrong", "Internal error", status=500).answer()

    def instantly(self, call: ApiCall) -> ApiAnswer | None:
        """Sends are counted and answered; other calls take the usual way."""
        if call.method != "messages":
            return None
        if "status" in call.parameters:
            return ApiAnswer(200, b'{"success":true}')
        part = call.parameters.get(str(call.parameters.get("type", "text")))
        text = str(part.get("body", "")) if isinstance(part, dict) else ""
        if isinstance(part, dict) and isinstance(part.get("body"), dict):
            text = str(part["body"].get("text", ""))
        number = self._environment.accept_instantly(self.name, call.chat, text)
        contact = {"input": call.chat, "wa_id": call.chat}
        return json_answer(
            {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": f"wamid.{number}"}]}
        )


def _phone_number(number: WhatsAppNumber) -> Json:
    return {
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.name,
        "code_verification_status": "VERIFIED",
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
    }
