"""Escalations: a person takes a dialog over, and gives it back.

Nothing here commits: the functions run in the transaction of a turn or of a command.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.escalations import repository
from shared.escalations.schemas import Escalation, EscalationReason, EscalationStatus
from shared.kernel.clock import utc_now
from shared.kernel.errors import InvalidInput, NotFound

__all__ = ["SUMMARY_LIMIT", "expire", "find_open", "list_open", "open_escalation", "resolve"]

SUMMARY_LIMIT = 2000
"""Characters of the talk that are kept with an escalation."""


async def open_escalation(
    session: AsyncSession, *, dialog_id: int, reason: EscalationReason, summary: str, expires_at: datetime
) -> bool:
    """Record that a dialog needs a person, and silence the bot in it until ``expires_at``.

    Idempotent: while one is open, a second call changes nothing.

    Returns:
        Whether a new escalation was opened.
    """
    now = utc_now()
    await repository.close_expired(session, dialog_id=dialog_id, now=now)
    opened = await repository.insert_open(
        session,
        dialog_id=dialog_id,
        reason=reason,
        # a NUL or a lone surrogate would be refused by Postgres
        summary=summary.replace("\x00", "").encode("utf-8", "replace").decode()[:SUMMARY_LIMIT],
        opened_at=now,
        expires_at=expires_at,
    )
    if opened:
        await repository.set_handover(session, dialog_id, expires_at)
    return opened


async def resolve(
    session: AsyncSession, *, by: str, escalation_id: UUID | None = None, dialog_id: int | None = None
) -> None:
    """End the open escalation of that id or dialog and let the bot answer there again.

    Resolving a dialog without an open escalation only lifts its silence, so that a shopper is never stuck.

    Args:
        session: of the company whose escalation it is.
        by: who ended it: ``shopper``, ``staff`` or a member's id.
        escalation_id: the escalation; exactly one of the two is given.
        dialog_id: the dialog.

    Raises:
        InvalidInput: neither or both are given.
        NotFound: no escalation of that id is open in this company.
    """
    if (escalation_id is None) == (dialog_id is None):
        raise InvalidInput("give an escalation or a dialog, one of the two", field="escalation_id")
    closed = await repository.close(
        session,
        status=EscalationStatus.RESOLVED,
        by=by,
        at=utc_now(),
        escalation_id=escalation_id,
        dialog_id=dialog_id,
    )
    if closed is None and escalation_id is not None:
        raise NotFound("escalation", escalation_id)
    lifted = closed if closed is not None else dialog_id
    if lifted is not None:
        await repository.set_handover(session, lifted, None)


async def expire(session: AsyncSession, *, dialog_id: int) -> None:
    """Mark the dialog's escalation expired if its time is over; a sweep calls it. ``handover_until`` needs no
    change: it is over by the same clock."""
    await repository.close_expired(session, dialog_id=dialog_id, now=utc_now())


async def list_open(session: AsyncSession, *, limit: int = 100) -> Sequence[Escalation]:
    """Escalations of the session's company that wait for a person, oldest first."""
    return await repository.list_open(session, now=utc_now(), limit=limit)


async def find_open(session: AsyncSession, *, dialog_id: int) -> Escalation | None:
    """The dialog's open escalation, or ``None``."""
    found = await repository.find_open(session, dialog_id)
    return found if found is not None and found.expires_at > utc_now() else None
