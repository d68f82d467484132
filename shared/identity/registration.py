"""Ways in: a new company with its owner, or an invitation to an existing one."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.companies import service as companies
from shared.companies.schemas import CompanyView, NewCompany
from shared.companies.slugs import slug_of, with_suffix
from shared.identity import audit, repository
from shared.identity.errors import InvitationInvalid
from shared.identity.models import UserRow
from shared.identity.permissions import Role
from shared.identity.service import caller_for, insert_user, user_view
from shared.kernel.clock import utc_now
from shared.kernel.errors import Taken
from shared.kernel.languages import Language

__all__ = ["join_by_invitation", "register_company"]

_TRIES = 5


async def register_company(
    session: AsyncSession,
    company_id: UUID,
    *,
    company: str,
    email: str,
    name: str,
    language: Language,
    password_hash: str,
    address: str,
) -> UserRow:
    """Create a company and its owner; the session must have been opened for that very id.

    Raises:
        Taken: the address has an account.
    """
    created = await _create_company(session, company_id, company, language)
    owner = await insert_user(
        session,
        company_id,
        email=email,
        name=name,
        role=Role.OWNER,
        language=language,
        password_hash=password_hash,
    )
    caller = caller_for(owner, address=address)
    await audit.record(
        session,
        caller,
        action="company.registered",
        subject_type="company",
        subject_id=str(company_id),
        before=None,
        after=created.model_dump(),
    )
    await audit.record_made(session, caller, "user", user_view(owner))
    return owner


async def join_by_invitation(
    session: AsyncSession,
    invitation_id: UUID,
    *,
    name: str,
    language: Language | None,
    password_hash: str,
    address: str,
) -> UserRow:
    """Create the invited user, once.

    Raises:
        InvitationInvalid: it was accepted, revoked, or ran out.
        Taken: the address has an account by now.
    """
    invitation = await repository.invitation(session, invitation_id, lock=True)
    if invitation is None or invitation.accepted_at is not None or invitation.expires_at <= utc_now():
        raise InvitationInvalid("the invitation does not hold", field="invitation")
    user = await insert_user(
        session,
        invitation.company_id,
        email=invitation.email,
        name=name,
        role=Role(invitation.role),
        language=language or Language(invitation.language),
        password_hash=password_hash,
    )
    invitation.accepted_at = utc_now()
    await session.flush()
    await audit.record(
        session,
        caller_for(user, address=address),
        action="invitation.accepted",
        subject_type="invitation",
        subject_id=str(invitation_id),
        before=None,
        after=user_view(user).model_dump(),
    )
    return user


async def _create_company(session: AsyncSession, company_id: UUID, name: str, language: Language) -> CompanyView:
    """The company, under the first slug of its name that nobody has."""
    slug = slug_of(name)
    for _ in range(_TRIES - 1):
        try:
            async with session.begin_nested():
                return await companies.create_company(
                    session, company_id, NewCompany(slug=slug, name=name, language=language)
                )
        except Taken:
            slug = with_suffix(slug_of(name))
    return await companies.create_company(session, company_id, NewCompany(slug=slug, name=name, language=language))
