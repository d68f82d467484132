"""Where the channels are found. A platform's package is imported on first use: cold starts pay for one only."""

from __future__ import annotations

from shared.channels.contract import Channel, Platform
from shared.channels.settings import ChannelSettings

__all__ = ["ChannelRegistry", "build_channels"]


class ChannelRegistry:
    """The channels of a worker, built once each; they are stateless and serve every bot."""

    def __init__(self, settings: ChannelSettings) -> None:
        self._settings = settings
        self._channels: dict[Platform, Channel] = {}

    def channel_of(self, platform: Platform) -> Channel:
        """The channel of ``platform``."""
        if platform not in self._channels:
            self._channels[platform] = _build(platform, self._settings)
        return self._channels[platform]


def build_channels(settings: ChannelSettings) -> ChannelRegistry:
    """Make the registry; nothing of a platform is imported yet."""
    return ChannelRegistry(settings)


def _build(platform: Platform, settings: ChannelSettings) -> Channel:
    match platform:
        case Platform.TELEGRAM:
            from shared.channels.telegram.channel import TelegramChannel

            return TelegramChannel(settings)
        case Platform.WHATSAPP:
            from shared.channels.whatsapp.channel import WhatsAppChannel

            return WhatsAppChannel(settings)
        case Platform.VIBER:
            from shared.channels.viber.channel import ViberChannel

            return ViberChannel(settings)
