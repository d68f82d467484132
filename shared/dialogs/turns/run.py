"""One turn: read, answer, commit, send.

No network call happens inside a transaction: a short one reads the dialog, the responder works outside of
any, a second one commits state, history, outbox and analytics together, and only then is anything sent.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots.directory import BotDirectory
from shared.bots.schemas import BotSnapshot
from shared.channels.contract import Call, ChannelAddress, InboundMessage
from shared.channels.messages import Reply, RichText, TextMessage
from shared.dialogs.bells import Bell, Bells
from shared.dialogs.contract import AnalyticsEvent, MemoryMessage, Turn, TurnResult
from shared.dialogs.limits import MessageLimit, person_key, weight_of
from shared.dialogs.memory import Memory
from shared.dialogs.outbox.lane import ChannelOf, Lane, SendLane
from shared.dialogs.outbox.rows import Head
from shared.dialogs.texts import TEXTS
from shared.dialogs.turns.addresses import AddressChanges
from shared.dialogs.turns.batch import Batch, form_batch, without_invisible_edits
from shared.dialogs.turns.claims import Claim, Claims
from shared.dialogs.turns.courtesy import Courtesy
from shared.dialogs.turns.history import Said, history_of
from shared.dialogs.turns.quarantine import failure_effect
from shared.dialogs.turns.router import Router
from shared.dialogs.turns.rows import (
    Committed,
    DialogRow,
    TurnWrite,
    commit_turn,
    load_dialog,
    load_last_words,
    load_memory,
)
from shared.kernel.clock import utc_now
from shared.kernel.detection import detect_language
from shared.kernel.errors import Unavailable
from shared.kernel.languages import Language
from shared.runtime.database import Database
from shared.runtime.settings import Settings
from shared.runtime.statements import Executor

__all__ = ["TurnRunner"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a turn starts from."""

    bot: BotSnapshot
    dialog: DialogRow
    batch: Batch
    memory: list[MemoryMessage]
    language: Language


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a turn says, rendered, and all that its commit writes."""

    language: Language
    calls: list[Call]
    history: list[Said]
    forget: bool
    write: TurnWrite


class TurnRunner:
    """Runs turns of leased dialogs. One per worker."""

    def __init__(
        self,
        *,
        database: Database,
        directory: BotDirectory,
        channel_of: ChannelOf,
        claims: Claims,
        router: Router,
        memory: Memory,
        limit: MessageLimit,
        lane: SendLane,
        courtesy: Courtesy,
        addresses: AddressChanges,
        bells: Bells,
        settings: Settings,
    ) -> None:
        self._database = database
        self._directory = directory
        self._channel_of = channel_of
        self._claims = claims
        self._router = router
        self._memory = memory
        self._limit = limit
        self._lane = lane
        self._courtesy = courtesy
        self._addresses = addresses
        self._bells = bells
        self._settings = settings

    async def run(self, claim: Claim, *, stay: bool = True) -> Claim | None:
        """Answer what waits in a leased dialog; the claim to go on with where the lease is kept for more.

        Raises:
            LostLease: somebody else answers this dialog by now; nothing was committed.
            Exception: the attempt failed and nothing was committed; the caller decides what follows.
        """
        opened = await self._open(claim)
        if not opened.batch.row_ids:
            due_at = opened.batch.due_at or opened.dialog.now
            await self._claims.release(claim, due_at=due_at, seen=opened.dialog.received_seq, refund=True)
            return None
        async with self._courtesy.during(opened.bot, opened.dialog, opened.batch.events):
            result, status = await self._answer(claim, opened)
        return await self._commit(claim, opened, result, status=status, stay=stay)

    async def give_up(self, claim: Claim, error: BaseException) -> None:
        """Quarantine the first waiting row of a dialog whose attempts are used up; apologise; go on."""
        opened = await self._open(claim, merge=False)
        if not opened.batch.row_ids:
            await self._claims.release(claim, due_at=opened.dialog.now, refund=True)
            return
        apology = TextMessage(text=RichText.of(TEXTS.get("apology", opened.language)))
        result = TurnResult(
            # who said nothing waits for no answer
            reply=Reply(messages=() if opened.batch.changes else (apology,)),
            effects=(failure_effect(claim, opened.batch.row_ids[0], error),),
            analytics=(AnalyticsEvent("turn_failed", {"error": type(error).__name__}),),
        )
        await self._commit(claim, opened, result, status="failed", stay=False)

    async def _open(self, claim: Claim, *, merge: bool | None = None) -> _Opened:
        bot = await self._directory.snapshot(claim.company_id, claim.bot_id, claim.config_version)
        memory = await self._memory.recall(claim.dialog_id, claim.history_seq)
        async with self._database.company_statements(claim.company_id, single=True) as statements:
            dialog = await load_dialog(statements, claim.dialog_id, claim.token)
        merging = claim.attempts == 1 if merge is None else merge
        batch = form_batch(dialog.waiting, now=dialog.now, merge=merging)
        if memory is None or dialog.history_seq != claim.history_seq:
            memory = await self._read_memory(claim, dialog)
        if edited := batch.edited_ids:
            async with self._database.company_statements(claim.company_id, single=True) as statements:
                words = await load_last_words(statements, claim.dialog_id, edited)
            batch = without_invisible_edits(batch, words)
        return _Opened(bot, dialog, batch, memory, _language(bot, dialog, batch))

    async def _read_memory(self, claim: Claim, dialog: DialogRow) -> list[MemoryMessage]:
        async with self._database.company_statements(claim.company_id, single=True) as statements:
            return await load_memory(
                statements, claim.dialog_id, memory_from=dialog.memory_from, limit=self._memory.messages
            )

    async def _answer(self, claim: Claim, opened: _Opened) -> tuple[TurnResult, str]:
        dialog, batch = opened.dialog, opened.batch
        if batch.changes:
            return TurnResult(effects=(self._addresses.following(claim.dialog_id, batch.changes),)), "done"
        if not batch.events:
            return TurnResult(), "done"
        person = person_key(claim.bot_id, batch.events[-1].sender.id)
        verdict = await self._limit.check(
            person, known_for=dialog.now - dialog.created_at, weight=weight_of(batch.events)
        )
        if not verdict.allowed and dialog.staff_user_id is None:
            return _limited(verdict.warn_seconds, opened.language), "limited"
        deadline = time.monotonic() + self._settings.turn_deadline
        turn = Turn(
            bot=opened.bot,
            dialog_id=claim.dialog_id,
            customer_id=dialog.customer_id,
            customer_name=dialog.customer_name,
            language=opened.language,
            events=batch.events,
            memory=opened.memory[-self._settings.context_messages :],
            state=dialog.state,
            session=lambda: self._database.session_scope(claim.company_id),
            started_at=dialog.now,
            deadline=deadline,
            staff_user_id=dialog.staff_user_id,
            history_seq=dialog.history_seq,
            language_chosen=dialog.language_chosen,
        )
        async with asyncio.timeout(self._settings.turn_deadline):
            return await self._router.respond(turn, handover_until=dialog.handover_until), "done"

    async def _commit(
        self, claim: Claim, opened: _Opened, result: TurnResult, *, status: str, stay: bool
    ) -> Claim | None:
        lane = Lane(claim.company_id, claim.dialog_id, claim.bot_id, opened.bot.platform, uuid4())
        wait = 0.0
        if result.reply.messages or result.settle is not None:
            wait = await self._lane.may_send_now(lane.platform, lane.bot_id, lane.dialog_id)
        claimed_until = time.monotonic() + self._settings.lane_seconds

        def outcome_of(final: TurnResult) -> _Outcome:
            return self._outcome(opened, final, status=status, stay=stay, take_lane=not wait)

        outcome, committed = await self._write(claim, lane, result, outcome_of)
        if committed.history_seq == opened.dialog.history_seq + len(outcome.history):
            # otherwise a notice was said meanwhile: the next turn reads the history
            remembered = [] if outcome.forget else opened.memory
            await self._memory.remember(
                claim.dialog_id, committed.history_seq, [*remembered, *(entry.memory for entry in outcome.history)]
            )
        if committed.has_lane and committed.head is not None:
            head = Head(
                id=committed.head,
                call=outcome.calls[0],
                attempts=1,
                chat_id=committed.chat_id,
                language=outcome.language,
                phone=committed.phone,
                last_inbound_at=opened.dialog.last_inbound_at,
                behind=len(outcome.calls) - 1,
                now=opened.dialog.now,
            )
            await self._send(lane, head, claimed_until)
        elif outcome.calls:
            await self._lane.ring(wait)
        return replace(claim, attempts=1, history_seq=committed.history_seq) if committed.keeps_lease else None

    def _outcome(
        self, opened: _Opened, result: TurnResult, *, status: str, stay: bool, take_lane: bool
    ) -> _Outcome:
        """What a result comes to as rows and calls."""
        language = result.language or opened.language
        address = ChannelAddress(chat_id=opened.dialog.chat_id, language=language, phone=opened.dialog.phone)
        channel = self._channel_of(opened.bot.platform)
        calls = [call for message in result.reply.messages for call in channel.render(message, address)]
        now = utc_now()
        kept = status == "done" and result.about is None
        said = history_of(opened.batch.events, result.reply, now) if kept else []
        write = TurnWrite(
            row_ids=opened.batch.row_ids,
            row_status=status,
            stay=stay,
            state=result.state,
            language=language if language is not opened.dialog.language and result.about is None else None,
            language_chosen=result.language is not None,
            forget=result.forget,
            messages=[entry.row for entry in said],
            calls=[call.model_dump(mode="json", exclude_defaults=True) for call in calls],
            analytics=[
                {"kind": event.kind, "properties": dict(event.properties)}
                for event in (*_counted(opened.batch, result, now), *result.analytics)
            ],
            about=None if result.about is None else sorted(result.about),
            take_lane=take_lane,
        )
        return _Outcome(language, calls, said, result.forget, write)

    async def _send(self, lane: Lane, head: Head, claimed_until: float) -> None:
        """Send what the turn said. The turn is committed: trouble here is the lane's and fails no attempt."""
        try:
            if await self._lane.send_head(lane, head, claimed_until):
                await self._lane.drain(lane, paced=True)
        except Unavailable as error:
            _log.warning("a lane was left", extra={"dialog": lane.dialog_id, "error": error.code})
        except Exception:  # noqa: BLE001 - the answer is committed; its lane runs out and is tried again
            _log.exception("a lane broke off", extra={"dialog": lane.dialog_id})

    async def _write(
        self, claim: Claim, lane: Lane, result: TurnResult, outcome_of: Callable[[TurnResult], _Outcome]
    ) -> tuple[_Outcome, Committed]:
        """Commit a result and ring for its writes; what it settles is decided in the same transaction, before it
        is rendered."""

        async def commit(executor: Executor, outcome: _Outcome) -> Committed:
            return await commit_turn(
                executor,
                dialog_id=claim.dialog_id,
                token=claim.token,
                send_token=lane.token,
                lane_time=self._lane.lane_time,
                write=outcome.write,
            )

        if not result.effects and result.settle is None:
            outcome = outcome_of(result)
            async with self._database.company_statements(claim.company_id) as statements:
                return outcome, await commit(statements, outcome)
        async with self._database.session_scope(claim.company_id) as session:
            settled, bells = await _settled(session, result)
            outcome = outcome_of(settled)
            committed = await commit(session, outcome)
        for bell in sorted(bells):
            await self._bells.ring(bell)
        return outcome, committed


