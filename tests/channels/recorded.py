"""Payloads in the platforms' real shapes, one JSON file each, and the channels they are for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shared.channels.contract import BotIdentity, Channel, ChannelAddress, InboundEvent, InboundMessage, Platform
from shared.channels.registry import build_channels
from shared.channels.settings import ChannelSettings
from shared.kernel.languages import Language

FOLDER = Path(__file__).parent / "payloads"
BOT = BotIdentity(name="Жиһаз", username="zhihaz_bot")
CHATS = {Platform.TELEGRAM: "5550001234567", Platform.WHATSAPP: "77011234567", Platform.VIBER: "01234567890A="}
_REGISTRY = build_channels(ChannelSettings())


def channel_of(platform: Platform) -> Channel:
    return _REGISTRY.channel_of(platform)


def recorded(platform: Platform, name: str) -> dict[str, Any]:
    body = json.loads((FOLDER / platform / f"{name}.json").read_text())
    assert isinstance(body, dict)
    return body


def events_of(platform: Platform, name: str) -> list[InboundEvent]:
    return list(channel_of(platform).parse(recorded(platform, name), bot=BOT))


def event_of(platform: Platform, name: str) -> InboundEvent:
    (event,) = events_of(platform, name)
    return event


def message_of(platform: Platform, name: str) -> InboundMessage:
    event = event_of(platform, name)
    assert isinstance(event, InboundMessage)
    return event


def address_of(
    platform: Platform, *, language: Language = Language.RU, chat_id: str | None = None
) -> ChannelAddress:
    return ChannelAddress(chat_id=chat_id or CHATS[platform], language=language)


def every_recording() -> list[tuple[Platform, str]]:
    return [(platform, path.stem) for platform in Platform for path in sorted((FOLDER / platform).glob("*.json"))]
