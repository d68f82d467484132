"""Answers kept for repeated requests may quote a person: an order with its address, a talk with the staff."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["KeptAnswers"]

# whom an answer quotes is not known, so none of the company's is kept; repeating their requests is refused (409)
_FORGET = text("UPDATE api_requests SET body = NULL WHERE body IS NOT NULL")


class KeptAnswers:
    """The answers of ``idempotency``, as ``shared.customers`` asks for them."""

    name: Final = "kept_answers"

    async def move(self, session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
        """Nothing to do: an answer is the caller's, and gone in a day."""

    async def export(self, session: AsyncSession, customer_id: UUID) -> list[Any]:
        """Nothing: they repeat what is exported by those whose it is."""
        return []

    async def erase(self, session: AsyncSession, customer_id: UUID) -> None:
        """Drop the answers; that their requests were served stays known."""
        await session.execute(_FORGET)
