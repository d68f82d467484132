"""What is said around a hand-over: the shopper hears the staff, the staff hears the shopper, both hear how it ends.

Each method changes the state and queues the words in the caller's transaction; after its commit the caller rings
``deliveries`` (``Notices.ring``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.messages import InboundContent, MediaContent
from shared.dialogs.contract import Role
from shared.dialogs.notes import count_event
from shared.dialogs.notices import Notices
from shared.escalations import replies, service
from shared.escalations.errors import AlreadyEscalated, Unreachable
from shared.escalations.rules import HandoverRules
from shared.escalations.schemas import Escalation, EscalationReason
from shared.escalations.staff import cards
from shared.escalations.staff.cases import case_of
from shared.escalations.staff.notifier import StaffNotifier
from shared.escalations.staff.people import Member, find_member
from shared.kernel.clock import utc_now
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.json import storable

__all__ = ["REPLY_LIMIT", "EscalationDesk"]

REPLY_LIMIT = 3500
"""Characters of one answer: one message in every messenger."""


class EscalationDesk:
    """One per worker.

    Args:
        notices: says things in dialogs.
        patience: how long the staff may take where the bot's rules do not say.
        handover: how long the bot keeps silent after the staff's last words.
    """

    def __init__(self, notices: Notices, *, patience: timedelta, handover: timedelta) -> None:
        self.notices = notices
        self.staff = StaffNotifier(notices)
        self.patience = patience
        self._handover = handover

    async def open(
        self,
        session: AsyncSession,
        *,
        dialog_id: int,
        reason: EscalationReason,
        summary: str,
        expires_at: datetime,
        assignee_id: UUID | None,
    ) -> Escalation:
        """Take a dialog over on the staff's own wish; the shopper hears that a person answers now.

        Raises:
            NotFound: the company has no such dialog or user.
            AlreadyEscalated: people have it already.
            InvalidInput: the assignee may not serve shoppers.
        """
        opened = await service.open_escalation(
            session, dialog_id=dialog_id, reason=reason, summary=summary, expires_at=expires_at
        )
        found = await service.find_open(session, dialog_id=dialog_id)
        if not opened or found is None:
            raise AlreadyEscalated(f"dialog {dialog_id}")
        await count_event(session, dialog_id, "escalated", {"reason": reason.value, "by": "staff"})
        await self.notices.say(session, dialog_id, replies.taken_over)
        return found if assignee_id is None else await self.assign(session, found.id, assignee_id)

    async def reply(
        self,
        session: AsyncSession,
        escalation_id: UUID,
        words: str,
        *,
        user_id: UUID | None,
        files: Sequence[MediaContent] = (),
    ) -> Escalation:
        """Say the staff's words to the shopper, in the same dialog, and note the answer.

        Args:
            session: of the company whose escalation it is.
            escalation_id: the escalation.
            words: what is said; may be empty with files.
            user_id: who answers; ``None``: a machine client.
            files: photos and documents that the shopper's own bot received.

        Raises:
            InvalidInput: neither words nor files, or too many words.
            NotFound: the company has no escalation of that id.
            EscalationEnded: the bot answers there again.
            Unreachable: the shopper has blocked the bot.
        """
        if not (words.strip() or files) or len(words) > REPLY_LIMIT:
            raise InvalidInput(f"1 to {REPLY_LIMIT} characters", field="text")
        words = storable(words)
        member = await find_member(session, user_id) if user_id is not None else None
        escalation = await service.note_answer(
            session,
            escalation_id,
            member.user_id if member is not None else None,
            keep_until=utc_now() + self._handover,
        )
        reply = replies.of_staff(member.name if member else "", words, files)
        if not await self.notices.say(session, escalation.dialog_id, lambda _language: reply, role=Role.STAFF):
            raise Unreachable("the shopper has blocked the bot")
        return escalation

    async def step_back(self, session: AsyncSession, dialog_id: int, written_at: datetime) -> None:
        """Leave a dialog to the staff, who wrote in it by other means; words of long ago change nothing."""
        keep_until = written_at + self._handover
        if keep_until > utc_now():
            await service.note_answer_elsewhere(session, dialog_id, keep_until=keep_until)

    async def forward(
        self, session: AsyncSession, dialog_id: int, said: Sequence[InboundContent], rules: HandoverRules
    ) -> bool:
        """Pass a shopper's words on to the member who has the dialog; whether anybody was told."""
        patience = rules.patience(self.patience)
        escalation = await service.note_shopper(session, dialog_id, patience=patience)
        if escalation is None or escalation.assignee_id is None:
            return False
        member = await _reachable(session, escalation.assignee_id, dialog_id)
        if member is None:
            return False
        shopper = await self.notices.recipient(session, dialog_id)
        told = await self.staff.tell(
            session, [member], lambda language: cards.forwarded(escalation, shopper, said, language), shopper
        )
        return told > 0

    async def assign(self, session: AsyncSession, escalation_id: UUID, user_id: UUID) -> Escalation:
        """Give an escalation to a member, whoever has it, and tell both.

        Raises:
            InvalidInput: the user may not serve shoppers.
            NotFound: the company has no such escalation or user.
            EscalationEnded: the bot answers there again.
        """
        member = await find_member(session, user_id)
        if member is None:
            raise NotFound("user", user_id)
        if not member.serves:
            raise InvalidInput("the user may not serve shoppers", field="user_id")
        before = await service.get(session, escalation_id)
        escalation = await service.assign(session, escalation_id, user_id)
        if before.assignee_id != user_id:
            await self.hand_on(session, escalation, before.assignee_id, member)
        return escalation

    async def hand_on(
        self, session: AsyncSession, escalation: Escalation, before: UUID | None, member: Member
    ) -> None:
        """Tell a member that an escalation is theirs now, and whoever had it that it is not."""
        case = await case_of(session, self.notices, escalation)
        now = utc_now()
        await self.staff.tell(
            session,
            [member],
            lambda language: cards.card("staff.heading.assigned", case, language, now=now),
            case.shopper,
        )
        if before is not None:
            await self._tell(session, escalation, before, "staff.moved", colleague=member.name)

    async def seize(self, session: AsyncSession, before: Escalation, member: Member) -> Escalation:
        """A member takes an escalation, whoever has it; a colleague who had it is told.

        ``before`` is what it is now: read in this transaction, and locked.

        Raises:
            NotFound, EscalationEnded: see ``reply``.
        """
        escalation = await service.assign(session, before.id, member.user_id)
        if before.assignee_id not in (None, member.user_id):
            await self._tell(session, escalation, before.assignee_id, "staff.moved", colleague=member.name)
        return escalation

    async def resolve(self, session: AsyncSession, escalation_id: UUID, *, by: UUID | None) -> Escalation:
        """End an escalation; the shopper hears that the bot is back, the member who had it that it is over.

        Raises:
            NotFound, EscalationEnded: see ``reply``.
        """
        ended = await service.resolve(session, by=str(by or "staff"), escalation_id=escalation_id)
        assert ended is not None, "an escalation of a known id is ended or refused"
        await self._farewell(session, ended)
        if ended.assignee_id is not None and ended.assignee_id != by:
            await self._tell(session, ended, ended.assignee_id, "staff.closed_by_another")
        return ended

    async def give_back(self, session: AsyncSession, dialog_id: int) -> None:
        """The shopper returned to the bot, which says so itself; the member who had the dialog is told."""
        ended = await service.resolve(session, by="shopper", dialog_id=dialog_id)
        if ended is not None and ended.assignee_id is not None:
            await self._tell(session, ended, ended.assignee_id, "staff.returned")

    async def expire(self, session: AsyncSession, escalation_id: UUID) -> Escalation | None:
        """End an escalation whose time is over; both sides are told. ``None`` where it is not over."""
        ended = await service.expire(session, escalation_id)
        if ended is None:
            return None
        await self._farewell(session, ended)
        if ended.assignee_id is not None:
            await self._tell(session, ended, ended.assignee_id, "staff.expired")
        return ended

    async def _farewell(self, session: AsyncSession, ended: Escalation) -> None:
        answered = ended.answered_at is not None
        await self.notices.say(
            session, ended.dialog_id, lambda language: replies.farewell(language, ended.status, answered=answered)
        )

    async def _tell(
        self, session: AsyncSession, escalation: Escalation, user_id: UUID, key: str, **values: object
    ) -> None:
        member = await _reachable(session, user_id, escalation.dialog_id)
        if member is None:
            return
        shopper = await self.notices.recipient(session, escalation.dialog_id)
        await self.staff.tell(
            session, [member], lambda language: cards.about(key, shopper, language, **values), shopper
        )


async def _reachable(session: AsyncSession, user_id: UUID, dialog_id: int) -> Member | None:
    """The member, where they may serve and have a messenger of their own other than that dialog."""
    member = await find_member(session, user_id)
    if member is None or not member.serves or member.dialog_id in (None, dialog_id):
        return None
    return member
