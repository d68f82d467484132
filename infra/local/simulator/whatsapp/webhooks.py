"""Webhooks as Meta sends them: the envelope, ``X-Hub-Signature-256`` over the raw bytes, retries for days."""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import urlencode

import aiohttp

from infra.local.simulator.delivery import Webhook, WebhookAnswer
from infra.local.simulator.environment import Environment
from infra.local.simulator.whatsapp.numbers import WhatsAppNumber
from infra.local.simulator.wire import Json

__all__ = ["WhatsAppRetries", "WhatsAppWebhooks", "sign", "to_bytes"]

_WEEK = 7 * 86_400.0
_DELAYS = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 3600.0)


def to_bytes(body: Json) -> bytes:
    """JSON as Meta writes it: everything beyond ASCII as ``\\uXXXX``, slashes escaped."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


def sign(secret: str, raw: bytes) -> str:
    """The header's value: ``sha256=`` and the hex HMAC-SHA256 of the raw bytes."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


class WhatsAppRetries:
    """Decreasing frequency for up to 7 days; the exact delays are this simulator's choice."""

    ordered = False

    def accepts(self, answer: WebhookAnswer) -> bool:
        """Any 200 to 299."""
        return answer.accepted

    def delay(self, failures: int, answer: WebhookAnswer) -> float | None:
        """1, 2, 5, 15 s, then minutes, then every hour."""
        del answer
        return _DELAYS[min(failures, len(_DELAYS)) - 1]


class WhatsAppWebhooks:
    """Sends changes (``messages`` and its kin); several can be batched into one call."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._policy = WhatsAppRetries()
        self._batches: dict[str, list[tuple[str, Json]]] = {}

    def envelope(self, number: WhatsAppNumber, changes: list[tuple[str, Json]]) -> Json:
        """The envelope around changes: each a field (``messages``, …) and its value."""
        metadata = {
            "display_phone_number": number.display_phone_number,
            "phone_number_id": number.phone_number_id,
        }
        filled = [
            {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": field}
            for field, value in changes
        ]
        return {"object": "whatsapp_business_account", "entry": [{"id": number.waba_id, "changes": filled}]}

    def push(
        self, number: WhatsAppNumber, value: Json, *, queue: str, label: str, field: str = "messages"
    ) -> Webhook | None:
        """Send one change, or add it to the batch that is being collected."""
        if not number.webhook_url or not number.subscribed:
            return None
        batch = self._batches.get(number.bot_id)
        if batch is not None:
            batch.append((field, value))
            return None
        return self.push_raw(number, to_bytes(self.envelope(number, [(field, value)])), queue=queue, label=label)

    def push_raw(
        self, number: WhatsAppNumber, raw: bytes, *, queue: str, label: str, signature: str | None = None
    ) -> Webhook:
        """Send any bytes, rightly signed unless ``signature`` is given."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature if signature is not None else sign(number.app_secret, raw),
        }
        return self._environment.delivery.submit(
            Webhook(
                bot=number,
                body=raw,
                headers=headers,
                policy=self._policy,
                queue=queue,
                label=label,
                expires_at=self._environment.clock.now() + _WEEK,
            )
        )

    def begin_batch(self, number: WhatsAppNumber) -> None:
        """Collect changes of this number from now on."""
        self._batches.setdefault(number.bot_id, [])

    def send_batch(self, number: WhatsAppNumber) -> Webhook | None:
        """Send what was collected as one webhook with many changes."""
        changes = self._batches.pop(number.bot_id, [])
        if not changes:
            return None
        return self.push_raw(number, to_bytes(self.envelope(number, changes)), queue="batch", label="batch")

    async def handshake(
        self, number: WhatsAppNumber, *, verify_token: str | None = None, url: str = ""
    ) -> tuple[int, bool]:
        """The GET verification: status of the answer, and whether it echoed the challenge."""
        challenge = "1158201444"
        query = urlencode(
            {
                "hub.mode": "subscribe",
                "hub.challenge": challenge,
                "hub.verify_token": number.verify_token if verify_token is None else verify_token,
            }
        )
        session = self._environment.delivery.session
        try:
            async with session.get(f"{url or number.webhook_url}?{query}", allow_redirects=False) as response:
                text = await response.text()
                return response.status, response.status == 200 and text == challenge
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, False
