"""A business phone number as the Cloud API knows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from infra.local.simulator.whatsapp.identity import KnownBy
from infra.local.simulator.world import Bot

__all__ = ["Template", "WhatsAppNumber"]


@dataclass(slots=True)
class Template:
    """An approved template: its body with ``{{1}}`` placeholders, per language code.

    ``category``: utility, marketing or authentication; the last is sent to numbers alone.
    """

    name: str
    bodies: dict[str, str]
    buttons: list[str] = field(default_factory=list)
    category: str = "utility"


@dataclass(slots=True)
class WhatsAppNumber(Bot):
    """``templates`` None accepts any template name.

    ``statuses``: what follows a send by itself. ``late_window_error``: a closed 24-hour window shows as
    a failed status instead of a refused call (the platform does both). ``known_by``: what the webhooks
    tell of new people.
    """

    phone_number_id: str
    access_token: str
    app_secret: str
    verify_token: str
    waba_id: str
    display_phone_number: str = "77050000000"
    templates: dict[str, Template] | None = None
    statuses: tuple[str, ...] = ("sent", "delivered")
    late_window_error: bool = False
    subscribed: bool = True
    known_by: KnownBy = KnownBy.BOTH
