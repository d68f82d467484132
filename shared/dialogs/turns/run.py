"""One turn: read, answer, commit, send.

No network call happens inside a transaction: a short one reads the dialog, the responder works outside of
any, a second one commits state, history, outbox and analytics together, and only then is anything sent.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

from shared.bots.directory import BotDirectory
from shared.bots.schemas import BotSnapshot
from shared.channels.contract import Call
from shared.channels.messages import Reply, RichText, TextMessage
from shared.dialogs.bells import Bells
from shared.dialogs.contract import AnalyticsEvent, MemoryMessage, Turn, TurnResult, is_echo, no_link
from shared.dialogs.limits import MessageLimit, person_key, weight_of
from shared.dialogs.memory import Memory
from shared.dialogs.openings import opening_of
from shared.dialogs.outbox.lane import ChannelOf, Lane, SendLane
from shared.dialogs.outbox.rows import Head
from shared.dialogs.texts import TEXTS
from shared.dialogs.turns.address import answer_address
from shared.dialogs.turns.addresses import AddressChanges
from shared.dialogs.turns.asker import Asker, group_asker, keep_apart, nobody, open_wish, private_asker
from shared.dialogs.turns.batch import Batch, MergeRule, form_batch, with_edits_judged
from shared.dialogs.turns.claims import Claim, Claims
from shared.dialogs.turns.courtesy import Courtesy
from shared.dialogs.turns.echoes import echo_ids, load_own, without_echoes
from shared.dialogs.turns.history import Said, history_of
from shared.dialogs.turns.outcome import counted, language_of_turn, limited, settled, told_of
from shared.dialogs.turns.quarantine import failure_effect
from shared.dialogs.turns.router import Router
from shared.dialogs.turns.rows import (
    Committed,
    DialogRow,
    TurnWrite,
    commit_turn,
    load_answered,
    load_dialog,
    load_memory,
)
from shared.kernel.clock import utc_now
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
    asker: Asker
    batch: Batch
    memory: list[MemoryMessage]
    language: Language
    private_link: Callable[[str], str | None]


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
        self._merge_window = timedelta(seconds=settings.merge_window)

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
        asked = not all(map(is_echo, opened.batch.events))
        result = TurnResult(
            reply=Reply(messages=(apology,) if asked else ()),
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
        rule = MergeRule(self._merge_window, partial(self._router.is_whole, bot.mode)) if merging else None
        batch = form_batch(dialog.waiting, now=dialog.now, rule=rule)
        if edited := batch.edited_ids:
            async with self._database.company_statements(claim.company_id, single=True) as statements:
                answered = await load_answered(statements, claim.dialog_id, edited)
            batch = with_edits_judged(batch, answered)
        if echoed := echo_ids(batch):
            batch = without_echoes(batch, await self._not_of_staff(claim, dialog, echoed))
        asker, batch = await self._who_asks(claim, dialog, batch)
        if memory is None or asker.in_group or dialog.history_seq != claim.history_seq:
            memory = await self._read_memory(claim, asker)
        link = await self._private_link(claim, bot) if asker.in_group else no_link
        return _Opened(bot, dialog, asker, batch, memory, language_of_turn(bot, asker, batch), link)

    async def _not_of_staff(self, claim: Claim, dialog: DialogRow, echoed: Sequence[str]) -> Collection[str]:
        """The echoes that hand nothing over: of our own calls, and all in the chat of a member of staff."""
        if dialog.staff_user_id is not None:
            return echoed
        async with self._database.company_statements(claim.company_id, single=True) as statements:
            return await load_own(statements, claim.bot_id, echoed)

    async def _who_asks(self, claim: Claim, dialog: DialogRow, batch: Batch) -> tuple[Asker, Batch]:
        """The turn's person; where a link out of a group opened the private chat, the wish that it stands for."""
        if dialog.is_group:
            if not batch.events:
                return nobody(dialog.now), batch
            async with self._database.company_statements(claim.company_id, single=True) as statements:
                return await group_asker(statements, claim.dialog_id, batch.events, dialog.now), batch
        asker = private_asker(dialog)
        opening = opening_of(batch.events[0]) if len(batch.events) == 1 else None
        if opening is None:
            return asker, batch
        async with self._database.company_statements(claim.company_id, single=True) as statements:
            return await open_wish(statements, claim.bot_id, opening, asker, batch)

    async def _private_link(self, claim: Claim, bot: BotSnapshot) -> Callable[[str], str | None]:
        identity = await self._directory.identity(claim.bot_id)
        return partial(self._channel_of(bot.platform).private_link, identity)

    async def _read_memory(self, claim: Claim, asker: Asker) -> list[MemoryMessage]:
        if asker.anonymous:
            return []
        async with self._database.company_statements(claim.company_id, single=True) as statements:
            return await load_memory(
                statements,
                claim.dialog_id,
                memory_from=asker.memory_from,
                limit=self._memory.messages,
                person_id=asker.kept_apart,
            )

    async def _answer(self, claim: Claim, opened: _Opened) -> tuple[TurnResult, str]:
        dialog, asker, batch = opened.dialog, opened.asker, opened.batch
        if batch.changes:
            return TurnResult(effects=(self._addresses.following(claim.dialog_id, batch.changes),)), "done"
        if not batch.events:
            return TurnResult(), "done"
        # a turn with words of the staff is never left out: the bot has to step back
        if not any(map(is_echo, batch.events)):
            person = person_key(claim.bot_id, batch.events[-1].sender.id)
            verdict = await self._limit.check(
                person,
                written_at=batch.events[-1].occurred_at,
                known_for=dialog.now - asker.since,
                weight=weight_of(batch.events),
            )
            if not verdict.allowed and dialog.staff_user_id is None:
                return limited(verdict.warn_seconds, opened.language), "limited"
        deadline = time.monotonic() + self._settings.turn_deadline
        turn = Turn(
            bot=opened.bot,
            dialog_id=claim.dialog_id,
            customer_id=asker.id,
            customer_name=asker.name,
            language=opened.language,
            events=batch.events,
            memory=opened.memory[-self._settings.context_messages :],
            state=asker.state,
            session=lambda: self._database.session_scope(claim.company_id),
            started_at=dialog.now,
            deadline=deadline,
            staff_user_id=dialog.staff_user_id,
            history_seq=dialog.history_seq,
            language_chosen=asker.language_chosen,
            edited=batch.repeats,
            group=asker.in_group,
            private_link=opened.private_link,
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

        outcome, committed = await self._write(claim, opened.asker, lane, result, outcome_of)
        same = committed.history_seq == opened.dialog.history_seq + len(outcome.history)
        if same and not opened.asker.in_group:
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
                template_only=False,
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
        asker = opened.asker
        language = result.language or opened.language
        address = answer_address(opened.dialog, language, opened.batch.events)
        channel = self._channel_of(opened.bot.platform)
        calls: list[Call] = []
        for message in result.reply.messages:
            # the first of them shows what it answers
            calls += channel.render(message, replace(address, quotes=None) if calls else address)
        now = utc_now()
        kept = status == "done" and result.about is None and not asker.anonymous
        said = history_of(opened.batch.events, result.reply, now, changed=result.changed) if kept else []
        write = TurnWrite(
            row_ids=opened.batch.row_ids,
            row_status=status,
            stay=stay,
            state=result.state,
            language=language if language is not asker.language and result.about is None else None,
            language_chosen=result.language is not None,
            forget=result.forget,
            messages=[entry.row for entry in said],
            person_id=asker.kept_apart,
            calls=[call.model_dump(mode="json", exclude_defaults=True) for call in calls],
            analytics=[
                {"kind": event.kind, "properties": dict(event.properties)}
                for event in (*counted(opened.batch, result, now), *result.analytics)
            ],
            about=told_of(result, asker, status),
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
        self,
        claim: Claim,
        asker: Asker,
        lane: Lane,
        result: TurnResult,
        outcome_of: Callable[[TurnResult], _Outcome],
    ) -> tuple[_Outcome, Committed]:
        """Commit a result and ring for its writes; what it settles is decided in the same transaction, before it
        is rendered."""

        async def commit(executor: Executor, outcome: _Outcome) -> Committed:
            write = await keep_apart(executor, claim.dialog_id, asker, outcome.write)
            return await commit_turn(
                executor,
                dialog_id=claim.dialog_id,
                token=claim.token,
                send_token=lane.token,
                lane_time=self._lane.lane_time,
                write=write,
            )

        if not result.effects and result.settle is None:
            outcome = outcome_of(result)
            async with self._database.company_statements(claim.company_id) as statements:
                return outcome, await commit(statements, outcome)
        async with self._database.session_scope(claim.company_id) as session:
            result, bells = await settled(session, result)
            outcome = outcome_of(result)
            committed = await commit(session, outcome)
        for bell in sorted(bells):
            await self._bells.ring(bell)
        return outcome, committed
