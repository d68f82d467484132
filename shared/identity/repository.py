"""Queries over users, sessions, tokens and the audit log. Row level security keeps each to its company."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.identity.models import ServiceTokenRow, UserRow

__all__ = ["service_token", "user"]


async def user(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> UserRow | None:
    """The user, read anew; ``lock`` makes other writers of it wait for this transaction's end."""
    query = select(UserRow).where(UserRow.id == user_id).execution_options(populate_existing=True)
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def service_token(session: AsyncSession, token_id: UUID) -> ServiceTokenRow | None:
    """The service token."""
    return (await session.scalars(select(ServiceTokenRow).where(ServiceTokenRow.id == token_id))).one_or_none()
