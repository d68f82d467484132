"""One-time codes that link a user's own messenger: issued over the API, written to the company's bot.

A code is eight letters and digits that cannot be mistaken for each other (some 10¹² of them), lives 15 minutes, is
shown once and kept as a digest; a new one replaces the old. Guessing is bounded per dialog and per company.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.contract import Platform
from shared.escalations.errors import CodeSpent
from shared.escalations.models import LinkCodeRow
from shared.kernel.clock import utc_now
from shared.kernel.errors import NotFound

__all__ = [
    "CODE_LIFE",
    "DEEP_LINK",
    "IssuedCode",
    "Link",
    "count_try",
    "find_link",
    "guessing",
    "issue_code",
    "link",
    "normal_code",
    "owner_of",
    "unlink",
]

CODE_LIFE: Final = timedelta(minutes=15)
DEEP_LINK: Final = "link_"
"""What stands before the code in a Telegram deep link's parameter."""
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE = re.compile(rf"[{_ALPHABET}]{{4}}-?[{_ALPHABET}]{{4}}", re.IGNORECASE)
_TRIES_OF_DIALOG = 5
_TRIES_OF_COMPANY = 100
_TRIES_TIME = timedelta(minutes=15)

_USER = text("SELECT company_id FROM users WHERE id = :user_id AND active")
_TRIES = text("""
SELECT count(*) FILTER (WHERE dialog_id = :dialog_id) AS of_dialog, count(*) AS of_company
  FROM staff_link_tries WHERE at > :since
""")
_FORGET_TRIES = text("DELETE FROM staff_link_tries WHERE at <= :since")
_COUNT_TRY = text("""
INSERT INTO staff_link_tries (company_id, dialog_id) SELECT company_id, id FROM dialogs WHERE id = :dialog_id
""")
# what the chat remembers of serving goes with it: an erasure looks for it in linked chats alone
_UNLINK = text("""
UPDATE dialogs SET staff_user_id = NULL, staff_linked_at = NULL, state = state - 'staff'
 WHERE staff_user_id = :user_id RETURNING id
""")
_LINK = text("UPDATE dialogs SET staff_user_id = :user_id, staff_linked_at = now() WHERE id = :dialog_id")
_FIND = text("""
SELECT d.id AS dialog_id, d.staff_linked_at AS linked_at, d.blocked, b.platform, b.id AS bot_id, b.name AS bot_name
  FROM dialogs d JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
 WHERE d.staff_user_id = :user_id
""")


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code to show once."""

    code: str
    """As people read it: ``K7QF-2M9D``."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A user's own messenger."""

    dialog_id: int
    platform: Platform
    bot_id: UUID
    bot_name: str
    linked_at: datetime
    blocked: bool
    """They have blocked the bot since: nothing reaches them."""


def normal_code(words: str) -> str | None:
    """The code that the words consist of, in its normal form, or ``None``."""
    found = words.strip()
    return found.replace("-", "").upper() if _CODE.fullmatch(found) else None


async def issue_code(session: AsyncSession, user_id: UUID) -> IssuedCode:
    """Make a user's code; one issued before is void.

    Raises:
        NotFound: the session's company has no active user of that id.
    """
    company_id = await session.scalar(_USER, {"user_id": user_id})
    if company_id is None:
        raise NotFound("user", user_id)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    expires_at = utc_now() + CODE_LIFE
    values = {"code_hash": _digest(code), "expires_at": expires_at}
    issued = insert(LinkCodeRow).values(company_id=company_id, user_id=user_id, **values)
    await session.execute(
        issued.on_conflict_do_update(index_elements=[LinkCodeRow.company_id, LinkCodeRow.user_id], set_=values)
    )
    return IssuedCode(f"{code[:4]}-{code[4:]}", expires_at)


async def owner_of(session: AsyncSession, code: str) -> UUID | None:
    """The user whose live code this is (normal form)."""
    return await session.scalar(
        select(LinkCodeRow.user_id).where(
            LinkCodeRow.code_hash == _digest(code), LinkCodeRow.expires_at > utc_now()
        )
    )


async def guessing(session: AsyncSession, dialog_id: int) -> bool:
    """Whether so many wrong codes came from this dialog, or from the whole company, that none is taken now."""
    since = utc_now() - _TRIES_TIME
    tries = (await session.execute(_TRIES, {"dialog_id": dialog_id, "since": since})).one()
    return bool(tries.of_dialog >= _TRIES_OF_DIALOG or tries.of_company >= _TRIES_OF_COMPANY)


async def count_try(session: AsyncSession, dialog_id: int) -> None:
    """Count a wrong code, and forget those of long ago."""
    await session.execute(_FORGET_TRIES, {"since": utc_now() - _TRIES_TIME})
    await session.execute(_COUNT_TRY, {"dialog_id": dialog_id})


async def link(session: AsyncSession, code: str, dialog_id: int) -> UUID:
    """Use a code up: the dialog is its user's own messenger from now on, and the only one.

    Raises:
        CodeSpent: it was used, replaced or outlived meanwhile.
    """
    user_id = await session.scalar(
        delete(LinkCodeRow)
        .where(LinkCodeRow.code_hash == _digest(code), LinkCodeRow.expires_at > utc_now())
        .returning(LinkCodeRow.user_id)
        .execution_options(synchronize_session=False)
    )
    if user_id is None:
        raise CodeSpent("the code is spent")
    await session.execute(_UNLINK, {"user_id": user_id})
    await session.execute(_LINK, {"user_id": user_id, "dialog_id": dialog_id})
    return user_id


async def unlink(session: AsyncSession, user_id: UUID) -> bool:
    """Take a user's messenger and live code away; whether there was a messenger."""
    await session.execute(
        delete(LinkCodeRow).where(LinkCodeRow.user_id == user_id).execution_options(synchronize_session=False)
    )
    return (await session.execute(_UNLINK, {"user_id": user_id})).first() is not None


async def find_link(session: AsyncSession, user_id: UUID) -> Link | None:
    """The user's linked messenger."""
    row = (await session.execute(_FIND, {"user_id": user_id})).one_or_none()
    if row is None:
        return None
    return Link(row.dialog_id, Platform(row.platform), row.bot_id, row.bot_name, row.linked_at, row.blocked)


def _digest(code: str) -> bytes:
    return hashlib.sha256(f"zeta-staff-link:{code}".encode()).digest()