async def _settled(session: AsyncSession, result: TurnResult) -> tuple[TurnResult, set[Bell]]:
    """Carry out a result's writes; the result as they left it, and the bells to ring after the commit."""
    bells = [await effect(session) for effect in result.effects]
    if result.settle is not None:
        settled = await result.settle(session)
        bells += [await effect(session) for effect in settled.effects]
        result = replace(
            result, reply=settled.reply, state=settled.state, analytics=[*result.analytics, *settled.analytics]
        )
    return result, {bell for bell in bells if bell is not None}


def _language(bot: BotSnapshot, dialog: DialogRow, batch: Batch) -> Language:
    """The chosen language, else that of the words, else the one known, else the bot's."""
    if dialog.language_chosen and dialog.language is not None:
        return dialog.language
    for event in reversed(batch.events):
        if isinstance(event, InboundMessage):
            words = getattr(event.content, "text", "") or getattr(event.content, "caption", "")
            if words and not words.startswith("/") and (found := detect_language(words)) is not None:
                return found
    return dialog.language or bot.language


def _counted(batch: Batch, result: TurnResult, now: datetime) -> tuple[AnalyticsEvent, ...]:
    """The event ``turn``: what a shopper wrote and was told, and how long they waited for it."""
    reply = result.reply
    messages = sum(isinstance(event, InboundMessage) for event in batch.events)
    if not messages or batch.received_at is None or result.about is not None:
        return ()
    properties = {"messages": messages, "replies": len(reply.messages)}
    if reply.messages:
        properties["ms"] = max(0, round((now - batch.received_at).total_seconds() * 1000))
    return (AnalyticsEvent("turn", properties),)


def _limited(warn_seconds: float | None, language: Language) -> TurnResult:
    counted = (AnalyticsEvent("limited"),)
    if warn_seconds is None:
        return TurnResult(analytics=counted)
    text = TEXTS.count("limited", round(warn_seconds), language)
    return TurnResult(reply=Reply(messages=(TextMessage(text=RichText.of(text)),)), analytics=counted)
