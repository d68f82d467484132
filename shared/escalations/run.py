"""What the queue ``escalations`` starts: tells the staff of a new one, reminds, hands on, and ends what is over.

``due_at`` of an active escalation says when it must be looked at next; a look does what is due, moves ``due_at``,
and commits both together, with the row locked: two runs at once do one thing once. What follows
from a look:

    not announced            summary, a card to everybody who serves there; the reply timer starts
    nobody answers in time   1st: the member who has it, or everybody, is reminded
                             2nd: it goes to the least busy colleague
                             3rd: it is open again, and everybody is told; no more after that
    its time is over         the bot answers again, and both sides are told

Outside the bot's working hours reminders wait for the morning.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots import service as bots
from shared.bots.schemas import BotSnapshot
from shared.dialogs.bells import Bells
from shared.dialogs.contract import MemoryMessage, Role
from shared.dialogs.notes import add_note
from shared.escalations import repository, service
from shared.escalations.desk import EscalationDesk
from shared.escalations.models import EscalationRow
from shared.escalations.rules import HandoverRules, rules_of
from shared.escalations.schemas import Escalation
from shared.escalations.staff import cards
from shared.escalations.staff.cases import case_of
from shared.escalations.staff.people import Member, colleagues, next_in_line
from shared.kernel.clock import utc_now
from shared.kernel.errors import ZetaError
from shared.runtime.database import Database

__all__ = ["EscalationRunner", "Summariser"]

_log = logging.getLogger(__name__)

_DUE = text("""
SELECT company_id, id FROM escalations WHERE resolved_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT :limit
""")
_TALK = text("""
SELECT role, text, at FROM messages WHERE dialog_id = :dialog_id AND role <> 'note' ORDER BY seq DESC LIMIT :limit
""")
_AT_ONCE = 50
_TALK_MESSAGES = 20
_SUMMARY_TIME = timedelta(seconds=60)
"""How long others leave an escalation alone whose summary is being written."""
_AFTER_FAILURE = timedelta(minutes=2)


class Summariser(Protocol):
    """Says in a few sentences what a talk is about."""

    async def summarise(self, bot: BotSnapshot, talk: Sequence[MemoryMessage]) -> str | None:
        """The summary in the bot's language; ``None`` where there is no model, no budget or no answer."""


@dataclass(frozen=True, slots=True)
class _Unannounced:
    """An escalation that nobody of the staff knows of yet."""

    bot: BotSnapshot
    talk: list[MemoryMessage]


