"""Answers kept for repeated requests may quote a person: an order with its address, a talk with the staff."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["KeptAnswers"]

_log = logging.getLogger(__name__)

# whom an answer quotes is not known, so none of the company's is kept; repeating their requests is refused (409)
_FORGET = text("UPDATE api_requests SET body = NULL WHERE body IS NOT NULL RETURNING key")


class KeptAnswers:
    """The answers of ``idempotency``, as ``shared.customers`` asks for them."""

    name: Final = "kept_answers"

    async def move(self, session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
        """Nothing to do: an answer is the caller's, and gone in a day."""

    async def export(self, session: AsyncSession, customer_id: UUID) -> None:
        """Nothing: they repeat what is exported by those whose it is."""

    async def erase(self, session: AsyncSession, customer_id: UUID) -> None:
        """Drop the answers; that their requests were served stays known."""
        forgotten = await session.execute(_FORGET)
        _log.info(
            "kept answers were dropped", extra={"customer": str(customer_id), "answers": len(forgotten.all())}
        )
