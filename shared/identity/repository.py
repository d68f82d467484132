"""Queries over users, sessions, tokens and the audit log. Row level security keeps each to its company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.identity.accounts import AuditFilter, InvitationFilter, ServiceTokenFilter, UserFilter
from shared.identity.models import (
    AuditRow,
    EmailVerificationRow,
    InvitationRow,
    PasswordResetRow,
    RefreshTokenRow,
    ServiceTokenRow,
    SessionRow,
    UserRow,
)
from shared.identity.permissions import Role
from shared.runtime.keyset import Key, Keyset, fetch_page

__all__ = [
    "active_owners",
    "addresses_of",
    "audit_page",
    "delete_old_sessions",
    "end_sessions",
    "find_by_email",
    "find_by_hash",
    "has_verified_owner",
    "invitation",
    "invitation_page",
    "open_session",
    "password_reset",
    "refresh_token",
    "remove_invitations_of",
    "remove_open_invitation",
    "remove_resets",
    "remove_verifications",
    "reset_since",
    "service_token",
    "service_token_page",
    "use_refresh_token",
    "use_reset",
    "use_verification",
    "user",
    "user_of",
    "user_page",
    "verification_since",
]

_ADDRESSES = 200
_FIND_BY_EMAIL = text("SELECT company_id, id FROM find_user_by_email(:email)")
_FIND_BY_HASH = {
    table: text(f"SELECT company_id, id FROM {function}(:wanted)")  # noqa: S608 - the names stand below
    for table, function in (
        (RefreshTokenRow, "find_refresh_token"),
        (PasswordResetRow, "find_password_reset"),
        (EmailVerificationRow, "find_email_verification"),
        (InvitationRow, "find_invitation"),
        (ServiceTokenRow, "find_service_token"),
    )
}


# ---- before the company is known -----------------------------------------------------------------


async def find_by_email(session: AsyncSession, email: str) -> tuple[UUID, UUID] | None:
    """(company, user) of that address, in any active company."""
    row = (await session.execute(_FIND_BY_EMAIL, {"email": email})).one_or_none()
    return (row.company_id, row.id) if row else None


async def find_by_hash(
    session: AsyncSession,
    table: type[RefreshTokenRow | PasswordResetRow | EmailVerificationRow | InvitationRow | ServiceTokenRow],
    wanted: bytes,
) -> tuple[UUID, UUID] | None:
    """(company, id) of the token with that hash, in any active company."""
    row = (await session.execute(_FIND_BY_HASH[table], {"wanted": wanted})).one_or_none()
    return (row.company_id, row.id) if row else None


# ---- users ---------------------------------------------------------------------------------------


async def user(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> UserRow | None:
    """The user, read anew; ``lock`` makes other writers of it wait for this transaction's end."""
    query = select(UserRow).where(UserRow.id == user_id).execution_options(populate_existing=True)
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def user_of(session: AsyncSession, email: str) -> UserRow | None:
    """The user of that address in the session's company."""
    return (await session.scalars(select(UserRow).where(UserRow.email == email))).one_or_none()


async def active_owners(session: AsyncSession) -> Sequence[UUID]:
    """The company's active owners, locked: whoever takes one away waits for the others that do."""
    query = select(UserRow.id).where(UserRow.role == Role.OWNER.value, UserRow.active).order_by(UserRow.id)
    return (await session.scalars(query.with_for_update())).all()


# ---- sessions ------------------------------------------------------------------------------------