class EscalationRunner:
    """Looks at the escalations that are due. One per worker.

    Args:
        database: transactions.
        desk: says what is said.
        summariser: writes summaries, outside of any transaction.
        bells: rings for what is left.
        reminders: how often the staff is reminded of one wait at most.
    """

    def __init__(
        self,
        *,
        database: Database,
        desk: EscalationDesk,
        summariser: Summariser,
        bells: Bells,
        reminders: int,
    ) -> None:
        self._database = database
        self._desk = desk
        self._summariser = summariser
        self._bells = bells
        self._reminders = reminders

    async def run(self) -> int:
        """Look at what is due, and ring for what is more; how many were looked at."""
        await self._bells.answered("escalations")
        async with self._database.system_scope() as session:
            due = (await session.execute(_DUE, {"limit": _AT_ONCE})).all()
        for row in due:
            await self._attend(row.company_id, row.id)
        if due:
            await self._desk.notices.ring()
        if len(due) == _AT_ONCE:
            await self._bells.ring_more("escalations")
        return len(due)

    async def _attend(self, company_id: UUID, escalation_id: UUID) -> None:
        """One look; a defect of one escalation must not keep the others waiting."""
        try:
            unannounced = await self._look(company_id, escalation_id)
            if unannounced is not None:
                summary = await self._summariser.summarise(unannounced.bot, unannounced.talk)
                await self._announce(company_id, escalation_id, summary, unannounced)
        except ZetaError as error:
            _log.warning("an escalation was left", extra={"escalation": str(escalation_id), "error": error.code})
        except Exception:  # noqa: BLE001 - told in the log, and looked at again in two minutes
            _log.exception("a look at an escalation broke off", extra={"escalation": str(escalation_id)})
            async with self._database.session_scope(company_id) as session:
                now = utc_now()
                await repository.postpone(session, escalation_id, now=now, until=now + _AFTER_FAILURE)

    async def _look(self, company_id: UUID, escalation_id: UUID) -> _Unannounced | None:
        """Do what is due in one transaction; an escalation to announce is left to its summary for a minute."""
        async with self._database.session_scope(company_id) as session:
            row = await repository.lock(session, escalation_id)
            now = utc_now()
            if row is None or row.resolved_at is not None or row.due_at > now:
                return None
            if row.expires_at <= now:
                await self._desk.expire(session, row.id)
                return None
            shopper = await self._desk.notices.recipient(session, row.dialog_id)
            bot = await bots.snapshot(session, shopper.bot_id)
            if row.announced_at is None:
                row.due_at = now + _SUMMARY_TIME
                await session.flush()
                return _Unannounced(bot, await _talk(session, row.dialog_id))
            await self._remind(session, row, rules_of(bot), now)
            return None

    async def _announce(
        self, company_id: UUID, escalation_id: UUID, summary: str | None, found: _Unannounced
    ) -> None:
        async with self._database.session_scope(company_id) as session:
            row = await repository.lock(session, escalation_id)
            if row is None or row.resolved_at is not None or row.announced_at is not None:
                return
            now = utc_now()
            row.announced_at = now
            row.summary = service.kept_summary(summary or row.summary or _last_words(found.talk))
            self._set_timer(row, rules_of(found.bot), now)
            await add_note(session, row.dialog_id, "handover.opened", {"escalation": row.id, "reason": row.reason})
            await session.flush()
            escalation = Escalation.model_validate(row)
            members = await colleagues(session, escalation)
            told = await self._tell(session, escalation, self._addressees(escalation, members), "staff.heading.new")
        _log.info("an escalation was announced", extra={"escalation": str(escalation_id), "told": told})

    async def _remind(self, session: AsyncSession, row: EscalationRow, rules: HandoverRules, now: datetime) -> None:
        if row.waiting_since is None or row.reminders >= self._reminders:
            row.due_at = row.expires_at
            await session.flush()
            return
        if not rules.is_open(now):
            row.due_at = min(rules.next_open(now), row.expires_at)
            await session.flush()
            return
        row.reminders += 1
        self._set_timer(row, rules, now)
        await session.flush()
        escalation = Escalation.model_validate(row)
        members = await colleagues(session, escalation)
        successor = next_in_line(members, escalation.assignee_id)
        if escalation.assignee_id is None or escalation.reminders == 1 or successor is None:
            addressees = self._addressees(escalation, members)
            await self._tell(session, escalation, addressees, "staff.heading.reminder")
        elif escalation.reminders == 2:
            before = escalation.assignee_id
            handed = await service.assign(session, escalation.id, successor.user_id)
            await self._desk.hand_on(session, handed, before, successor)
        else:
            released = await service.release(session, escalation.id)
            await self._tell(session, released, members, "staff.heading.reminder")

    def _set_timer(self, row: EscalationRow, rules: HandoverRules, now: datetime) -> None:
        last = row.reminders >= self._reminders
        row.due_at = row.expires_at if last else min(now + rules.patience(self._desk.patience), row.expires_at)

    @staticmethod
    def _addressees(escalation: Escalation, members: Sequence[Member]) -> Sequence[Member]:
        """Whoever has it; nobody else is disturbed while they can be reached."""
        own = [member for member in members if member.user_id == escalation.assignee_id]
        return own or members

    async def _tell(
        self, session: AsyncSession, escalation: Escalation, members: Sequence[Member], heading: str
    ) -> int:
        case = await case_of(session, self._desk.notices, escalation)
        now = utc_now()
        return await self._desk.staff.tell(
            session, members, lambda language: cards.card(heading, case, language, now=now), case.shopper
        )


async def _talk(session: AsyncSession, dialog_id: int) -> list[MemoryMessage]:
    rows = await session.execute(_TALK, {"dialog_id": dialog_id, "limit": _TALK_MESSAGES})
    return [MemoryMessage(Role(row.role), row.text, row.at) for row in reversed(rows.all())]


def _last_words(talk: Sequence[MemoryMessage]) -> str:
    """The end of a talk as it was, where nobody has summed it up."""
    marks = {Role.SHOPPER: "→", Role.STAFF: "⇐"}
    return "\n".join(f"{marks.get(message.role, '←')} {message.text[:200]}" for message in talk[-10:])
