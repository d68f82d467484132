"""The send lane: calls of one dialog leave one at a time, in order, whoever sends them.

What follows from each outcome:

    sent                           recorded; the next
    not sent (429, no connection)  waits as told, or 1, 2, 4 … seconds; the lane rests
    uncertain (no answer)          where delivery statuses tell, waits for one; then sent again, flagged
    refused: rejected              failed, with a record for the administrator; the next
    refused: unreachable           failed; the lane rests until the person writes
    refused: window closed         its template instead; without one, failed
    refused: misconfigured         the whole bot rests until a person mends it

A known outcome is recorded even while Postgres comes and goes, as long as the worker lives.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from shared.bots.directory import BotDirectory
from shared.channels.contract import (
    Call,
    Channel,
    ChannelAddress,
    NotSent,
    Platform,
    Refusal,
    Refused,
    Sent,
    Uncertain,
)
from shared.dialogs.bells import Bells
from shared.dialogs.outbox.rows import (
    Head,
    Outcome,
    finish_head,
    postpone_head,
    record_failure,
    release_lane,
    rest_bot,
    take_head,
)
from shared.dialogs.outbox.throttle import Throttle
from shared.dialogs.outbox.window import template_instead
from shared.kernel.errors import Misconfigured, NotFound, TryLater, Unavailable
from shared.kernel.ids import new_id
from shared.kernel.languages import DEFAULT_LANGUAGE
from shared.runtime.database import Database
from shared.runtime.http import HttpTransport
from shared.runtime.settings import Settings

__all__ = ["ChannelOf", "Lane", "SendLane"]

_log = logging.getLogger(__name__)


class ChannelOf(Protocol):
    """Finds the channel of a platform."""

    def __call__(self, platform: Platform, /) -> Channel:
        """The channel of ``platform``."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A dialog's lane that is ours until its claim runs out."""

    company_id: UUID
    dialog_id: int
    bot_id: UUID
    platform: Platform
    token: UUID


