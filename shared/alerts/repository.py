"""SQL over alerts; the company is the session's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.alerts.models import AlertRow
from shared.alerts.schemas import Alert, AlertCondition, AlertFilter, AlertState
from shared.kernel.ids import new_id
from shared.runtime.keyset import Key, fetch_page
from shared.runtime.tenancy import TENANT

__all__ = [
    "count_active",
    "erase_of",
    "find",
    "find_same",
    "follow",
    "lock",
    "lock_customer",
    "move",
    "of_customer",
    "page",
    "save",
    "upsert",
]

_ACTIVE = AlertRow.state == AlertState.ACTIVE.value


def _alert(row: AlertRow) -> Alert:
    return Alert(
        id=row.id,
        customer_id=row.customer_id,
        dialog_id=row.dialog_id,
        product_id=row.product_id,
        condition=AlertCondition(row.condition),
        currency=row.currency,
        seen_minor=row.seen_minor,
        limit_minor=row.limit_minor,
        mark_minor=row.mark_minor,
        state=AlertState(row.state),
        check_hours=row.check_every.total_seconds() / 3600,
        due_at=row.due_at,
        expires_at=row.expires_at,
        told_minor=row.told_minor,
        told_at=row.told_at,
        times_told=row.times_told,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def lock_customer(session: AsyncSession, customer_id: UUID) -> None:
    """Let alerts of one customer be made one after the other, so that the limit holds."""
    await session.execute(text("SELECT FROM customers WHERE id = :id FOR NO KEY UPDATE"), {"id": customer_id})


async def count_active(session: AsyncSession, customer_id: UUID) -> int:
    """How many alerts of the customer wait."""
    found = await session.scalar(
        select(func.count()).select_from(AlertRow).where(_ACTIVE, AlertRow.customer_id == customer_id)
    )
    return found or 0


async def find_same(
    session: AsyncSession, *, customer_id: UUID, product_id: UUID, condition: AlertCondition
) -> Alert | None:
    """The customer's active alert for that product and condition."""
    row = await session.scalar(
        select(AlertRow).where(
            _ACTIVE,
            AlertRow.customer_id == customer_id,
            AlertRow.product_id == product_id,
            AlertRow.condition == condition.value,
        )
    )
    return _alert(row) if row is not None else None


async def upsert(
    session: AsyncSession,
    *,
    customer_id: UUID,
    dialog_id: int,
    product_id: UUID,
    condition: AlertCondition,
    currency: str,
    seen_minor: int,
    limit_minor: int | None,
    mark_minor: int,
    check_every: timedelta,
    due_at: datetime,
    expires_at: datetime,
) -> Alert:
    """Insert an active alert, or begin the same one anew."""
    begun = {
        "dialog_id": dialog_id,
        "currency": currency,
        "seen_minor": seen_minor,
        "limit_minor": limit_minor,
        "mark_minor": mark_minor,
        "check_every": check_every,
        "due_at": due_at,
        "expires_at": expires_at,
    }
    statement = (
        insert(AlertRow)
        .values(
            company_id=TENANT,
            id=new_id(),
            customer_id=customer_id,
            product_id=product_id,
            condition=condition.value,
            **begun,
        )
        .on_conflict_do_update(
            index_elements=[
                AlertRow.company_id,
                AlertRow.customer_id,
                AlertRow.product_id,
                AlertRow.condition,
            ],
            index_where=_ACTIVE,
            set_={**begun, "version": AlertRow.version + 1, "updated_at": func.now()},
        )
        .returning(AlertRow)
    )
    found = await session.scalars(statement, execution_options={"populate_existing": True})
    return _alert(found.one())


async def find(session: AsyncSession, alert_id: UUID) -> Alert | None:
    """The alert of that id."""
    row = await session.scalar(select(AlertRow).where(AlertRow.id == alert_id))
    return _alert(row) if row is not None else None


async def lock(session: AsyncSession, alert_id: UUID) -> Alert | None:
    """The alert of that id, held until the transaction ends."""
    row = await session.scalar(
        select(AlertRow).where(AlertRow.id == alert_id).with_for_update().execution_options(populate_existing=True)
    )
    return _alert(row) if row is not None else None


async def save(session: AsyncSession, alert_id: UUID, **changes: object) -> Alert:
    """Change columns of an alert; its version rises."""
    statement = (
        update(AlertRow)
        .where(AlertRow.id == alert_id)
        .values(**changes, version=AlertRow.version + 1, updated_at=func.now())
        .returning(AlertRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return _alert((await session.scalars(statement)).one())


async def of_customer(session: AsyncSession, customer_id: UUID, *, active_only: bool) -> Sequence[Alert]:
    """The customer's alerts, oldest first."""
    statement = select(AlertRow).where(AlertRow.customer_id == customer_id).order_by(AlertRow.id)
    rows = await session.scalars(statement.where(_ACTIVE) if active_only else statement)
    return [_alert(row) for row in rows]


_SORTS = {
    "created_at": (Key(AlertRow.id, UUID),),
    "-created_at": (Key(AlertRow.id, UUID, descending=True),),
}


async def page(session: AsyncSession, wanted: AlertFilter) -> tuple[Sequence[Alert], str | None]:
    """One page of the company's alerts, and the cursor of the next; ids follow the time of creation."""
    query = select(AlertRow)
    if wanted.status is not None:
        query = query.where(AlertRow.state == wanted.status.value)
    if wanted.condition is not None:
        query = query.where(AlertRow.condition == wanted.condition.value)
    if wanted.customer_id is not None:
        query = query.where(AlertRow.customer_id == wanted.customer_id)
    if wanted.product_id is not None:
        query = query.where(AlertRow.product_id == wanted.product_id)
    rows, cursor = await fetch_page(session, query, _SORTS, wanted.sort, wanted)
    return [_alert(row) for row in rows], cursor


async def move(session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
    """Give all alerts of one customer to another; of two active ones for the same the target's stays."""
    theirs = select(AlertRow.product_id, AlertRow.condition).where(_ACTIVE, AlertRow.customer_id == target_id)
    doubled = {(row.product_id, row.condition) for row in await session.execute(theirs)}
    for alert in await of_customer(session, source_id, active_only=True):
        if (alert.product_id, alert.condition.value) in doubled:
            await save(session, alert.id, state=AlertState.CANCELLED.value)
    await session.execute(
        update(AlertRow)
        .where(AlertRow.customer_id == source_id)
        .values(customer_id=target_id)
        .execution_options(synchronize_session=False)
    )


# in the order of ids, as those who follow changes of products lock them
_FOLLOW = text("""
WITH theirs AS MATERIALIZED (
    SELECT id FROM price_alerts
     WHERE dialog_id = :source
       AND customer_id IN (SELECT customer_id FROM customer_dialogs WHERE dialog_id IN (:dialog, :source))
     ORDER BY id FOR NO KEY UPDATE
)
UPDATE price_alerts a SET dialog_id = :dialog FROM theirs t WHERE a.id = t.id
""")


async def follow(session: AsyncSession, dialog_id: int, source: int) -> None:
    """Tell of a dialog's alerts in another from now on: both are one chat."""
    await session.execute(_FOLLOW, {"dialog": dialog_id, "source": source})


async def erase_of(session: AsyncSession, customer_id: UUID) -> None:
    """Delete all alerts of a customer."""
    await session.execute(
        delete(AlertRow).where(AlertRow.customer_id == customer_id).execution_options(synchronize_session=False)
    )
