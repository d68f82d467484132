"""Connecting a bot to its platform: point it at our webhook where it lets us, ask what it knows of the bot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.bots.schemas import CredentialNames
from shared.channels.contract import Credentials, Platform
from shared.channels.registry import build_channels
from shared.channels.settings import ChannelSettings
from shared.channels.telegram import setup as telegram
from shared.channels.viber import setup as viber
from shared.channels.whatsapp import setup as whatsapp
from shared.runtime.http import HttpTransport

__all__ = ["Connection", "connect", "credential_names", "steps_before"]


@dataclass(frozen=True, slots=True)
class Connection:
    """What a platform says of a connected bot: its public name there, and facts for the person who connects it."""

    username: str | None
    facts: Sequence[tuple[str, object]]


def credential_names(platform: Platform) -> CredentialNames:
    """The credentials that the platform's channel declares."""
    channel = build_channels(ChannelSettings()).channel_of(platform)
    return CredentialNames(channel.credential_names, channel.optional_credentials)


def steps_before(platform: Platform, webhook_url: str) -> Sequence[str]:
    """What a person has to do at the platform by hand before ``connect``; empty where nothing is left to do."""
    return whatsapp.steps(webhook_url) if platform is Platform.WHATSAPP else ()


async def connect(
    http: HttpTransport, settings: ChannelSettings, platform: Platform, credentials: Credentials, webhook_url: str
) -> Connection:
    """Point the platform at our webhook where it lets us, and ask what it knows of the bot.

    Raises:
        Misconfigured: the platform refuses the credentials or the address.
        NotSent, Uncertain: the platform could not be asked; try again.
    """
    match platform:
        case Platform.TELEGRAM:
            return await _telegram(http, settings, credentials, webhook_url)
        case Platform.VIBER:
            return await _viber(http, settings, credentials, webhook_url)
        case Platform.WHATSAPP:
            return await _whatsapp(http, settings, credentials)


async def _telegram(
    http: HttpTransport, settings: ChannelSettings, credentials: Credentials, webhook_url: str
) -> Connection:
    found = await telegram.connect(
        http,
        api_url=settings.telegram_api_url,
        token=credentials["token"],
        secret_token=credentials["secret_token"],
        webhook_url=webhook_url,
    )
    return Connection(
        username=found.username or None,
        facts=[
            ("username", f"@{found.username}"),
            ("name", found.name),
            ("webhook", found.webhook_url),
            ("waiting updates", found.pending_updates),
            ("last delivery error", found.last_error),
        ],
    )


async def _viber(
    http: HttpTransport, settings: ChannelSettings, credentials: Credentials, webhook_url: str
) -> Connection:
    found = await viber.connect(
        http, api_url=settings.viber_api_url, auth_token=credentials["auth_token"], webhook_url=webhook_url
    )
    return Connection(
        username=found.uri or None,
        facts=[
            ("name", found.name),
            ("uri", found.uri),
            ("subscribers", found.subscribers),
            ("webhook", found.webhook_url),
        ],
    )


async def _whatsapp(http: HttpTransport, settings: ChannelSettings, credentials: Credentials) -> Connection:
    found = await whatsapp.check(
        http,
        api_url=settings.whatsapp_api_url,
        api_version=settings.whatsapp_api_version,
        credentials=credentials,
    )
    subscribed = "unknown: no waba_id was given" if found.subscribed is None else found.subscribed
    return Connection(
        username=None,
        facts=[
            ("number", found.display_phone_number),
            ("verified name", found.verified_name),
            ("quality", found.quality_rating),
            ("receives webhooks", subscribed),
        ],
    )
