"""SQL over escalations and the hand-over mark of a dialog; the company is the session's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.escalations.models import EscalationRow
from shared.escalations.schemas import Escalation, EscalationReason, EscalationStatus
from shared.kernel.ids import new_id

__all__ = ["close", "close_expired", "find_open", "insert_open", "list_open", "set_handover"]

# the session's own company: row level security refuses any other
_COMPANY = text("cast(nullif(current_setting('app.company_id', true), '') as uuid)")
_OPEN = EscalationRow.status == EscalationStatus.OPEN.value
_SET_HANDOVER = text(
    "update dialogs set handover_until = :until"
    " where company_id = cast(nullif(current_setting('app.company_id', true), '') as uuid) and id = :dialog_id"
).bindparams(bindparam("until"), bindparam("dialog_id"))


def _escalation(row: EscalationRow) -> Escalation:
    return Escalation(
        id=row.id,
        dialog_id=row.dialog_id,
        reason=EscalationReason(row.reason),
        summary=row.summary,
        status=EscalationStatus(row.status),
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
    )


async def insert_open(
    session: AsyncSession,
    *,
    dialog_id: int,
    reason: EscalationReason,
    summary: str,
    opened_at: datetime,
    expires_at: datetime,
) -> bool:
    """Insert an open escalation unless the dialog has one; tell whether it was inserted."""
    company = await session.scalar(select(_COMPANY))
    statement = (
        insert(EscalationRow)
        .values(
            company_id=company,
            id=new_id(),
            dialog_id=dialog_id,
            reason=reason.value,
            summary=summary,
            status=EscalationStatus.OPEN.value,
            opened_at=opened_at,
            expires_at=expires_at,
        )
        .on_conflict_do_nothing(
            index_elements=[EscalationRow.company_id, EscalationRow.dialog_id], index_where=_OPEN
        )
        .returning(EscalationRow.id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def find_open(session: AsyncSession, dialog_id: int) -> Escalation | None:
    """The dialog's open escalation, expired or not."""
    row = await session.scalar(select(EscalationRow).where(_OPEN, EscalationRow.dialog_id == dialog_id))
    return _escalation(row) if row is not None else None


async def list_open(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[Escalation]:
    """Open escalations that have not expired, oldest first."""
    rows = await session.scalars(
        select(EscalationRow)
        .where(_OPEN, EscalationRow.expires_at > now)
        .order_by(EscalationRow.opened_at, EscalationRow.id)
        .limit(limit)
    )
    return [_escalation(row) for row in rows]


async def close(
    session: AsyncSession,
    *,
    status: EscalationStatus,
    by: str | None,
    at: datetime,
    escalation_id: UUID | None = None,
    dialog_id: int | None = None,
) -> int | None:
    """End the open escalation of that id or dialog; return its dialog, or ``None`` where none was open."""
    statement = update(EscalationRow).where(_OPEN)
    if escalation_id is not None:
        statement = statement.where(EscalationRow.id == escalation_id)
    if dialog_id is not None:
        statement = statement.where(EscalationRow.dialog_id == dialog_id)
    values = statement.values(status=status.value, resolved_at=at, resolved_by=by)
    closed = await session.execute(
        values.returning(EscalationRow.dialog_id).execution_options(synchronize_session=False)
    )
    return closed.scalar_one_or_none()


async def close_expired(session: AsyncSession, *, dialog_id: int, now: datetime) -> None:
    """Mark the dialog's open escalation expired where its time is over."""
    await session.execute(
        update(EscalationRow)
        .where(_OPEN, EscalationRow.dialog_id == dialog_id, EscalationRow.expires_at <= now)
        .values(status=EscalationStatus.EXPIRED.value, resolved_at=now)
        .execution_options(synchronize_session=False)
    )


async def set_handover(session: AsyncSession, dialog_id: int, until: datetime | None) -> None:
    """Keep the bot silent in a dialog until then; ``None`` lets it speak again."""
    await session.execute(_SET_HANDOVER, {"until": until, "dialog_id": dialog_id})
