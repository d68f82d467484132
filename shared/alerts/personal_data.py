"""Alerts as personal data: they move with a customer, are exported, and are erased."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.alerts import repository

__all__ = ["AlertRecords"]


class AlertRecords:
    """A ``PersonalData`` holder."""

    name = "alerts"

    async def move(self, session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
        """Give the alerts of one customer to another; what both wait for is told once."""
        await repository.move(session, source_id, target_id)

    async def follow(self, session: AsyncSession, dialog_id: int, *, source: int | None) -> None:
        """Tell of alerts in the dialog that goes on (``DialogFollower``)."""
        if source is not None:
            await repository.follow(session, dialog_id, source)

    async def export(self, session: AsyncSession, customer_id: UUID) -> Any:
        """All alerts of a customer, those that are over too, oldest first."""
        found = await repository.of_customer(session, customer_id, active_only=False)
        return [alert.model_dump(mode="json") for alert in found]

    async def erase(self, session: AsyncSession, customer_id: UUID) -> None:
        """Delete all alerts of a customer."""
        await repository.erase_of(session, customer_id)
