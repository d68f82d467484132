"""Escalations: a person takes a dialog over, and gives it back.

Nothing here commits or speaks: the functions change the state, note it in the dialog's history and count it.
What is said about it is ``desk``'s. Each function locks the escalation before it touches the dialog.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.dialogs.notes import add_note, count_event
from shared.escalations import repository
from shared.escalations.errors import EscalationEnded, TakenByAnother
from shared.escalations.models import EscalationRow
from shared.escalations.schemas import Escalation, EscalationReason, EscalationStatus
from shared.kernel.clock import utc_now
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.json import storable

__all__ = [
    "SUMMARY_LIMIT",
    "assign",
    "expire",
    "find_open",
    "get",
    "kept_summary",
    "list_open",
    "note_answer",
    "note_answer_elsewhere",
    "note_shopper",
    "open_escalation",
    "release",
    "resolve",
    "take",
]

SUMMARY_LIMIT = 2000
"""Characters of the talk that are kept with an escalation."""


async def open_escalation(
    session: AsyncSession, *, dialog_id: int, reason: EscalationReason, summary: str, expires_at: datetime
) -> bool:
    """Record that a dialog needs a person, and silence the bot in it until ``expires_at``.

    Idempotent: while one is active, a second call changes nothing. The caller rings ``escalations`` after its
    commit, so that the staff hears of it.

    Returns:
        Whether a new escalation was opened.

    Raises:
        NotFound: the session's company has no such dialog.
    """
    now = utc_now()
    old = await repository.lock_active(session, dialog_id)
    if old is not None and old.expires_at <= now:
        await _end(session, old, EscalationStatus.EXPIRED, by=None)
    opened = await repository.insert_open(
        session,
        dialog_id=dialog_id,
        reason=reason,
        summary=kept_summary(summary),
        opened_at=now,
        expires_at=expires_at,
    )
    if opened is None:
        return False
    await repository.set_handover(session, dialog_id, expires_at)
    return True


async def resolve(
    session: AsyncSession, *, by: str, escalation_id: UUID | None = None, dialog_id: int | None = None
) -> Escalation | None:
    """End the active escalation of that id or dialog and let the bot answer there again.

    Resolving a dialog without an active escalation only lifts its silence, so that a shopper is never stuck.

    Args:
        session: of the company whose escalation it is.
        by: who ended it: ``shopper``, ``staff`` or a user's id.
        escalation_id: the escalation; exactly one of the two is given.
        dialog_id: the dialog.

    Returns:
        What was ended; ``None`` where nothing was active.

    Raises:
        InvalidInput: neither or both are given.
        NotFound: this company has no escalation of that id.
        EscalationEnded: it has ended already.
    """
    if (escalation_id is None) == (dialog_id is None):
        raise InvalidInput("give an escalation or a dialog, one of the two", field="escalation_id")
    if escalation_id is not None:
        row = await _active(session, escalation_id)
    elif dialog_id is not None:
        found = await repository.lock_active(session, dialog_id)
        if found is None:
            await repository.set_handover(session, dialog_id, None)
            return None
        row = found
    return await _end(session, row, EscalationStatus.RESOLVED, by=by)


async def expire(session: AsyncSession, escalation_id: UUID) -> Escalation | None:
    """End an escalation whose time is over; ``None`` where it is not, or has ended already."""
    row = await repository.lock(session, escalation_id)
    if row is None or row.resolved_at is not None or row.expires_at > utc_now():
        return None
    return await _end(session, row, EscalationStatus.EXPIRED, by=None)


async def take(session: AsyncSession, escalation_id: UUID, user_id: UUID) -> Escalation:
    """Give an escalation that nobody has to a member of staff; theirs already stays theirs.

    Raises:
        NotFound: this company has no escalation of that id.
        EscalationEnded: it has ended.
        TakenByAnother: another member has it.
    """
    row = await _active(session, escalation_id)
    if row.assignee_id is not None and row.assignee_id != user_id:
        raise TakenByAnother(row.assignee_id)
    return await _assign(session, row, user_id)


async def assign(session: AsyncSession, escalation_id: UUID, user_id: UUID) -> Escalation:
    """Give an escalation to a member of staff, whoever has it. ``user_id`` is a user of the session's company.

    Raises:
        NotFound, EscalationEnded: see ``take``.
    """
    return await _assign(session, await _active(session, escalation_id), user_id)


async def release(session: AsyncSession, escalation_id: UUID) -> Escalation:
    """Take an escalation away from whoever has it: it is open again, and the shopper waits.

    Raises:
        NotFound, EscalationEnded: see ``take``.
    """
    row = await _active(session, escalation_id)
    now = utc_now()
    if row.assignee_id is not None:
        await add_note(session, row.dialog_id, "handover.released", {"escalation": row.id})
    row.assignee_id, row.assigned_at = None, None
    row.status = EscalationStatus.OPEN.value
    row.waiting_since = row.waiting_since or now
    return await _changed(session, row)


async def note_answer(
    session: AsyncSession, escalation_id: UUID, user_id: UUID | None, *, keep_until: datetime
) -> Escalation:
    """Note that the staff has answered; an escalation that nobody had is the answerer's from now on.

    Args:
        session: of the company whose escalation it is.
        escalation_id: the escalation.
        user_id: who answers; ``None``: a machine client, which takes nothing.
        keep_until: the bot keeps silent at least until then.

    Raises:
        NotFound, EscalationEnded: see ``take``.
    """
    row = await _active(session, escalation_id)
    now = utc_now()
    if row.assignee_id is None and user_id is not None:
        await _assign(session, row, user_id)
    if row.answered_at is None:
        row.answered_at = now
        await count_event(session, row.dialog_id, "escalation_answered", {"seconds": _seconds(row, now)})
    await count_event(session, row.dialog_id, "staff_replied", {})
    row.status = EscalationStatus.ANSWERED.value if row.assignee_id else row.status
    row.waiting_since, row.reminders = None, 0
    row.expires_at = row.due_at = max(row.expires_at, keep_until)
    await repository.set_handover(session, row.dialog_id, row.expires_at)
    return await _changed(session, row)


async def note_answer_elsewhere(session: AsyncSession, dialog_id: int, *, keep_until: datetime) -> Escalation:
    """Note that the staff answered by other means than Zeta: it has the dialog, and need not be told of it.

    Args:
        session: of the dialog's company.
        dialog_id: the dialog.
        keep_until: the bot keeps silent at least until then.

    Raises:
        NotFound: the session's company has no such dialog.
    """
    reason = EscalationReason.ASKED
    opened = await open_escalation(session, dialog_id=dialog_id, reason=reason, summary="", expires_at=keep_until)
    row = await repository.lock_active(session, dialog_id)
    assert row is not None, "an escalation was open or has just been opened"
    if opened:
        row.announced_at = row.opened_at
        await session.flush()
        await add_note(session, dialog_id, "handover.opened", {"escalation": row.id, "reason": reason.value})
        await count_event(session, dialog_id, "escalated", {"reason": reason.value, "by": "staff"})
    return await note_answer(session, row.id, None, keep_until=keep_until)


async def note_shopper(session: AsyncSession, dialog_id: int, *, patience: timedelta) -> Escalation | None:
    """Note that the shopper wrote while people have the dialog: from now on they wait for the staff again.

    Args:
        session: of the dialog's company.
        dialog_id: the dialog.
        patience: how long the staff may take before it is reminded.

    Returns:
        The active escalation, ``None`` where there is none.
    """
    row = await repository.lock_active(session, dialog_id)
    if row is None:
        return None
    if row.waiting_since is None:
        now = utc_now()
        row.waiting_since = now
        row.due_at = min(now + patience, row.expires_at)
    return await _changed(session, row)


async def get(session: AsyncSession, escalation_id: UUID, *, lock: bool = False) -> Escalation:
    """The escalation; ``lock`` holds it until the transaction ends.

    Raises:
        NotFound: this company has none of that id.
    """
    row = await (repository.lock if lock else repository.find)(session, escalation_id)
    if row is None:
        raise NotFound("escalation", escalation_id)
    return Escalation.model_validate(row)


async def list_open(session: AsyncSession, *, limit: int = 100) -> Sequence[Escalation]:
    """Active escalations of the session's company: the urgent first, then the oldest."""
    rows = await repository.list_active(session, now=utc_now(), limit=limit)
    return [Escalation.model_validate(row) for row in rows]