class SendLane:
    """Sends what waits in a dialog's lane. One per worker."""

    def __init__(
        self,
        *,
        database: Database,
        directory: BotDirectory,
        channel_of: ChannelOf,
        http: HttpTransport,
        throttle: Throttle,
        bells: Bells,
        settings: Settings,
    ) -> None:
        self._database = database
        self._directory = directory
        self._channel_of = channel_of
        self._http = http
        self._throttle = throttle
        self._bells = bells
        self._settings = settings
        self.lane_time = timedelta(seconds=settings.lane_seconds)
        """How long a claim of the lane lasts; renewed with every call."""

    async def may_send_now(self, platform: Platform, bot_id: UUID, dialog_id: int) -> float:
        """Seconds to hold the next call back; 0: it may go now, and was counted against the pace."""
        return await self._throttle.wait(platform, bot_id, dialog_id)

    async def ring(self, wait: float) -> None:
        """Ask for a sender in ``wait`` seconds."""
        await self._bells.ring_more("deliveries", delay=wait)

    async def drain(self, lane: Lane) -> None:
        """Send from the head until the lane is empty or has to rest.

        Raises:
            Unavailable: Postgres went away while nothing was under way; the claim runs out by itself.
        """
        wait = await self.may_send_now(lane.platform, lane.bot_id, lane.dialog_id)
        if wait > 0:
            await self._release(lane, wait)
            return
        tells = self._channel_of(lane.platform).tells_fate_of_uncertain_sends
        while True:
            claimed_until = time.monotonic() + self._settings.lane_seconds
            async with self._database.session_scope(lane.company_id) as session:
                taken = await take_head(
                    session, lane.dialog_id, token=lane.token, lane_time=self.lane_time, statuses_tell=tells
                )
                if taken.awaits_status:
                    rest = timedelta(seconds=self._settings.uncertain_wait)
                    await release_lane(session, lane.dialog_id, token=lane.token, rest=rest)
            if not taken.ours or taken.awaits_status:
                return
            if taken.head is not None and not await self.send_head(lane, taken.head, claimed_until):
                return

    async def send_head(self, lane: Lane, head: Head, claimed_until: float) -> bool:
        """Make the call that is under way in our hands and record its outcome; whether to go on with the lane."""
        if claimed_until - time.monotonic() < self._settings.send_timeout * 1.5:
            return False  # too little of the claim is left to be sure that nobody else sends it too
        try:
            sent = await self._call(lane, head)
        except Refused as refused:
            return await self._refused(lane, head, refused)
        except NotSent as error:
            return await self._not_sent(lane, head, error)
        except TryLater as error:  # the transport's breaker is open, or our own database is away
            not_sent = NotSent(error.code, after=error.after)
            return await self._not_sent(lane, head, not_sent, refund=True)
        except (Misconfigured, NotFound) as error:
            return await self._refused(lane, head, Refused(Refusal.MISCONFIGURED, error.code))
        except Uncertain:
            return await self._uncertain(lane, head)
        outcome = Outcome(status="sent", message_ids=sent.platform_message_ids, new_chat_id=sent.new_chat_id)
        return await self._finish(lane, head, outcome)

    async def _call(self, lane: Lane, head: Head) -> Sent:
        access = await self._directory.access(lane.bot_id)
        channel = self._channel_of(lane.platform)
        call = head.call
        address = ChannelAddress(chat_id=head.chat_id, language=head.language or DEFAULT_LANGUAGE, phone=head.phone)
        if channel.reply_window is not None and not call.template:
            spoke = head.last_inbound_at
            if spoke is None or (head.now - spoke).total_seconds() > channel.reply_window:
                call = template_instead(call, channel, access.identity, address)

        async def send(call: Call) -> Sent:
            return await channel.send(
                call,
                reference=str(head.id),
                credentials=access.credentials,
                http=self._http,
                bot=access.identity,
            )

        try:
            return await send(call)
        except Refused as refused:
            if refused.refusal is not Refusal.WINDOW_CLOSED or call.template:
                raise
        return await send(template_instead(call, channel, access.identity, address))

    async def _refused(self, lane: Lane, head: Head, refused: Refused) -> bool:
        _log.warning(
            "a call was refused",
            extra={"outbox": head.id, "dialog": lane.dialog_id, "refusal": refused.refusal.value},
        )
        if refused.refusal is Refusal.MISCONFIGURED:
            rest = timedelta(seconds=self._settings.misconfigured_wait)
            async with self._database.session_scope(lane.company_id) as session:
                await rest_bot(session, lane.bot_id, rest=rest, misconfigured=refused.reason[:200])
                await postpone_head(
                    session,
                    head.id,
                    dialog_id=lane.dialog_id,
                    token=lane.token,
                    rest=rest,
                    status="waiting",
                    error_code=refused.code,
                    refund=True,
                )
            return False
        blocked = refused.refusal is Refusal.UNREACHABLE
        code = refused.platform_code or refused.refusal.value
        outcome = Outcome(status="failed", error_code=code[:100], blocked=blocked)
        return await self._finish(lane, head, outcome, failure=None if blocked else code)

    async def _not_sent(self, lane: Lane, head: Head, error: NotSent, *, refund: bool = False) -> bool:
        if error.scope == "bot" and error.after is not None:
            async with self._database.session_scope(lane.company_id) as session:
                await rest_bot(session, lane.bot_id, rest=timedelta(seconds=error.after))
        told = error.after is not None
        if head.attempts >= self._settings.send_attempts and not told:
            outcome = Outcome(status="failed", error_code=error.code)
            return await self._finish(lane, head, outcome, failure=error.code)
        curve = error.attempt_curve or 2.0
        wait = error.after if error.after is not None else curve ** (head.attempts - 1)
        wait = min(wait, self._settings.send_backoff_limit) if not told else wait
        await self._postpone(lane, head, wait, status="waiting", code=error.code, refund=refund or told)
        return False

    async def _uncertain(self, lane: Lane, head: Head) -> bool:
        if head.attempts >= self._settings.send_attempts:
            outcome = Outcome(status="failed", error_code="uncertain")
            return await self._finish(lane, head, outcome, failure="uncertain")
        if self._channel_of(lane.platform).tells_fate_of_uncertain_sends:
            wait = self._settings.uncertain_wait
        else:
            wait = min(2.0 ** (head.attempts - 1), self._settings.send_backoff_limit)
        await self._postpone(lane, head, wait, status="uncertain", code="uncertain")
        return False

    async def _finish(self, lane: Lane, head: Head, outcome: Outcome, *, failure: str | None = None) -> bool:
        wait = 0.0
        if head.behind > 0 and not outcome.blocked:
            wait = await self.may_send_now(lane.platform, lane.bot_id, lane.dialog_id)

        async def write() -> bool:
            async with self._database.session_scope(lane.company_id) as session:
                if failure is not None:
                    await record_failure(
                        session,
                        company_id=lane.company_id,
                        failure_id=new_id(),
                        kind="send",
                        dialog_id=lane.dialog_id,
                        outbox_id=head.id,
                        code=failure,
                        detail=head.call.method,
                        attempts=head.attempts,
                    )
                return await finish_head(
                    session,
                    head.id,
                    outcome,
                    dialog_id=lane.dialog_id,
                    token=lane.token,
                    lane_time=self.lane_time,
                    rest=timedelta(seconds=wait) if wait else None,
                )

        ours = await self._insist(write)
        if wait:
            await self._bells.ring_more("deliveries", delay=wait)
        return ours

    async def _postpone(
        self, lane: Lane, head: Head, wait: float, *, status: str, code: str, refund: bool = False
    ) -> None:
        async def write() -> bool:
            async with self._database.session_scope(lane.company_id) as session:
                await postpone_head(
                    session,
                    head.id,
                    dialog_id=lane.dialog_id,
                    token=lane.token,
                    rest=timedelta(seconds=wait),
                    status="uncertain" if status == "uncertain" else "waiting",
                    error_code=code,
                    refund=refund,
                )
            return False

        await self._insist(write)
        await self._bells.ring_more("deliveries", delay=wait)

    async def _release(self, lane: Lane, wait: float) -> None:
        async with self._database.session_scope(lane.company_id) as session:
            await release_lane(session, lane.dialog_id, token=lane.token, rest=timedelta(seconds=wait))
        await self._bells.ring_more("deliveries", delay=wait)

    async def _insist(self, write: Callable[[], Awaitable[bool]]) -> bool:
        """Record a known outcome through outages of Postgres: the person has the message already."""
        pause = 0.1
        while True:
            try:
                return await write()
            except Unavailable:
                _log.warning("waiting for postgres to record what was sent")
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
