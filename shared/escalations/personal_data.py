"""What escalations keep about a person: the last words of a talk, told and erased on request."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["EscalationRecords"]

_OF_PERSON = "dialog_id IN (SELECT dialog_id FROM customer_dialogs WHERE customer_id = :customer)"
_SAID = text(f"SELECT reason, summary, opened_at FROM escalations WHERE {_OF_PERSON} ORDER BY opened_at")  # noqa: S608 - constants only
_FORGET = text(f"UPDATE escalations SET summary = '' WHERE {_OF_PERSON}")  # noqa: S608 - constants only


class EscalationRecords:
    """The escalations of a person's dialogs, as ``shared.customers`` asks for them."""

    name: Final = "escalations"

    async def move(self, session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
        """Nothing to do: escalations hang on dialogs, and those move."""

    async def export(self, session: AsyncSession, customer_id: UUID) -> list[dict[str, Any]]:
        """Why and when a person was called, and what was summed up for them."""
        rows = await session.execute(_SAID, {"customer": customer_id})
        return [
            {"reason": row.reason, "summary": row.summary, "opened_at": row.opened_at.isoformat()} for row in rows
        ]

    async def erase(self, session: AsyncSession, customer_id: UUID) -> None:
        """Drop the words; that a person was called, when and why stays."""
        await session.execute(_FORGET, {"customer": customer_id})