async def find_open(session: AsyncSession, *, dialog_id: int) -> Escalation | None:
    """The dialog's active escalation, or ``None``."""
    row = await repository.find_active(session, dialog_id)
    return Escalation.model_validate(row) if row is not None and row.expires_at > utc_now() else None


def kept_summary(words: str) -> str:
    """A summary as it is stored: no longer than ``SUMMARY_LIMIT``, and of characters that Postgres takes."""
    return str(storable(words))[:SUMMARY_LIMIT]


async def _active(session: AsyncSession, escalation_id: UUID) -> EscalationRow:
    row = await repository.lock(session, escalation_id)
    if row is None:
        raise NotFound("escalation", escalation_id)
    if row.resolved_at is not None:
        raise EscalationEnded(f"escalation {escalation_id} is {row.status}")
    return row


async def _assign(session: AsyncSession, row: EscalationRow, user_id: UUID) -> Escalation:
    if row.assignee_id != user_id:
        row.assignee_id, row.assigned_at = user_id, utc_now()
        await add_note(session, row.dialog_id, "handover.taken", {"escalation": row.id, "user": user_id})
    if row.status == EscalationStatus.OPEN.value:
        row.status = (EscalationStatus.ANSWERED if row.answered_at else EscalationStatus.ASSIGNED).value
    return await _changed(session, row)


async def _end(
    session: AsyncSession, row: EscalationRow, status: EscalationStatus, *, by: str | None
) -> Escalation:
    now = utc_now()
    row.status, row.resolved_at, row.resolved_by, row.waiting_since = status.value, now, by, None
    await repository.set_handover(session, row.dialog_id, None)
    await add_note(session, row.dialog_id, f"handover.{status.value}", {"escalation": row.id, "by": by})
    facts = {"seconds": _seconds(row, now), "outcome": status.value, "answered": row.answered_at is not None}
    await count_event(session, row.dialog_id, "escalation_resolved", facts)
    return await _changed(session, row)


async def _changed(session: AsyncSession, row: EscalationRow) -> Escalation:
    row.updated_at = utc_now()
    await session.flush()
    return Escalation.model_validate(row)


def _seconds(row: EscalationRow, now: datetime) -> float:
    return round(max(0.0, (now - row.opened_at).total_seconds()), 1)
