"""Connecting a real Viber bot (Viber REST Bot API, get_account_info, set_webhook)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from shared.channels.contract import Credentials, Refused
from shared.channels.viber.client import call_method
from shared.channels.viber.errors import check
from shared.channels.wire import WholeNumber, WireModel, WireText
from shared.kernel.errors import Misconfigured
from shared.runtime.http import HttpTransport

__all__ = ["EVENT_TYPES", "ViberConnection", "connect"]

EVENT_TYPES = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")


@dataclass(frozen=True, slots=True)
class ViberConnection:
    """What Viber says of the account once connected."""

    name: str
    uri: str
    subscribers: int
    webhook_url: str


class _Account(WireModel):
    name: WireText = ""
    uri: WireText = ""
    subscribers_count: WholeNumber = 0


async def connect(http: HttpTransport, *, api_url: str, auth_token: SecretStr, webhook_url: str) -> ViberConnection:
    """Set the webhook and read the account. Viber calls ``webhook_url`` at once and fails unless it answers 200,
    so the bot's token must be stored, and the app running, before.

    Raises:
        Misconfigured: Viber refuses the token or the webhook.
        NotSent, Uncertain: Viber could not be asked; try again.
    """
    credentials: Credentials = {"auth_token": auth_token}
    try:
        answer = await call_method(api_url, "get_account_info", {}, credentials, http)
        check(answer)
        body = answer.json()
        wish = {"url": webhook_url, "event_types": list(EVENT_TYPES), "send_name": True, "send_photo": False}
        check(await call_method(api_url, "set_webhook", wish, credentials, http))
    except Refused as refused:
        raise Misconfigured("viber", f"Viber refuses the token or the webhook ({refused.reason})") from refused
    account = _Account.model_validate(body if isinstance(body, dict) else {})
    return ViberConnection(
        name=account.name, uri=account.uri, subscribers=account.subscribers_count, webhook_url=webhook_url
    )
