"""The send lane: calls of one dialog leave one at a time, in order, whoever sends them.

What follows from each outcome:

    sent                           recorded; the next
    not sent (429, no connection)  waits as told, or 1, 2, 4 … seconds; the lane rests
    uncertain (no answer)          where delivery statuses tell, waits for one; then sent again, flagged
    refused: another form may do   its fallback at once, in place (the channel's client)
    refused: rejected              failed, with a record for the administrator; the next
    refused: unreachable           failed; the lane rests until the person writes
    refused: window closed         its template instead; without one, failed
    erased while it waited         nothing is sent; the next
    refused: misconfigured         the whole bot rests until a person mends it

What a status reports after the messenger took a call has the same consequences (``late``).

A known outcome is recorded even while Postgres comes and goes, as long as the worker lives. A call that has
begun is not broken off when its worker is asked to stop: its outcome would be lost, and the call repeated.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal, Protocol
from uuid import UUID

from shared.bots.directory import BotDirectory
from shared.channels.contract import (
    AddressChange,
    AddressNews,
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
from shared.dialogs.inbox.events import NO_WINDOWS, inbox_row
from shared.dialogs.inbox.intake import Intake
from shared.dialogs.outbox.consequences import BotRest, Then, consequence_of
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
from shared.kernel.clock import utc_now
from shared.kernel.errors import Misconfigured, NotFound, TryLater, Unavailable
from shared.kernel.ids import new_id
from shared.kernel.languages import DEFAULT_LANGUAGE
from shared.runtime.database import Database
from shared.runtime.http import HttpTransport
from shared.runtime.settings import Settings

__all__ = ["ChannelOf", "Lane", "SendLane"]

_log = logging.getLogger(__name__)
_ROW_ON_ITS_WAY = 0.01
"""Seconds to look again for a head that was committed after our statement began."""


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
        intake: Intake,
        settings: Settings,
    ) -> None:
        self._database = database
        self._directory = directory
        self._channel_of = channel_of
        self._http = http
        self._throttle = throttle
        self._bells = bells
        self._intake = intake
        self._settings = settings
        self._stopping = False
        self._in_flight: set[asyncio.Task[bool]] = set()
        self.lane_time = timedelta(seconds=settings.lane_seconds)
        """How long a claim of the lane lasts; renewed with every call."""

    def stop(self) -> None:
        """Begin no further call (SIGTERM); lanes are given back after the call under way."""
        self._stopping = True

    async def settle(self) -> None:
        """Wait for calls under way, a call's time-out and a little more at most."""
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=self._settings.send_timeout * 1.5)

    async def may_send_now(self, platform: Platform, bot_id: UUID, dialog_id: int) -> float:
        """Seconds to hold the next call back; 0: it may go now, and was counted against the pace."""
        return await self._throttle.wait(platform, bot_id, dialog_id)

    async def ring(self, wait: float) -> None:
        """Ask for a sender in ``wait`` seconds."""
        await self._bells.ring_later("deliveries", wait)

    async def drain(self, lane: Lane, *, paced: bool = False) -> None:
        """Send from the head until the lane is empty or has to rest; ``paced``: the first call was counted already.

        Raises:
            Unavailable: Postgres went away while nothing was under way; the claim runs out by itself.
        """
        wait = 0.0 if paced else await self.may_send_now(lane.platform, lane.bot_id, lane.dialog_id)
        if wait > 0 or self._stopping:
            await self._release(lane, wait)
            return
        tells = self._channel_of(lane.platform).tells_fate_of_uncertain_sends
        while True:
            claimed_until = time.monotonic() + self._settings.lane_seconds
            async with self._database.company_statements(lane.company_id) as session:
                taken = await take_head(
                    session, lane.dialog_id, token=lane.token, lane_time=self.lane_time, statuses_tell=tells
                )
                if taken.awaits_status:
                    rest = timedelta(seconds=self._settings.uncertain_wait)
                    await release_lane(session, lane.dialog_id, token=lane.token, rest=rest)
            if not taken.ours or taken.awaits_status:
                return
            if taken.head is None:
                await asyncio.sleep(_ROW_ON_ITS_WAY)
            elif not await self.send_head(lane, taken.head, claimed_until):
                return

    async def send_head(self, lane: Lane, head: Head, claimed_until: float) -> bool:
        """Make the call that is under way in our hands and record its outcome; whether to go on with the lane."""
        sending = asyncio.create_task(self._send_head(lane, head, claimed_until))
        self._in_flight.add(sending)
        sending.add_done_callback(self._in_flight.discard)
        return await asyncio.shield(sending)

    async def _send_head(self, lane: Lane, head: Head, claimed_until: float) -> bool:
        if head.call is None:
            return await self._finish(lane, head, Outcome(status="failed", error_code="erased"))
        if head.attempts > self._settings.send_attempts:  # its senders vanished again and again
            return await self._give_up(lane, head, "uncertain")
        left = claimed_until - time.monotonic()
        if left < self._settings.send_timeout * 1.5:
            # too little of the claim is left to be sure that nobody else sends it too
            await self._postpone(lane, head, 0.0, status="waiting", code="claim_too_short", refund=True)
            return False
        try:
            async with asyncio.timeout(left - self._settings.send_timeout * 0.25):
                sent = await self._call(lane, head, head.call)
        except (Refused, NotSent, TryLater) as error:
            return await self._not_delivered(lane, head, error)
        except (Misconfigured, NotFound) as error:
            return await self._not_delivered(lane, head, Refused(Refusal.MISCONFIGURED, error.code))
        except Exception as error:  # noqa: BLE001 - no answer, or a defect of ours: nobody can tell whether it left
            if not isinstance(error, Uncertain | TimeoutError):
                _log.exception("a call broke off", extra={"outbox": head.id, "dialog": lane.dialog_id})
            return await self._uncertain(lane, head)
        tells = self._channel_of(lane.platform).tells_late_failures
        outcome = Outcome(
            status="sent",
            message_ids=sent.platform_message_ids,
            form=sent.form,
            fate_follows=tells and bool(sent.platform_message_ids),
        )
        goes_on = await self._finish(lane, head, outcome)
        if sent.new_chat_id is not None:
            await self._moved(lane, head, sent.new_chat_id)
        return goes_on

    async def _moved(self, lane: Lane, head: Head, new_chat_id: str) -> None:
        """Write down where the chat is now, as if the platform had told it; the next call tells what is lost."""
        event = AddressChange(
            event_id=f"moved:{head.chat_id}:{new_chat_id}",
            occurred_at=utc_now(),
            order_key=0,
            chat_id=new_chat_id,
            change=AddressNews.MOVED,
            also=(head.chat_id,),
        )
        try:
            await self._intake.record([inbox_row(event, bot_id=lane.bot_id, place=0, windows=NO_WINDOWS)], b"")
        except Unavailable:
            _log.warning("where a chat moved to was not written down", extra={"dialog": lane.dialog_id})

    async def _give_up(self, lane: Lane, head: Head, code: str) -> bool:
        return await self._finish(lane, head, Outcome(status="failed", error_code=code), failure=code)

    async def _call(self, lane: Lane, head: Head, call: Call) -> Sent:
        access = await self._directory.access(lane.bot_id)
        channel = self._channel_of(lane.platform)
        late = _window_is_closed(head, channel)
        # a number that nobody wrote from for so long may be another person's: the name that stays is the safer one
        address = ChannelAddress(
            chat_id=head.chat_id, language=head.language or DEFAULT_LANGUAGE, phone=None if late else head.phone
        )
        form = call
        if late and not call.template:
            form = template_instead(call, channel, access.identity, address)

        async def send(form: Call) -> Sent:
            sent = await channel.send(
                channel.addressed(form, address),
                reference=str(head.id),
                credentials=access.credentials,
                http=self._http,
                bot=access.identity,
            )
            return sent if form is call or sent.form is not None else replace(sent, form=form)

        try:
            return await send(form)
        except Refused as refused:
            if refused.refusal is not Refusal.WINDOW_CLOSED or form.template:
                raise
        return await send(template_instead(call, channel, access.identity, address))

    async def _not_delivered(self, lane: Lane, head: Head, error: Refused | NotSent | TryLater) -> bool:
        if isinstance(error, Refused):
            _log.warning(
                "a call was refused",
                extra={"outbox": head.id, "dialog": lane.dialog_id, "refusal": error.refusal.value},
            )
        follows = consequence_of(error, attempts=head.attempts, settings=self._settings)
        match follows.then:
            case Then.AGAIN:
                await self._postpone(
                    lane,
                    head,
                    follows.wait,
                    status="waiting",
                    code=follows.code,
                    refund=not follows.counted,
                    bot=follows.bot,
                )
                return False
            case Then.UNREACHABLE:
                return await self._finish(
                    lane, head, Outcome(status="failed", error_code=follows.code, blocked=True)
                )
            case Then.GIVE_UP:
                return await self._give_up(lane, head, follows.code)

    async def _uncertain(self, lane: Lane, head: Head) -> bool:
        if head.attempts >= self._settings.send_attempts:
            return await self._give_up(lane, head, "uncertain")
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
        rests = wait > 0 or self._stopping
        failure_id = new_id()  # the same for every try to write it

        async def write() -> bool:
            async with self._database.company_statements(lane.company_id, single=failure is None) as session:
                finished = await finish_head(
                    session,
                    head.id,
                    outcome,
                    token=lane.token,
                    lane_time=self.lane_time,
                    rest=timedelta(seconds=wait) if rests else None,
                )
                if failure is not None and finished.recorded:
                    await record_failure(
                        session,
                        company_id=lane.company_id,
                        failure_id=failure_id,
                        kind="send",
                        dialog_id=lane.dialog_id,
                        outbox_id=head.id,
                        code=failure,
                        detail=head.call.method if head.call is not None else "",
                        attempts=head.attempts,
                    )
                return finished.ours

        ours = await self._insist(write)
        if rests and head.behind > 0:
            await self._bells.ring_later("deliveries", wait)
        return ours

    async def _postpone(
        self,
        lane: Lane,
        head: Head,
        wait: float,
        *,
        status: Literal["waiting", "uncertain"],
        code: str,
        refund: bool = False,
        bot: BotRest | None = None,
    ) -> None:
        async def write() -> bool:
            async with self._database.company_statements(lane.company_id) as session:
                await postpone_head(
                    session,
                    head.id,
                    dialog_id=lane.dialog_id,
                    token=lane.token,
                    rest=timedelta(seconds=wait),
                    status=status,
                    error_code=code,
                    refund=refund,
                )
                if bot is not None:
                    rest = timedelta(seconds=bot.seconds)
                    await rest_bot(session, lane.bot_id, rest=rest, misconfigured=bot.misconfigured)
            return False

        await self._insist(write)
        await self._bells.ring_later("deliveries", wait)

    async def _release(self, lane: Lane, wait: float) -> None:
        async with self._database.company_statements(lane.company_id) as session:
            await release_lane(session, lane.dialog_id, token=lane.token, rest=timedelta(seconds=wait))
        await self._bells.ring_later("deliveries", wait)

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


def _window_is_closed(head: Head, channel: Channel) -> bool:
    """By what the messenger said of this message before, else by when the person last wrote."""
    if head.template_only:
        return True
    if channel.reply_window is None:
        return False
    spoke = head.last_inbound_at
    return spoke is None or (head.now - spoke).total_seconds() > channel.reply_window
