"""Service tokens: what a machine client shows instead of a person's log-in, with permissions of its own."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.identity import audit, repository
from shared.identity.accounts import NewServiceToken, ServiceToken, ServiceTokenFilter
from shared.identity.models import ServiceTokenRow
from shared.identity.permissions import Permission
from shared.identity.schemas import Caller
from shared.identity.secrets import TokenKind, new_token
from shared.kernel.clock import utc_now
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.kernel.paging import Page

__all__ = ["get_service_token", "issue", "page_service_tokens", "revoke"]


async def issue(session: AsyncSession, caller: Caller, new: NewServiceToken) -> tuple[ServiceToken, str]:
    """Make a token with a part of the caller's own permissions; it is returned this once.

    Raises:
        Forbidden: the caller has not all of those permissions.
        InvalidInput: it would have run out already.
    """
    for permission in new.permissions:
        caller.require(permission)
    if new.expires_at is not None and new.expires_at <= utc_now():
        raise InvalidInput("lies in the past", field="expires_at")
    token, kept = new_token(TokenKind.SERVICE)
    row = ServiceTokenRow(
        company_id=caller.company_id,
        id=new_id(),
        name=new.name,
        token_hash=kept,
        permissions=sorted({permission.value for permission in new.permissions}),
        created_by=caller.user_id,
        expires_at=new.expires_at,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    view = _view(row)
    await _record(session, caller, "service_token.created", view, created=True)
    return view, token


async def revoke(session: AsyncSession, caller: Caller, token_id: UUID) -> None:
    """Delete a token: it stops to work within 15 seconds.

    Raises:
        NotFound: there is none of that id.
    """
    row = await _existing(session, token_id)
    view = _view(row)
    await _record(session, caller, "service_token.revoked", view, created=False)
    await session.delete(row)
    await session.flush()


async def get_service_token(session: AsyncSession, token_id: UUID) -> ServiceToken:
    """One of the company's tokens.

    Raises:
        NotFound: there is none of that id.
    """
    return _view(await _existing(session, token_id))


async def page_service_tokens(session: AsyncSession, filters: ServiceTokenFilter) -> Page[ServiceToken]:
    """One page of the company's tokens.

    Raises:
        InvalidInput: the cursor is none of this list.
    """
    rows, following = await repository.service_token_page(session, filters)
    return Page(items=[_view(row) for row in rows], next=following)


async def _existing(session: AsyncSession, token_id: UUID) -> ServiceTokenRow:
    row = await repository.service_token(session, token_id)
    if row is None:
        raise NotFound("service token", token_id)
    return row


def _view(row: ServiceTokenRow) -> ServiceToken:
    known = {permission.value for permission in Permission}
    return ServiceToken(
        id=row.id,
        name=row.name,
        permissions=[Permission(name) for name in row.permissions if name in known],
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


async def _record(session: AsyncSession, caller: Caller, action: str, view: ServiceToken, *, created: bool) -> None:
    fields = view.model_dump(exclude={"last_used_at"})
    await audit.record(
        session,
        caller,
        action=action,
        subject_type="service_token",
        subject_id=str(view.id),
        before=None if created else fields,
        after=fields if created else None,
    )
