"""What the command line asks of the channels, with a connection of its own."""

from __future__ import annotations

from shared.bots.connection import Connection, connect
from shared.channels.contract import Credentials, Platform
from shared.channels.settings import ChannelSettings
from shared.runtime.http import HttpTransport
from shared.runtime.settings import Settings

__all__ = ["connect_once"]


async def connect_once(
    settings: Settings, platform: Platform, credentials: Credentials, webhook_url: str
) -> Connection:
    """Connect a bot to its platform.

    Raises:
        Misconfigured: the platform refuses the credentials or the address.
        NotSent, Uncertain: the platform could not be asked; try again.
    """
    http = HttpTransport(timeout=settings.send_timeout)
    channels = ChannelSettings(
        telegram_api_url=settings.telegram_api_url,
        whatsapp_api_url=settings.whatsapp_api_url,
        whatsapp_api_version=settings.whatsapp_api_version,
        viber_api_url=settings.viber_api_url,
    )
    try:
        return await connect(http, channels, platform, credentials, webhook_url)
    finally:
        await http.aclose()
