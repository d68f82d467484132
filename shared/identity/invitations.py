"""Invitations: an address, a role, and a link that is good for one registration."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.companies import service as companies
from shared.identity import audit, repository
from shared.identity.accounts import Invitation, InvitationFilter, NewInvitation
from shared.identity.models import InvitationRow
from shared.identity.permissions import Role
from shared.identity.schemas import Caller
from shared.identity.secrets import TokenKind, new_token
from shared.identity.service import check_may_give
from shared.kernel.clock import utc_now
from shared.kernel.errors import NotFound, Taken
from shared.kernel.ids import new_id
from shared.kernel.languages import Language
from shared.kernel.paging import Page

__all__ = ["get_invitation", "invite", "page_invitations", "revoke"]


async def invite(
    session: AsyncSession, caller: Caller, new: NewInvitation, lifetime: timedelta
) -> tuple[Invitation, str]:
    """Invite an address; one that it had from this company before is void. Returns the token too.

    Whether the address has an account at another company is not told: its owner will see, from the link.

    Raises:
        RoleTooHigh: the role is above the caller's own.
        Taken: the address belongs to a user of this company.
    """
    check_may_give(caller, new.role)
    if await repository.user_of(session, new.email) is not None:
        raise Taken("a user of the company has the address", field="email")
    company = await companies.current_company(session)
    await repository.remove_open_invitation(session, new.email)
    token, kept = new_token(TokenKind.INVITATION)
    row = InvitationRow(
        company_id=caller.company_id,
        id=new_id(),
        email=new.email,
        role=new.role.value,
        language=(new.language or company.language).value,
        token_hash=kept,
        invited_by=caller.user_id,
        expires_at=utc_now() + lifetime,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    view = _view(row)
    await _record(session, caller, "invitation.created", view, created=True)
    return view, token


async def revoke(session: AsyncSession, caller: Caller, invitation_id: UUID) -> None:
    """Take an invitation back.

    Raises:
        NotFound: none of that id waits.
        RoleTooHigh: its role is above the caller's own.
    """
    row = await _waiting(session, invitation_id, lock=True)
    view = _view(row)
    check_may_give(caller, view.role)
    await session.delete(row)
    await session.flush()
    await _record(session, caller, "invitation.revoked", view, created=False)


async def get_invitation(session: AsyncSession, invitation_id: UUID) -> Invitation:
    """An invitation that waits.

    Raises:
        NotFound: none of that id waits.
    """
    return _view(await _waiting(session, invitation_id))


async def page_invitations(session: AsyncSession, filters: InvitationFilter) -> Page[Invitation]:
    """One page of the invitations that wait.

    Raises:
        InvalidInput: the cursor is none of this list.
    """
    rows, following = await repository.invitation_page(session, filters)
    return Page(items=[_view(row) for row in rows], next=following)


async def _waiting(session: AsyncSession, invitation_id: UUID, *, lock: bool = False) -> InvitationRow:
    row = await repository.invitation(session, invitation_id, lock=lock)
    if row is None or row.accepted_at is not None:
        raise NotFound("invitation", invitation_id)
    return row


def _view(row: InvitationRow) -> Invitation:
    return Invitation(
        id=row.id,
        email=row.email,
        role=Role(row.role),
        language=Language(row.language),
        invited_by=row.invited_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


async def _record(session: AsyncSession, caller: Caller, action: str, view: Invitation, *, created: bool) -> None:
    fields = view.model_dump()
    await audit.record(
        session,
        caller,
        action=action,
        subject_type="invitation",
        subject_id=str(view.id),
        before=None if created else fields,
        after=fields if created else None,
    )