async def open_session(
    session: AsyncSession, session_id: UUID, *, lock: bool = False
) -> tuple[SessionRow, UserRow] | None:
    """A session that has neither ended nor run out, with its active user."""
    query = (
        select(SessionRow, UserRow)
        .join(UserRow, (UserRow.company_id == SessionRow.company_id) & (UserRow.id == SessionRow.user_id))
        .where(
            SessionRow.id == session_id,
            SessionRow.ended_at.is_(None),
            SessionRow.expires_at > func.now(),
            UserRow.active,
        )
    )
    if lock:
        query = query.with_for_update(of=SessionRow)
    row = (await session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None


async def addresses_of(session: AsyncSession, user_id: UUID) -> Sequence[str]:
    """The client addresses from which the user's sessions of the last weeks were begun."""
    query = select(SessionRow.address).where(SessionRow.user_id == user_id, SessionRow.address != "")
    return (await session.scalars(query.distinct().limit(_ADDRESSES))).all()


async def end_sessions(
    session: AsyncSession,
    *,
    reason: str,
    user_id: UUID | None = None,
    session_id: UUID | None = None,
    but: UUID | None = None,
) -> int:
    """End open sessions, by id or all of a user's but one; how many ended."""
    statement = update(SessionRow).where(SessionRow.ended_at.is_(None))
    if user_id is not None:
        statement = statement.where(SessionRow.user_id == user_id)
    if session_id is not None:
        statement = statement.where(SessionRow.id == session_id)
    if but is not None:
        statement = statement.where(SessionRow.id != but)
    ended = await session.execute(
        statement.values(ended_at=func.now(), end_reason=reason)
        .returning(SessionRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())


async def delete_old_sessions(session: AsyncSession, user_id: UUID) -> None:
    """Forget a user's sessions that have run out, with their tokens."""
    await session.execute(
        delete(SessionRow)
        .where(SessionRow.user_id == user_id, SessionRow.expires_at < func.now())
        .execution_options(synchronize_session=False)
    )


async def refresh_token(session: AsyncSession, token_id: UUID) -> RefreshTokenRow | None:
    """The refresh token, read anew."""
    query = select(RefreshTokenRow).where(RefreshTokenRow.id == token_id)
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def use_refresh_token(session: AsyncSession, token_id: UUID) -> UUID | None:
    """Use the token up, once for all who try at the same time; its session, ``None`` if it was used or ran out."""
    used = await session.execute(
        update(RefreshTokenRow)
        .where(
            RefreshTokenRow.id == token_id,
            RefreshTokenRow.used_at.is_(None),
            RefreshTokenRow.expires_at > func.now(),
        )
        .values(used_at=func.now())
        .returning(RefreshTokenRow.session_id)
        .execution_options(synchronize_session=False)
    )
    return used.scalar_one_or_none()


# ---- reset links ---------------------------------------------------------------------------------


async def password_reset(session: AsyncSession, reset_id: UUID) -> PasswordResetRow | None:
    """The reset link."""
    return (await session.scalars(select(PasswordResetRow).where(PasswordResetRow.id == reset_id))).one_or_none()


async def use_reset(session: AsyncSession, reset_id: UUID) -> UUID | None:
    """Use the link up; its user, ``None`` if it was used or ran out."""
    used = await session.execute(
        update(PasswordResetRow)
        .where(
            PasswordResetRow.id == reset_id,
            PasswordResetRow.used_at.is_(None),
            PasswordResetRow.expires_at > func.now(),
        )
        .values(used_at=func.now())
        .returning(PasswordResetRow.user_id)
        .execution_options(synchronize_session=False)
    )
    return used.scalar_one_or_none()


async def reset_since(session: AsyncSession, user_id: UUID, since: datetime) -> bool:
    """Whether a link was made for the user after that moment."""
    query = select(PasswordResetRow.id).where(
        PasswordResetRow.user_id == user_id, PasswordResetRow.created_at > since
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def remove_resets(session: AsyncSession, user_id: UUID) -> None:
    """Take all links of a user away."""
    await session.execute(
        delete(PasswordResetRow)
        .where(PasswordResetRow.user_id == user_id)
        .execution_options(synchronize_session=False)
    )


# ---- verified addresses --------------------------------------------------------------------------


async def use_verification(session: AsyncSession, verification_id: UUID) -> UUID | None:
    """Use the link up; its user, ``None`` if it was used or ran out."""
    used = await session.execute(
        delete(EmailVerificationRow)
        .where(EmailVerificationRow.id == verification_id, EmailVerificationRow.expires_at > func.now())
        .returning(EmailVerificationRow.user_id)
        .execution_options(synchronize_session=False)
    )
    return used.scalar_one_or_none()


async def verification_since(session: AsyncSession, user_id: UUID, since: datetime) -> bool:
    """Whether a link was made for the user after that moment."""
    query = select(EmailVerificationRow.id).where(
        EmailVerificationRow.user_id == user_id, EmailVerificationRow.created_at > since
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def remove_verifications(session: AsyncSession, user_id: UUID) -> None:
    """Take all links of a user away."""
    await session.execute(
        delete(EmailVerificationRow)
        .where(EmailVerificationRow.user_id == user_id)
        .execution_options(synchronize_session=False)
    )


async def has_verified_owner(session: AsyncSession) -> bool:
    """Whether an active owner of the company proved to read the mail of their address."""
    query = select(UserRow.id).where(
        UserRow.role == Role.OWNER.value, UserRow.active, UserRow.email_verified_at.is_not(None)
    )
    return (await session.scalars(query.limit(1))).first() is not None


# ---- invitations and service tokens --------------------------------------------------------------


async def invitation(session: AsyncSession, invitation_id: UUID, *, lock: bool = False) -> InvitationRow | None:
    """The invitation, read anew."""
    query = select(InvitationRow).where(InvitationRow.id == invitation_id).execution_options(populate_existing=True)
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def remove_open_invitation(session: AsyncSession, email: str) -> None:
    """Take the address's open invitation away."""
    await session.execute(
        delete(InvitationRow)
        .where(InvitationRow.email == email, InvitationRow.accepted_at.is_(None))
        .execution_options(synchronize_session=False)
    )


async def remove_invitations_of(session: AsyncSession, user_id: UUID) -> Sequence[tuple[UUID, str, str]]:
    """Take the open invitations away that a user made: (id, address, role) of each."""
    removed = await session.execute(
        delete(InvitationRow)
        .where(InvitationRow.invited_by == user_id, InvitationRow.accepted_at.is_(None))
        .returning(InvitationRow.id, InvitationRow.email, InvitationRow.role)
        .execution_options(synchronize_session=False)
    )
    return [(row.id, row.email, row.role) for row in removed]


async def service_token(session: AsyncSession, token_id: UUID) -> ServiceTokenRow | None:
    """The service token, read anew."""
    query = select(ServiceTokenRow).where(ServiceTokenRow.id == token_id)
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


# ---- lists ---------------------------------------------------------------------------------------


def _both_ways(column: InstrumentedAttribute[Any], kind: type, last: InstrumentedAttribute[UUID]) -> Keyset:
    name = column.key
    return {
        name: (Key(column, kind), Key(last, UUID)),
        f"-{name}": (Key(column, kind, descending=True), Key(last, UUID, descending=True)),
    }


_USERS = {
    **_both_ways(UserRow.created_at, datetime, UserRow.id),
    **_both_ways(UserRow.email, str, UserRow.id),
}
_INVITATIONS = _both_ways(InvitationRow.created_at, datetime, InvitationRow.id)
_SERVICE_TOKENS = _both_ways(ServiceTokenRow.created_at, datetime, ServiceTokenRow.id)
_AUDIT = _both_ways(AuditRow.at, datetime, AuditRow.id)


async def user_page(session: AsyncSession, filters: UserFilter) -> tuple[Sequence[UserRow], str | None]:
    """One page of users, and the cursor of the next."""
    query = select(UserRow)
    if filters.role is not None:
        query = query.where(UserRow.role == filters.role.value)
    if filters.active is not None:
        query = query.where(UserRow.active == filters.active)
    return await fetch_page(session, query, _USERS, filters.sort, filters)


async def invitation_page(
    session: AsyncSession, filters: InvitationFilter
) -> tuple[Sequence[InvitationRow], str | None]:
    """One page of invitations that wait, the newest first."""
    query = select(InvitationRow).where(InvitationRow.accepted_at.is_(None))
    return await fetch_page(session, query, _INVITATIONS, "-created_at", filters)


async def service_token_page(
    session: AsyncSession, filters: ServiceTokenFilter
) -> tuple[Sequence[ServiceTokenRow], str | None]:
    """One page of service tokens, the newest first."""
    return await fetch_page(session, select(ServiceTokenRow), _SERVICE_TOKENS, "-created_at", filters)


async def audit_page(session: AsyncSession, filters: AuditFilter) -> tuple[Sequence[AuditRow], str | None]:
    """One page of the audit log, the newest first."""
    query = select(AuditRow)
    for column, wanted in (
        (AuditRow.actor_id, filters.actor_id),
        (AuditRow.action, filters.action),
        (AuditRow.subject_type, filters.subject_type),
        (AuditRow.subject_id, filters.subject_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if filters.at_from is not None:
        query = query.where(AuditRow.at >= filters.at_from)
    if filters.at_before is not None:
        query = query.where(AuditRow.at < filters.at_before)
    return await fetch_page(session, query, _AUDIT, "-at", filters)
