"""Dialogs put together: what takes webhooks in, answers them, and sends; and the messengers' own settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.channels.settings import ChannelSettings
from shared.dialogs.contract import Responder
from shared.dialogs.inbox.intake import Intake
from shared.dialogs.limits import MessageLimit
from shared.dialogs.outbox.claims import LaneClaims
from shared.dialogs.outbox.deliverer import Deliverer
from shared.dialogs.outbox.delivery import DeliveryStatuses
from shared.dialogs.outbox.lane import SendLane
from shared.dialogs.outbox.throttle import Throttle
from shared.dialogs.sweep import Sweep
from shared.dialogs.turns.claims import Claims
from shared.dialogs.turns.courtesy import Courtesy
from shared.dialogs.turns.drainer import Drainer
from shared.dialogs.turns.router import Router
from shared.dialogs.turns.run import TurnRunner
from shared.dialogs.webhooks import Webhooks
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from shared.composition.worker import Worker

__all__ = ["Dialogs", "build_dialogs", "channel_settings"]


@dataclass(frozen=True)
class Dialogs:
    """What the functions of webhooks, turns and deliveries ask."""

    webhooks: Webhooks
    drainer: Drainer
    deliverer: Deliverer
    sweep: Sweep


def build_dialogs(parts: Worker, responders: Mapping[str, Responder]) -> Dialogs:
    """Build them from a worker's parts; ``responders`` by the mode of the bot, or the state of the dialog."""
    settings, database, bells = parts.settings, parts.database, parts.bells
    claims, lanes = Claims(database, settings), LaneClaims(database, settings)
    lane = _lane(parts)
    courtesy = Courtesy(
        directory=parts.directory,
        channel_of=parts.channel_of,
        http=parts.http,
        typing_after=settings.typing_after,
    )
    runner = TurnRunner(
        database=database,
        directory=parts.directory,
        channel_of=parts.channel_of,
        claims=claims,
        router=Router(dict(responders)),
        memory=parts.memory,
        limit=MessageLimit(parts.cache, per_minute=settings.messages_per_minute),
        lane=lane,
        courtesy=courtesy,
        bells=bells,
        settings=settings,
    )
    return Dialogs(
        webhooks=Webhooks(
            directory=parts.directory,
            channel_of=parts.channel_of,
            intake=Intake(database, bells),
            settings=settings,
        ),
        drainer=Drainer(
            claims=claims,
            runner=runner,
            bells=bells,
            cache=parts.cache,
            courtesy=courtesy,
            lane=lane,
            settings=settings,
        ),
        deliverer=Deliverer(
            lanes=lanes, lane=lane, statuses=DeliveryStatuses(database), bells=bells, settings=settings
        ),
        sweep=Sweep(database=database, claims=claims, lanes=lanes, bells=bells, settings=settings),
    )


def _lane(parts: Worker) -> SendLane:
    return SendLane(
        database=parts.database,
        directory=parts.directory,
        channel_of=parts.channel_of,
        http=parts.http,
        throttle=Throttle(parts.cache, factor=parts.settings.pace_factor),
        bells=parts.bells,
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
