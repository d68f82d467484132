"""Who of the company's users has linked a messenger, and in which dialog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.escalations.schemas import Escalation
from shared.identity.permissions import Role
from shared.kernel.languages import Language

__all__ = ["Member", "colleagues", "find_member", "next_in_line"]

_SERVING = "u.active AND u.role IN ('owner', 'admin', 'manager')"
"""Who may serve shoppers: the roles that have ``escalations:write``."""

_MEMBERS = f"""
SELECT u.id AS user_id, u.name, u.email, u.role, u.language, {_SERVING} AS serves, d.id AS dialog_id, b.city_id,
       (SELECT count(*) FROM escalations e
         WHERE e.company_id = u.company_id AND e.assignee_id = u.id AND e.resolved_at IS NULL) AS busy
  FROM users u
  LEFT JOIN dialogs d ON d.company_id = u.company_id AND d.staff_user_id = u.id AND NOT d.blocked
  LEFT JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
"""  # noqa: S608 - constants only
_FIND = text(f"{_MEMBERS} WHERE u.id = :user_id")
_SERVING_ALL = text(f"{_MEMBERS} WHERE {_SERVING} AND d.id IS NOT NULL ORDER BY busy, u.created_at, u.id")


@dataclass(frozen=True, slots=True)
class Member:
    """A user of the company."""

    user_id: UUID
    name: str
    role: Role
    language: Language
    """In which the staff's texts reach them."""
    serves: bool
    """Whether they may take escalations: active, and no viewer."""
    dialog_id: int | None
    """The dialog in their own messenger; ``None``: not linked, or they blocked the bot."""
    city_id: UUID | None
    """The city of the bot at which they linked."""
    busy: int
    """Active escalations they have."""


async def find_member(session: AsyncSession, user_id: UUID) -> Member | None:
    """The user of the session's company."""
    row = (await session.execute(_FIND, {"user_id": user_id})).one_or_none()
    return None if row is None else _member(row)


async def colleagues(session: AsyncSession, escalation: Escalation) -> Sequence[Member]:
    """Who can be told of an escalation, the least busy first: linked members of its city, else of the company.

    A member who asked for a person in their own dialog is not told of themselves.
    """
    rows = [_member(row) for row in await session.execute(_SERVING_ALL)]
    members = [member for member in rows if member.dialog_id != escalation.dialog_id]
    of_city = [member for member in members if member.city_id in (escalation.city_id, None)]
    return of_city or members


def next_in_line(members: Sequence[Member], after: UUID | None) -> Member | None:
    """The least busy of ``members`` other than ``after``."""
    return next((member for member in members if member.user_id != after), None)


def _member(row: Row[Any]) -> Member:
    return Member(
        user_id=row.user_id,
        name=row.name or row.email.partition("@")[0],
        role=Role(row.role),
        language=Language(row.language),
        serves=row.serves,
        dialog_id=row.dialog_id,
        city_id=row.city_id,
        busy=row.busy,
    )
