"""Links by which a user chooses a new password: good for one use and some minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.identity import audit, repository, service
from shared.identity.errors import RoleTooHigh
from shared.identity.models import PasswordResetRow, UserRow
from shared.identity.permissions import ROLE_PERMISSIONS, Role
from shared.identity.schemas import Caller
from shared.identity.secrets import TokenKind, new_token
from shared.kernel.clock import utc_now
from shared.kernel.errors import InvalidInput
from shared.kernel.ids import new_id

__all__ = ["issue", "issue_by_operator", "make"]

_ACTION = "user.reset_link_issued"


async def make(session: AsyncSession, user: UserRow, lifetime: timedelta) -> tuple[str, datetime]:
    """A new link's token, and until when it holds."""
    token, kept = new_token(TokenKind.RESET)
    expires_at = utc_now() + lifetime
    session.add(
        PasswordResetRow(
            company_id=user.company_id, id=new_id(), user_id=user.id, token_hash=kept, expires_at=expires_at
        )
    )
    await session.flush()
    return token, expires_at


async def issue(session: AsyncSession, caller: Caller, user_id: UUID, lifetime: timedelta) -> tuple[str, datetime]:
    """A link that an administrator hands over; links issued before are void.

    Raises:
        NotFound: there is no user of that id.
        RoleTooHigh: the user is not below the caller.
        InvalidInput: the user is deactivated.
    """
    row = await service.existing(session, user_id, lock=True)
    _check_may_reset(caller, row)
    token, expires_at = await _in_place_of_others(session, row, lifetime)
    await audit.record(
        session,
        caller,
        action=_ACTION,
        subject_type="user",
        subject_id=str(user_id),
        before=None,
        after={"expires_at": expires_at},
    )
    return token, expires_at


async def issue_by_operator(
    session: AsyncSession, company_id: UUID, user_id: UUID, lifetime: timedelta, *, actor_name: str
) -> str:
    """A link for any user, by who runs the platform.

    Raises:
        NotFound: there is no user of that id.
        InvalidInput: the user is deactivated.
    """
    row = await service.existing(session, user_id, lock=True)
    token, expires_at = await _in_place_of_others(session, row, lifetime)
    await audit.record_by_system(
        session,
        company_id,
        action=_ACTION,
        subject_type="user",
        subject_id=str(user_id),
        before=None,
        after={"expires_at": expires_at},
        actor_name=actor_name,
    )
    return token


async def _in_place_of_others(session: AsyncSession, row: UserRow, lifetime: timedelta) -> tuple[str, datetime]:
    if not row.active:
        raise InvalidInput("the user is deactivated", field="user_id")
    await repository.remove_resets(session, row.id)
    return await make(session, row, lifetime)


def _check_may_reset(caller: Caller, user: UserRow) -> None:
    """A link gives the user's place away: only to whom may do more, or to another owner. One's own password is
    changed by who knows it."""
    below = ROLE_PERMISSIONS[Role(user.role)] < caller.permissions
    if caller.user_id == user.id or not (below or caller.role is Role.OWNER):
        raise RoleTooHigh("the user is not below the caller")
