"""Users of a company: who they are, and who may change whom. Functions take the caller's transaction.

Nobody gives more than they have: a role above one's own can be neither given nor touched. The last active owner
stays one.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import psycopg
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.companies import service as companies
from shared.identity import audit, repository, sessions
from shared.identity.accounts import MyChanges, NewUser, User, UserChanges, UserFilter
from shared.identity.errors import LastOwner, RoleTooHigh
from shared.identity.models import UserRow
from shared.identity.permissions import ROLE_PERMISSIONS, Role
from shared.identity.schemas import Caller, CallerKind
from shared.identity.sessions import End
from shared.kernel.clock import utc_now
from shared.kernel.errors import Conflict, Forbidden, NotFound, Taken
from shared.kernel.etags import IfMatch
from shared.kernel.ids import new_id
from shared.kernel.languages import Language
from shared.kernel.paging import Page

__all__ = [
    "add_user",
    "caller_for",
    "change_me",
    "change_user",
    "check_may_give",
    "delete_user",
    "existing",
    "find_row",
    "get_user",
    "insert_user",
    "list_users",
    "own_row",
    "page_users",
    "set_password",
    "user_view",
]


def user_view(row: UserRow) -> User:
    """The user as others see them."""
    return User(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        language=Language(row.language),
        active=row.active,
        has_password=row.password_hash is not None,
        last_login_at=row.last_login_at,
        created_at=row.created_at,
    )


def caller_for(row: UserRow, *, session_id: UUID | None = None, address: str = "") -> Caller:
    """The user as a caller."""
    role = Role(row.role)
    return Caller(
        company_id=row.company_id,
        user_id=row.id,
        kind=CallerKind.USER,
        role=role,
        permissions=ROLE_PERMISSIONS[role],
        language=row.language,
        address=address,
        session={"id": str(session_id)} if session_id else {},
    )


def check_may_give(caller: Caller, role: Role) -> None:
    """Refuse to give a role, or to touch its holder, that may do what the caller may not.

    Raises:
        RoleTooHigh: the role is above the caller's, or above what its service token grants.
    """
    if not ROLE_PERMISSIONS[role] <= caller.permissions:
        raise RoleTooHigh("that role may do what the caller may not")


async def get_user(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> User:
    """The user.

    Raises:
        NotFound: there is none of that id for this session.
    """
    return user_view(await existing(session, user_id, lock=lock))


async def list_users(session: AsyncSession) -> Sequence[User]:
    """All users of the company, the oldest first: for the command line."""
    rows = await session.scalars(select(UserRow).order_by(UserRow.created_at, UserRow.id))
    return [user_view(row) for row in rows]


async def page_users(session: AsyncSession, filters: UserFilter) -> Page[User]:
    """One page of the company's users.

    Raises:
        InvalidInput: the cursor is none of this list.
    """
    rows, following = await repository.user_page(session, filters)
    return Page(items=[user_view(row) for row in rows], next=following)


async def insert_user(
    session: AsyncSession,
    company_id: UUID,
    *,
    email: str,
    name: str,
    role: Role,
    language: Language,
    password_hash: str | None,
) -> UserRow:
    """Insert a user at once, so that a taken address is told here.

    Raises:
        Taken: the address has an account; an account belongs to one company.
    """
    row = UserRow(
        company_id=company_id,
        id=new_id(),
        email=email,
        name=name,
        role=role.value,
        language=language.value,
        active=True,
        password_hash=password_hash,
        password_changed_at=utc_now() if password_hash else None,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise Taken("the address has an account", field="email") from error
        raise
    await session.refresh(row)
    return row


async def add_user(session: AsyncSession, caller: Caller, new: NewUser, password_hash: str | None) -> User:
    """Create a user.

    Raises:
        RoleTooHigh: the role is above the caller's own.
        Taken: the address has an account.
    """
    check_may_give(caller, new.role)
    company = await companies.current_company(session)
    row = await insert_user(
        session,
        caller.company_id,
        email=new.email,
        name=new.name,
        role=new.role,
        language=new.language or company.language,
        password_hash=password_hash,
    )
    view = user_view(row)
    await _record(session, caller, "user.created", None, view)
    return view


async def change_user(
    session: AsyncSession, caller: Caller, user_id: UUID, changes: UserChanges, if_match: IfMatch
) -> User:
    """Change the fields that are given; a user who is deactivated loses their sessions.

    Who has another role, or none any more, leaves no open invitation behind: it would be a way back in.

    Raises:
        NotFound: there is none of that id.
        RoleTooHigh: the user's role, or the new one, is above the caller's own.
        LastOwner: the company would be left without an active owner.
        PreconditionFailed: the user was changed since the caller read them.
    """
    # the owners first: two who change each other lock in one order
    owners = await repository.active_owners(session)
    row = await existing(session, user_id, lock=True)
    before = user_view(row)
    if_match.check(before)
    check_may_give(caller, before.role)
    given = changes.given()
    role = given.get("role", before.role)
    if role is not before.role:
        check_may_give(caller, role)
    leaves = given.get("active") is False or role is not Role.OWNER
    if leaves:
        _keep_an_owner(owners, user_id)
    for field, value in given.items():
        setattr(row, field, value)
    await session.flush()
    if before.active and not row.active:
        await sessions.end_all(session, user_id, End.DEACTIVATED)
        await repository.remove_resets(session, user_id)
    after = user_view(row)
    if (before.active, before.role) != (after.active, after.role):
        await _void_invitations(session, caller, user_id)
    if after != before:
        await _record(session, caller, "user.updated", before, after)
    return after


async def change_me(session: AsyncSession, caller: Caller, changes: MyChanges) -> User:
    """Change one's own name or language.

    Raises:
        Forbidden: the caller is no user.
    """
    row = await own_row(session, caller)
    before = user_view(row)
    for field, value in changes.given().items():
        setattr(row, field, value)
    await session.flush()
    after = user_view(row)
    if after != before:
        await _record(session, caller, "user.updated", before, after)
    return after


async def delete_user(session: AsyncSession, caller: Caller, user_id: UUID, if_match: IfMatch) -> None:
    """Delete a user; what they did stays in the audit log under their name.

    Raises:
        NotFound: there is none of that id.
        RoleTooHigh: the user's role is above the caller's own.
        LastOwner: the company would be left without an active owner.
        PreconditionFailed: the user was changed since the caller read them.
        Conflict: something still belongs to the user; they can be deactivated.
    """
    # the owners first: two who change each other lock in one order
    owners = await repository.active_owners(session)
    row = await existing(session, user_id, lock=True)
    before = user_view(row)
    if_match.check(before)
    check_may_give(caller, before.role)
    _keep_an_owner(owners, user_id)
    # first, while the caller's own name can still be read
    await _record(session, caller, "user.deleted", before, None)
    await _void_invitations(session, caller, user_id)
    await session.delete(row)
    try:
        await session.flush()
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.ForeignKeyViolation):
            raise Conflict("something still belongs to the user") from error
        raise


async def set_password(
    session: AsyncSession, caller: Caller, row: UserRow, password_hash: str, *, keep: UUID | None
) -> None:
    """Give a user a new password and end their sessions, but the one to ``keep``; open reset links are void."""
    row.password_hash = password_hash
    row.password_changed_at = utc_now()
    await session.flush()
    await sessions.end_all(session, row.id, End.PASSWORD, but=keep)
    await repository.remove_resets(session, row.id)
    await audit.record(
        session,
        caller,
        action="user.password_changed",
        subject_type="user",
        subject_id=str(row.id),
        before=None,
        after=None,
    )


async def existing(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> UserRow:
    """The user's row.

    Raises:
        NotFound: there is none of that id for this session.
    """
    row = await repository.user(session, user_id, lock=lock)
    if row is None:
        raise NotFound("user", user_id)
    return row


async def find_row(session: AsyncSession, email: str) -> UserRow | None:
    """The row of the company's user of that address."""
    return await repository.user_of(session, email)


async def own_row(session: AsyncSession, caller: Caller) -> UserRow:
    """The caller's own row, locked.

    Raises:
        Forbidden: the caller is no user.
    """
    if caller.user_id is None:
        raise Forbidden("a service has no account of its own")
    return await existing(session, caller.user_id, lock=True)


def _keep_an_owner(owners: Sequence[UUID], leaving: UUID) -> None:
    if list(owners) == [leaving]:
        raise LastOwner("the company would be left without an active owner")


async def _void_invitations(session: AsyncSession, caller: Caller, user_id: UUID) -> None:
    for invitation_id, email, role in await repository.remove_invitations_of(session, user_id):
        await audit.record(
            session,
            caller,
            action="invitation.revoked",
            subject_type="invitation",
            subject_id=str(invitation_id),
            before={"email": email, "role": role, "invited_by": user_id},
            after=None,
        )


async def _record(
    session: AsyncSession, caller: Caller, action: str, before: User | None, after: User | None
) -> None:
    known = after or before
    assert known is not None
    await audit.record(
        session,
        caller,
        action=action,
        subject_type="user",
        subject_id=str(known.id),
        before=before.model_dump() if before else None,
        after=after.model_dump() if after else None,
    )
