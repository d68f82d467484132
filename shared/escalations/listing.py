"""Escalations as administrators read them: in pages, and one with the talk around it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.escalations.models import EscalationRow
from shared.escalations.schemas import Escalation
from shared.escalations.views import EscalationDetail, EscalationFilter, EscalationView, HistoryEntry
from shared.kernel.paging import Page
from shared.runtime.keyset import Key, Keyset, fetch_page

__all__ = ["detail_of", "page"]

_SORTS: Keyset = {
    "opened_at": [Key(EscalationRow.opened_at, datetime), Key(EscalationRow.id, UUID)],
    "-opened_at": [
        Key(EscalationRow.opened_at, datetime, descending=True),
        Key(EscalationRow.id, UUID, descending=True),
    ],
    "priority": [
        Key(EscalationRow.priority, int),
        Key(EscalationRow.opened_at, datetime),
        Key(EscalationRow.id, UUID),
    ],
}
_AROUND = text("""
SELECT e.id, d.customer_name, b.platform, b.id AS bot_id, u.name AS assignee_name
  FROM escalations e
  JOIN dialogs d ON d.company_id = e.company_id AND d.id = e.dialog_id
  JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
  LEFT JOIN users u ON u.company_id = e.company_id AND u.id = e.assignee_id
 WHERE e.id = ANY(:ids)
""")
_HISTORY = text("""
SELECT seq, role, text, at FROM messages
 WHERE dialog_id = :dialog_id
   AND seq > (SELECT coalesce(max(seq), 0) FROM messages WHERE dialog_id = :dialog_id AND at < :opened_at) - :before
   AND (CAST(:ended_at AS timestamptz) IS NULL OR at <= :ended_at)
 ORDER BY seq LIMIT :limit
""")
_BEFORE = 20
_LONGEST_HISTORY = 200


async def page(session: AsyncSession, filters: EscalationFilter) -> Page[EscalationView]:
    """One page of the company's escalations.

    Raises:
        InvalidInput: the cursor is none of this list and sort.
    """
    rows, following = await fetch_page(session, _query(filters), _SORTS, filters.sort, filters)
    return Page(items=await _views(session, rows), next=following)


async def detail_of(session: AsyncSession, escalation: Escalation) -> EscalationDetail:
    """The escalation with the talk around it."""
    rows = await session.execute(
        _HISTORY,
        {
            "dialog_id": escalation.dialog_id,
            "opened_at": escalation.opened_at,
            "ended_at": escalation.resolved_at,
            "before": _BEFORE,
            "limit": _LONGEST_HISTORY,
        },
    )
    history = [HistoryEntry.model_validate(row) for row in rows]
    around = await _around(session, [escalation.id])
    return EscalationDetail.model_validate({**_joined(escalation, around[escalation.id]), "history": history})


def _query(filters: EscalationFilter) -> Select[EscalationRow]:
    query = select(EscalationRow).execution_options(populate_existing=True)
    if filters.status:
        query = query.where(EscalationRow.status.in_([status.value for status in filters.status]))
    if filters.reason:
        query = query.where(EscalationRow.reason.in_([reason.value for reason in filters.reason]))
    if filters.assignee_id is not None:
        query = query.where(EscalationRow.assignee_id == filters.assignee_id)
    if filters.city_id is not None:
        query = query.where(EscalationRow.city_id == filters.city_id)
    if filters.dialog_id is not None:
        query = query.where(EscalationRow.dialog_id == filters.dialog_id)
    if filters.opened_from is not None:
        query = query.where(EscalationRow.opened_at >= filters.opened_from)
    if filters.opened_before is not None:
        query = query.where(EscalationRow.opened_at < filters.opened_before)
    return query


async def _views(session: AsyncSession, rows: Sequence[Any]) -> list[EscalationView]:
    around = await _around(session, [row.id for row in rows])
    return [EscalationView.model_validate(_joined(Escalation.model_validate(row), around[row.id])) for row in rows]


async def _around(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Row[Any]]:
    return {row.id: row for row in await session.execute(_AROUND, {"ids": list(ids)})}


def _joined(escalation: Escalation, around: Row[Any]) -> dict[str, Any]:
    fields = escalation.model_dump(include=set(EscalationView.model_fields))
    return {
        **fields,
        "customer_name": around.customer_name,
        "platform": around.platform,
        "bot_id": around.bot_id,
        "assignee_name": around.assignee_name,
    }
