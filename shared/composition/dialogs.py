"""Dialogs put together: what answers them, what sends, and what looks for either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.dialogs.contract import Responder
from shared.dialogs.inbox.intake import Intake
from shared.dialogs.limits import MessageLimit
from shared.dialogs.outbox.claims import LaneClaims
from shared.dialogs.outbox.deliverer import Deliverer
from shared.dialogs.outbox.delivery import DeliveryStatuses
from shared.dialogs.outbox.lane import SendLane
from shared.dialogs.outbox.late import LateFailures
from shared.dialogs.outbox.throttle import Throttle
from shared.dialogs.sweep import Sweep
from shared.dialogs.turns.addresses import AddressChanges
from shared.dialogs.turns.claims import Claims
from shared.dialogs.turns.courtesy import Courtesy
from shared.dialogs.turns.drainer import Drainer
from shared.dialogs.turns.router import Router, WholeRequests
from shared.dialogs.turns.run import TurnRunner

if TYPE_CHECKING:
    from shared.composition.worker import Worker

__all__ = ["build_deliverer", "build_drainer", "build_sweep"]


def build_drainer(parts: Worker, responders: Mapping[str, Responder], whole: WholeRequests) -> Drainer:
    """Build it from a worker's parts.

    Args:
        parts: the worker.
        responders: by the mode of the bot, or the state of the dialog.
        whole: which messages they take for whole requests, by the mode of the bot.
    """
    settings, database, bells = parts.settings, parts.database, parts.bells
    claims, lane = Claims(database, settings), _lane(parts)
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
        router=Router(dict(responders), whole),
        memory=parts.services.memory,
        limit=MessageLimit(parts.cache, per_minute=settings.messages_per_minute),
        lane=lane,
        courtesy=courtesy,
        addresses=AddressChanges(parts.services.followers),
        bells=bells,
        settings=settings,
    )
    return Drainer(
        claims=claims,
        runner=runner,
        bells=bells,
        cache=parts.cache,
        courtesy=courtesy,
        lane=lane,
        settings=settings,
    )


def build_deliverer(parts: Worker) -> Deliverer:
    """Build it from a worker's parts."""
    return Deliverer(
        lanes=LaneClaims(parts.database, parts.settings),
        lane=_lane(parts),
        statuses=DeliveryStatuses(parts.database, LateFailures(parts.channel_of, parts.settings)),
        bells=parts.bells,
        settings=parts.settings,
    )


def build_sweep(parts: Worker) -> Sweep:
    """Build it from a worker's parts."""
    database, settings = parts.database, parts.settings
    return Sweep(
        database=database,
        claims=Claims(database, settings),
        lanes=LaneClaims(database, settings),
        bells=parts.bells,
        settings=settings,
    )


def _lane(parts: Worker) -> SendLane:
    return SendLane(
        database=parts.database,
        directory=parts.directory,
        channel_of=parts.channel_of,
        http=parts.http,
        throttle=Throttle(parts.cache, factor=parts.settings.pace_factor),
        bells=parts.bells,
        intake=Intake(parts.database, parts.bells),
        settings=parts.settings,
    )
