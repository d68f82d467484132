"""SQL over escalations and the hand-over mark of a dialog; the company is the session's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.escalations.models import EscalationRow
from shared.escalations.schemas import PRIORITIES, EscalationReason, EscalationStatus
from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id

__all__ = ["find", "find_active", "insert_open", "list_active", "lock", "lock_active", "postpone", "set_handover"]

_ACTIVE = EscalationRow.resolved_at.is_(None)
_FRESH = {"populate_existing": True}
_PLACE = text("""
SELECT d.company_id, b.city_id FROM dialogs d JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
 WHERE d.id = :dialog_id
""")
_SET_HANDOVER = text("UPDATE dialogs SET handover_until = :until WHERE id = :dialog_id").bindparams(
    bindparam("until"), bindparam("dialog_id")
)


async def insert_open(
    session: AsyncSession,
    *,
    dialog_id: int,
    reason: EscalationReason,
    summary: str,
    opened_at: datetime,
    expires_at: datetime,
) -> UUID | None:
    """Insert an open escalation that is due at once, unless the dialog has an active one; its id.

    Raises:
        NotFound: the session's company has no such dialog.
    """
    place = (await session.execute(_PLACE, {"dialog_id": dialog_id})).one_or_none()
    if place is None:
        raise NotFound("dialog", dialog_id)
    statement = (
        insert(EscalationRow)
        .values(
            company_id=place.company_id,
            id=new_id(),
            dialog_id=dialog_id,
            reason=reason.value,
            summary=summary,
            status=EscalationStatus.OPEN.value,
            priority=PRIORITIES.get(reason, 1),
            city_id=place.city_id,
            opened_at=opened_at,
            waiting_since=opened_at,
            reminders=0,
            due_at=opened_at,
            expires_at=expires_at,
            updated_at=opened_at,
        )
        .on_conflict_do_nothing(
            index_elements=[EscalationRow.company_id, EscalationRow.dialog_id], index_where=_ACTIVE
        )
        .returning(EscalationRow.id)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def find(session: AsyncSession, escalation_id: UUID) -> EscalationRow | None:
    """The escalation of that id."""
    found = select(EscalationRow).where(EscalationRow.id == escalation_id).execution_options(**_FRESH)
    return (await session.scalars(found)).one_or_none()


async def find_active(session: AsyncSession, dialog_id: int) -> EscalationRow | None:
    """The dialog's active escalation, past its time or not."""
    found = select(EscalationRow).where(_ACTIVE, EscalationRow.dialog_id == dialog_id)
    return (await session.scalars(found.execution_options(**_FRESH))).one_or_none()


async def lock(session: AsyncSession, escalation_id: UUID) -> EscalationRow | None:
    """The escalation of that id, held until the transaction ends."""
    found = select(EscalationRow).where(EscalationRow.id == escalation_id)
    return (await session.scalars(found.with_for_update(key_share=True).execution_options(**_FRESH))).one_or_none()


async def lock_active(session: AsyncSession, dialog_id: int) -> EscalationRow | None:
    """The dialog's active escalation, held until the transaction ends."""
    found = select(EscalationRow).where(_ACTIVE, EscalationRow.dialog_id == dialog_id)
    return (await session.scalars(found.with_for_update(key_share=True).execution_options(**_FRESH))).one_or_none()


async def list_active(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[EscalationRow]:
    """Active escalations whose time is not over: the urgent ones first, then the oldest."""
    rows = await session.scalars(
        select(EscalationRow)
        .where(_ACTIVE, EscalationRow.expires_at > now)
        .order_by(EscalationRow.priority, EscalationRow.opened_at, EscalationRow.id)
        .limit(limit)
    )
    return rows.all()


async def postpone(session: AsyncSession, escalation_id: UUID, *, now: datetime, until: datetime) -> None:
    """Put the next look at an escalation that is due off."""
    await session.execute(
        update(EscalationRow)
        .where(EscalationRow.id == escalation_id, EscalationRow.due_at <= now, _ACTIVE)
        .values(due_at=until)
        .execution_options(synchronize_session=False)
    )


async def set_handover(session: AsyncSession, dialog_id: int, until: datetime | None) -> None:
    """Keep the bot silent in a dialog until then; ``None`` lets it speak again."""
    await session.execute(_SET_HANDOVER, {"until": until, "dialog_id": dialog_id})
