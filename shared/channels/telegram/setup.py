"""Connecting a real Telegram bot (Telegram Bot API, getMe, setWebhook, getWebhookInfo)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from shared.channels.contract import Credentials, Refused
from shared.channels.telegram.client import call_method
from shared.channels.wire import WholeNumber, WireId, WireModel, WireText
from shared.kernel.errors import Misconfigured
from shared.runtime.http import HttpTransport

__all__ = ["ALLOWED_UPDATES", "TelegramConnection", "connect"]

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


@dataclass(frozen=True, slots=True)
class TelegramConnection:
    """What Telegram says of the bot once connected. ``last_error`` is about an earlier delivery to the webhook."""

    bot_id: str
    username: str
    name: str
    webhook_url: str
    pending_updates: int
    last_error: str


class _Me(WireModel):
    id: WireId | None = None
    username: WireText = ""
    first_name: WireText = ""


class _WebhookInfo(WireModel):
    url: WireText = ""
    pending_update_count: WholeNumber = 0
    last_error_message: WireText = ""


async def connect(
    http: HttpTransport,
    *,
    api_url: str,
    token: SecretStr,
    secret_token: SecretStr,
    webhook_url: str,
    max_connections: int = 40,
) -> TelegramConnection:
    """Point the bot's webhook at ``webhook_url`` and check that Telegram holds it.

    ``secret_token`` is 1–256 characters of ``A-Za-z0-9_-``; ``max_connections`` is 1–100.

    Raises:
        Misconfigured: Telegram refuses the token or the webhook.
        NotSent, Uncertain: Telegram could not be asked; try again.
    """
    credentials: Credentials = {"token": token}
    try:
        me = _Me.model_validate(_object((await call_method(api_url, "getMe", {}, credentials, http)).result))
        wish = {
            "url": webhook_url,
            "secret_token": secret_token.get_secret_value(),
            "allowed_updates": list(ALLOWED_UPDATES),
            "max_connections": max_connections,
        }
        await call_method(api_url, "setWebhook", wish, credentials, http)
        answer = await call_method(api_url, "getWebhookInfo", {}, credentials, http)
    except Refused as refused:
        raise Misconfigured(
            "telegram", f"Telegram refuses the token or the webhook ({refused.reason})"
        ) from refused
    info = _WebhookInfo.model_validate(_object(answer.result))
    if info.url != webhook_url:
        raise Misconfigured("telegram webhook", "Telegram holds another address: is a second instance running?")
    return TelegramConnection(
        bot_id=me.id or "",
        username=me.username,
        name=me.first_name,
        webhook_url=info.url,
        pending_updates=info.pending_update_count,
        last_error=info.last_error_message,
    )


def _object(result: object) -> object:
    return result if isinstance(result, dict) else {}
