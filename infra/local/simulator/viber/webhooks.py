"""Callbacks as Viber sends them: ``X-Viber-Content-Signature`` over the raw bytes, retries for an hour."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable

import aiohttp

from infra.local.simulator.delivery import Webhook, WebhookAnswer
from infra.local.simulator.environment import Environment
from infra.local.simulator.viber.accounts import ViberAccount, new_message_token
from infra.local.simulator.wire import Json

__all__ = ["ViberRetries", "ViberWebhooks", "sign"]

_HOUR = 3600.0
_DELAYS = (5.0, 30.0, 120.0, 300.0, 600.0, 1200.0, 1200.0)
_SETUP_SECONDS = 10.0

OnWelcome = Callable[[bytes], Awaitable[None]]


def sign(auth_token: str, raw: bytes) -> str:
    """The header's value: hex HMAC-SHA256 of the raw bytes, without a prefix."""
    return hmac.new(auth_token.encode(), raw, hashlib.sha256).hexdigest()


class ViberRetries:
    """Several times for about an hour until 200; the exact delays are this simulator's choice."""

    ordered = False

    def accepts(self, answer: WebhookAnswer) -> bool:
        """Only 200."""
        return answer.status == 200

    def delay(self, failures: int, answer: WebhookAnswer) -> float | None:
        """5 s, 30 s, then minutes; None when the hour is over."""
        del answer
        return _DELAYS[failures - 1] if failures <= len(_DELAYS) else None


class ViberWebhooks:
    """Sends callbacks."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._policy = ViberRetries()

    def event(self, kind: str, *, token: int | None = None, **fields: object) -> Json:
        """A callback's body: event, milliseconds, message token, and its own fields."""
        return {
            "event": kind,
            "timestamp": int(self._environment.clock.now() * 1000),
            "chat_hostname": "SN-CHAT-01_",
            "message_token": new_message_token() if token is None else token,
            **fields,
        }

    def push(
        self, account: ViberAccount, body: Json, *, queue: str, on_welcome: OnWelcome | None = None
    ) -> Webhook | None:
        """Send a callback; ``on_welcome`` receives the body of a 200 answer."""
        if not account.webhook_url or not account.wants(body["event"]):
            return None
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return self.push_raw(account, raw, queue=queue, label=str(body["event"]), on_welcome=on_welcome)

    def push_raw(
        self,
        account: ViberAccount,
        raw: bytes,
        *,
        queue: str,
        label: str,
        signature: str | None = None,
        on_welcome: OnWelcome | None = None,
    ) -> Webhook:
        """Send any bytes, rightly signed unless ``signature`` is given."""

        async def on_answer(_webhook: Webhook, answer: WebhookAnswer) -> None:
            if on_welcome is not None and answer.status == 200 and answer.body.strip():
                await on_welcome(answer.body)

        return self._environment.delivery.submit(
            Webhook(
                platform="viber",
                bot_id=account.bot_id,
                url=account.webhook_url,
                body=raw,
                headers=_headers(account, raw, signature),
                policy=self._policy,
                queue=queue,
                label=label,
                expires_at=self._environment.clock.now() + _HOUR,
                on_answer=on_answer,
            )
        )

    async def set_up(self, account: ViberAccount, url: str) -> bool:
        """The ``webhook`` callback of ``set_webhook``: whether the address answered 200."""
        raw = json.dumps(self.event("webhook"), separators=(",", ":")).encode()
        timeout = aiohttp.ClientTimeout(total=_SETUP_SECONDS)
        session = self._environment.delivery.session
        try:
            async with session.post(
                url, data=raw, headers=_headers(account, raw, None), timeout=timeout
            ) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False


def _headers(account: ViberAccount, raw: bytes, signature: str | None) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-Viber-Content-Signature": signature if signature is not None else sign(account.auth_token, raw),
    }
