"""Sessions: a log-in and the refresh tokens that grow from it, each good for one use.

A refresh token that comes a second time was stolen, or its thief was faster: nobody can tell, so the whole session
ends (RFC 9700, 4.14.2). Only within some seconds of its use it is more likely a second tab of the same browser:
that one is told to come again, with the cookie that the first was given. It gets no token: of one come never two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.identity import repository
from shared.identity.models import RefreshTokenRow, SessionRow, UserRow
from shared.identity.secrets import TokenKind, new_token
from shared.kernel.clock import utc_now
from shared.kernel.errors import InProgress
from shared.kernel.ids import new_id

__all__ = ["End", "Granted", "end_all", "end_one", "rotate", "start"]

_SAME_MOMENT = timedelta(seconds=10)
"""How long after its use a token that comes again ends nothing."""


class End(StrEnum):
    """Why a session ended."""

    LOGOUT = "logout"
    REUSE = "reuse"
    PASSWORD = "password"  # noqa: S105 - a reason
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class Granted:
    """A session's next refresh token."""

    user: UserRow
    session_id: UUID
    refresh_token: str
    refresh_expires_at: datetime


async def start(session: AsyncSession, user: UserRow, *, address: str, lifetime: timedelta) -> Granted:
    """Begin a session; the user's sessions that have run out are forgotten."""
    await repository.delete_old_sessions(session, user.id)
    row = SessionRow(
        company_id=user.company_id,
        id=new_id(),
        user_id=user.id,
        address=address[:64],
        expires_at=utc_now() + lifetime,
    )
    session.add(row)
    await session.flush()
    return await _grant(session, row, user, lifetime)


async def rotate(session: AsyncSession, token_id: UUID, *, lifetime: timedelta) -> Granted | None:
    """Exchange a refresh token for the next one.

    ``None``: it ran out, its session ended, its user was shut out, or it was used before: then its session has
    ended now. The caller must commit in either case.

    Raises:
        InProgress: it was used a moment ago; nothing changed.
    """
    session_id = await repository.use_refresh_token(session, token_id)
    if session_id is None:
        token = await repository.refresh_token(session, token_id)
        if token is not None and token.used_at is not None:
            if utc_now() - token.used_at < _SAME_MOMENT and await repository.open_session(
                session, token.session_id
            ):
                raise InProgress("the token was used a moment ago", after=1.0)
            await repository.end_sessions(session, reason=End.REUSE.value, session_id=token.session_id)
        return None
    found = await repository.open_session(session, session_id, lock=True)
    if found is None:
        return None
    row, user = found
    return await _grant(session, row, user, lifetime)


async def end_one(session: AsyncSession, session_id: UUID, why: End) -> None:
    """End one session; ended before, nothing happens."""
    await repository.end_sessions(session, reason=why.value, session_id=session_id)


async def end_all(session: AsyncSession, user_id: UUID, why: End, *, but: UUID | None = None) -> None:
    """End a user's sessions, all or all but one."""
    await repository.end_sessions(session, reason=why.value, user_id=user_id, but=but)


async def _grant(session: AsyncSession, row: SessionRow, user: UserRow, lifetime: timedelta) -> Granted:
    token, kept = new_token(TokenKind.REFRESH)
    row.expires_at = utc_now() + lifetime
    session.add(
        RefreshTokenRow(
            company_id=row.company_id,
            id=new_id(),
            session_id=row.id,
            token_hash=kept,
            expires_at=row.expires_at,
        )
    )
    await session.flush()
    return Granted(user, row.id, token, row.expires_at)
