"""A webhook is verified, read, recorded and answered; nothing else happens here.

What the platform is told: unauthentic 401/403, over the size limit 413, not JSON 400; authentic JSON of any
shape is recorded and answered 200, since a refusal would stall the chat for a day; Postgres down 503.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.bots.directory import BotDirectory
from shared.channels.contract import (
    BotIdentity,
    Channel,
    Ignored,
    InboundEvent,
    Membership,
    MembershipChange,
    Platform,
    WebhookRequest,
)
from shared.dialogs.inbox.events import Windows, inbox_row
from shared.dialogs.inbox.intake import Intake
from shared.dialogs.outbox.lane import ChannelOf
from shared.dialogs.turns.commands import welcome
from shared.kernel.clock import utc_now
from shared.kernel.errors import NotFound, TooLarge
from shared.kernel.json import TooDeep, decode_object
from shared.runtime.settings import Settings

__all__ = ["Webhooks"]

_log = logging.getLogger(__name__)


class Webhooks:
    """Receives webhooks of all platforms. One per worker."""

    def __init__(
        self,
        *,
        directory: BotDirectory,
        channel_of: ChannelOf,
        intake: Intake,
        settings: Settings,
    ) -> None:
        self._directory = directory
        self._channel_of = channel_of
        self._intake = intake
        self._windows = Windows.of(settings)
        self._body_limit = settings.webhook_body_limit

    async def receive(self, platform: str, bot_id: UUID, request: WebhookRequest) -> Mapping[str, Any] | None:
        """Record a webhook; on return it is committed. The JSON to answer with, or ``None`` for an empty 200.

        Raises:
            TooLarge, NotFound, Unauthenticated, Forbidden, InvalidInput: refused, nothing changed.
            Unavailable: not recorded; the platform should come again.
        """
        if len(request.body) > self._body_limit:
            raise TooLarge(self._body_limit)
        channel = await self._channel(platform, bot_id)
        access = await self._directory.access(bot_id)
        channel.authenticate(request, access.credentials)
        events = _read(channel, request.body, access.identity)
        rows = [
            inbox_row(event, bot_id=bot_id, place=int(number == 0), windows=self._windows)
            for number, event in enumerate(events)
        ]
        if rows:
            await self._intake.record(rows, request.body)
        return await self._immediate_reply(channel, bot_id, events)

    async def handshake(self, platform: str, bot_id: UUID, query: Mapping[str, str]) -> str:
        """Answer the GET by which a platform verifies our address.

        Raises:
            NotFound, Forbidden: not ours, or not the agreed token.
        """
        channel = await self._channel(platform, bot_id)
        return channel.handshake(query, (await self._directory.access(bot_id)).credentials)

    async def _channel(self, platform: str, bot_id: UUID) -> Channel:
        found = await self._directory.find(bot_id)
        if found.platform.value != platform:
            raise NotFound("bot", bot_id)
        return self._channel_of(Platform(platform))

    async def _immediate_reply(
        self, channel: Channel, bot_id: UUID, events: Sequence[InboundEvent]
    ) -> Mapping[str, Any] | None:
        started = next(
            (
                event
                for event in events
                if isinstance(event, MembershipChange) and event.change is Membership.STARTED
            ),
            None,
        )
        if started is None:
            return None
        found = await self._directory.find(bot_id)
        bot = await self._directory.snapshot(found.company_id, bot_id, 0)
        return channel.immediate_reply(events, welcome(bot, started.sender.language or bot.language))


def _read(channel: Channel, body: bytes, bot: BotIdentity) -> Sequence[InboundEvent]:
    """The events of an authentic body. One that is too deep to read is recorded for its raw bytes alone.

    Raises:
        InvalidInput: not a JSON object.
    """
    try:
        return channel.parse(decode_object(body), bot=bot)
    except TooDeep:
        digest = hashlib.sha256(body).hexdigest()
        return [Ignored(event_id=f"unread:{digest}", occurred_at=utc_now(), order_key=0, reason="too_deep")]
