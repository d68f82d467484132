"""Updates to the bot's webhook, with Telegram's own retry rules.

As the Bot API server does it: any 2xx is success; the first failure is sent again at once unless the
answer carries Retry-After; then the delay doubles from 2 s up to a cap drawn from 60 to 120 s; an
update of a chat waits for the ones before it; messages expire after 24 h, button presses after 150 s;
410 answered for 23 h removes the webhook.
"""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable

from infra.local.simulator.delivery import Webhook, WebhookAnswer
from infra.local.simulator.environment import Environment
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.wire import Json

__all__ = ["TelegramRetries", "TelegramUpdates"]

_LIFETIMES = {
    "callback_query": 150.0,
    "shipping_query": 150.0,
    "pre_checkout_query": 150.0,
    "inline_query": 30.0,
    "chosen_inline_result": 600.0,
}
_DAY = 86_400.0
_GONE_LIMIT = 23 * 3600.0
_MAX_RETRY_AFTER = 3600.0

CallInAnswer = Callable[[TelegramBot, Json], Awaitable[None]]


class TelegramRetries:
    """The delays between tries of one update."""

    ordered = True

    def __init__(self) -> None:
        # the cap is drawn per bot connection by the server, to spread load, not for secrecy
        self._cap = random.uniform(60, 120)  # noqa: S311 - no secret is drawn

    def accepts(self, answer: WebhookAnswer) -> bool:
        """Any 200 to 299."""
        return answer.accepted

    def delay(self, failures: int, answer: WebhookAnswer) -> float | None:
        """At once after the first failure, then 2, 4, 8… s; ``Retry-After`` rules where it is given."""
        if answer.retry_after is not None:
            return min(max(answer.retry_after, 0.0), _MAX_RETRY_AFTER)
        if failures == 1:
            return 0.0
        return min(2.0 ** min(failures - 1, 10), self._cap)


class TelegramUpdates:
    """Sends updates; ``call_in_answer`` carries out a method call found in the bot's 2xx body."""

    def __init__(self, environment: Environment, call_in_answer: CallInAnswer) -> None:
        self._environment = environment
        self._call_in_answer = call_in_answer
        self._policy = TelegramRetries()

    def push(self, bot: TelegramBot, kind: str, payload: Json, *, queue: str) -> Webhook | None:
        """Send one update; None when the webhook is not set or does not want this kind."""
        if not bot.webhook_url or not bot.wants(kind):
            return None
        update = {"update_id": next(bot.next_update_id), kind: payload}
        raw = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode()
        return self.push_raw(bot, raw, kind=kind, queue=queue)

    def push_raw(
        self, bot: TelegramBot, raw: bytes, *, kind: str, queue: str, secret: str | None = None
    ) -> Webhook:
        """Send any bytes as an update; ``secret`` replaces the right secret token."""
        environment = self._environment
        token = bot.secret_token if secret is None else secret
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate"}
        if token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = token

        async def on_answer(_webhook: Webhook, answer: WebhookAnswer) -> None:
            await self._on_answer(bot, answer)

        bot.pending += 1
        webhook = environment.delivery.submit(
            Webhook(
                platform="telegram",
                bot_id=bot.bot_id,
                url=bot.webhook_url,
                body=raw,
                headers=headers,
                policy=self._policy,
                queue=queue,
                label=kind,
                expires_at=environment.clock.now() + _LIFETIMES.get(kind, _DAY),
                on_answer=on_answer,
            )
        )
        webhook.done.add_done_callback(lambda _: setattr(bot, "pending", bot.pending - 1))
        return webhook

    async def _on_answer(self, bot: TelegramBot, answer: WebhookAnswer) -> None:
        now = self._environment.clock.now()
        if answer.accepted:
            bot.gone_since = None
            call = _method_call(answer.body)
            if call is not None:
                await self._call_in_answer(bot, call)
            return
        bot.last_error_date = int(now)
        bot.last_error_message = (
            f"Wrong response from the webhook: {answer.status} {answer.error}"
            if answer.status
            else "Connection refused or read timed out"
        )
        if answer.status != 410:
            bot.gone_since = None
        elif bot.gone_since is None:
            bot.gone_since = now
        elif now - bot.gone_since > _GONE_LIMIT:
            bot.webhook_url = ""


def _method_call(body: bytes) -> Json | None:
    """The method call in a 2xx body; methods that only read or manage are ignored, as the server does."""
    if not body.lstrip().startswith(b"{"):
        return None
    try:
        call = json.loads(body)
    except ValueError:
        return None
    method = str(call.get("method", "")).lower() if isinstance(call, dict) else ""
    if not method or method.startswith("get") or method in ("setwebhook", "deletewebhook", "close", "logout"):
        return None
    return dict(call)
