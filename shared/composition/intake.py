"""The taking in of webhooks put together, and the messengers' own settings: what a cold start has to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.channels.settings import ChannelSettings
from shared.dialogs.inbox.intake import Intake
from shared.dialogs.webhooks import Webhooks
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.composition.worker import Worker

__all__ = ["build_webhooks", "channel_settings"]


def build_webhooks(parts: Worker) -> Webhooks:
    """Build it from a worker's parts."""
    return Webhooks(
        directory=parts.directory,
        channel_of=parts.channel_of,
        intake=Intake(parts.database, parts.bells),
        settings=parts.settings,
    )


def channel_settings(settings: Settings) -> ChannelSettings:
    """The addresses and hosts of the messengers."""
    return ChannelSettings(
        telegram_api_url=settings.telegram_api_url,
        whatsapp_api_url=settings.whatsapp_api_url,
        whatsapp_api_version=settings.whatsapp_api_version,
        viber_api_url=settings.viber_api_url,
        viber_button_api_version=settings.viber_button_api_version,
        whatsapp_media_hosts=_names(settings.whatsapp_media_hosts),
        viber_media_hosts=_names(settings.viber_media_hosts),
    )


def _names(setting: str) -> tuple[str, ...]:
    """A comma-separated setting."""
    return tuple(name.strip() for name in setting.split(",") if name.strip())
