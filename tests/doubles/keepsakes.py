"""A capability that keeps words about customers in a dictionary: what ``PersonalData`` asks of a real one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["Keepsakes"]


class Keepsakes:
    """Keeps words by customer."""

    name = "keepsakes"

    def __init__(self) -> None:
        self.kept: dict[UUID, list[str]] = {}

    async def move(self, session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
        self.kept.setdefault(target_id, []).extend(self.kept.pop(source_id, []))

    async def export(self, session: AsyncSession, customer_id: UUID) -> Any:
        return list(self.kept.get(customer_id, []))

    async def erase(self, session: AsyncSession, customer_id: UUID) -> None:
        self.kept.pop(customer_id, None)
