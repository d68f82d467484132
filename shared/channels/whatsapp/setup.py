"""Connecting a real WhatsApp number: the steps that a person takes at Meta, and checks that they were taken.

Meta lets nobody set the callback address by the bot's own token, so the steps are printed and then verified
(WhatsApp Cloud API, phone numbers; Graph API, subscribed_apps).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from shared.channels.contract import Credentials, Refused
from shared.channels.exchange import call_api
from shared.channels.whatsapp.client import authorization, credential
from shared.channels.whatsapp.errors import raise_for_error
from shared.channels.wire import WireId, WireModel, WireObjects, WireText
from shared.kernel.errors import Misconfigured
from shared.runtime.http import HttpAnswer, HttpTransport

__all__ = ["WhatsAppConnection", "check", "steps"]


@dataclass(frozen=True, slots=True)
class WhatsAppConnection:
    """What Meta says of the number. ``subscribed`` tells whether an app receives the account's webhooks (``None``:
    unknown, since no ``waba_id`` was given)."""

    display_phone_number: str
    verified_name: str
    quality_rating: str
    subscribed: bool | None


class _Number(WireModel):
    id: WireId | None = None
    display_phone_number: WireText = ""
    verified_name: WireText = ""
    quality_rating: WireText = ""


class _App(WireModel):
    pass


class _Apps(WireModel):
    data: Annotated[tuple[_App, ...], WireObjects] = ()


def steps(webhook_url: str) -> tuple[str, ...]:
    """What a person has to do at Meta, in order, for an operator to read. The verify token is shown apart."""
    return (
        "Open developers.facebook.com, your app, WhatsApp, Configuration.",
        f"Set the callback URL to {webhook_url} and the verify token to the one of this bot.",
        "Press Verify and save: Meta calls the address at once, so the app must be running.",
        "Under Webhook fields subscribe to: messages; and, where people also answer in the WhatsApp Business app, "
        "smb_message_echoes.",
        "Under Business settings, System users, make a permanent token with whatsapp_business_messaging and "
        "whatsapp_business_management.",
    )


async def check(
    http: HttpTransport, *, api_url: str, api_version: str, credentials: Credentials, subscribe: bool = True
) -> WhatsAppConnection:
    """Ask Meta for the number and, where ``waba_id`` is among the credentials, subscribe the app to its account.

    Raises:
        Misconfigured: Meta refuses the token, the number or the account.
        NotSent, Uncertain: Meta could not be asked; try again.
    """
    address = f"{api_url}/{api_version}"
    try:
        fields = "display_phone_number,verified_name,quality_rating"
        number = credential(credentials, "phone_number_id")
        answer = await _call(http, "GET", f"{address}/{number}?fields={fields}", credentials)
        subscribed = None
        if "waba_id" in credentials:
            apps = f"{address}/{credential(credentials, 'waba_id')}/subscribed_apps"
            if subscribe:
                await _call(http, "POST", apps, credentials)
            listed = (await _call(http, "GET", apps, credentials)).json()
            subscribed = isinstance(listed, dict) and bool(_Apps.model_validate(listed).data)
    except Refused as refused:
        raise Misconfigured("whatsapp", f"Meta refuses the request ({refused.reason})") from refused
    body = answer.json()
    found = _Number.model_validate(body if isinstance(body, dict) else {})
    return WhatsAppConnection(found.display_phone_number, found.verified_name, found.quality_rating, subscribed)


async def _call(
    http: HttpTransport, method: Literal["GET", "POST"], url: str, credentials: Credentials
) -> HttpAnswer:
    answer = await call_api(http, url, json_body={}, headers=authorization(credentials), method=method)
    raise_for_error(answer)
    return answer
