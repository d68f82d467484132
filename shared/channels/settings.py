"""What a deployment may set about the messengers: addresses, versions, and figures that no vendor page confirms."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ChannelSettings"]


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """Addresses carry no trailing slash; those of the local stack point at the messenger simulator."""

    telegram_api_url: str = "https://api.telegram.org"
    whatsapp_api_url: str = "https://graph.facebook.com"
    whatsapp_api_version: str = "v25.0"
    viber_api_url: str = "https://chatapi.viber.com"
    whatsapp_media_hosts: tuple[str, ...] = ("lookaside.fbsbx.com", ".fbcdn.net", ".whatsapp.net")
    """Hosts of the files that people send, besides the API's own; a leading dot stands for all names below."""
    viber_media_hosts: tuple[str, ...] = (".viber.com",)

    # ---- figures that the vendors do not state, or state in two ways ------------------------------------
    telegram_max_buttons: int = 100
    telegram_buttons_per_row: int = 8
    whatsapp_caption_limit: int = 1024
    viber_caption_limit: int = 512
    """Older pages of Viber say 120."""
    viber_keyboard_rows: int = 12
    viber_button_text_limit: int = 250
    viber_button_api_version: int = 3
    """``min_api_version`` of share-phone and location-picker buttons."""
    viber_carousel_api_version: int = 2
    viber_carousel_cards: int = 6
