"""What analytics keeps of a customer: events of their dialogs, cut off when the person is forgotten."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.analytics import days, repository

__all__ = ["AnalyticsRecords"]

_OF_PERSON = """
  FROM analytics_events WHERE dialog_id IN (SELECT dialog_id FROM customer_dialogs WHERE customer_id = :customer_id)
"""
_COUNTS_OF_PERSON = text(f"SELECT kind, count(*) AS times {_OF_PERSON} GROUP BY 1 ORDER BY 1")
_WORDS_OF_PERSON = text(
    f"SELECT properties ->> 'query' AS query, at {_OF_PERSON} AND properties ->> 'query' <> ''"
    " ORDER BY at DESC LIMIT 1000"
)
_DIALOGS = text("SELECT dialog_id FROM customer_dialogs WHERE customer_id = :customer_id")


class AnalyticsRecords:
    """A holder of personal data (``shared/customers/contract.py``)."""

    name = "analytics"

    async def move(self, session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
        """Nothing to do: events hang on dialogs, and those move."""

    async def export(self, session: AsyncSession, customer_id: UUID) -> Any:
        """How often what happened in the person's dialogs, and what they searched for."""
        counts = await session.execute(_COUNTS_OF_PERSON, {"customer_id": customer_id})
        words = await session.execute(_WORDS_OF_PERSON, {"customer_id": customer_id})
        return {
            "events": {row.kind: row.times for row in counts},
            "searches": [{"query": row.query, "at": row.at.isoformat()} for row in words],
        }

    async def erase(self, session: AsyncSession, customer_id: UUID) -> None:
        """Cut the tie between the events and the person's dialogs, and drop the words they searched for."""
        dialogs = (await session.scalars(_DIALOGS, {"customer_id": customer_id})).all()
        await days.uncount(session, dialogs)
        await repository.forget_people(session, dialogs)
