"""Links by which a user proves to read the mail of their address: good for one use and some days.

They are only ever mailed, never shown: whoever has one reads that mail.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.identity import audit, repository, service
from shared.identity.errors import VerificationInvalid
from shared.identity.models import EmailVerificationRow, UserRow
from shared.identity.secrets import TokenKind, new_token
from shared.kernel.clock import utc_now
from shared.kernel.ids import new_id

__all__ = ["LIFETIME", "confirm", "make"]

LIFETIME = timedelta(days=3)
_PAUSE = timedelta(minutes=1)
"""Between two mails to one user."""


async def make(session: AsyncSession, user: UserRow) -> str | None:
    """A new link's token in the place of earlier ones; ``None``: none is needed, or one was made a moment ago."""
    if user.email_verified_at is not None:
        return None
    now = utc_now()
    if await repository.verification_since(session, user.id, now - _PAUSE):
        return None
    await repository.remove_verifications(session, user.id)
    token, kept = new_token(TokenKind.VERIFICATION)
    session.add(
        EmailVerificationRow(
            company_id=user.company_id, id=new_id(), user_id=user.id, token_hash=kept, expires_at=now + LIFETIME
        )
    )
    await session.flush()
    return token


async def confirm(session: AsyncSession, verification_id: UUID, *, address: str) -> None:
    """Use a link up: its user's e-mail is verified.

    Raises:
        VerificationInvalid: it was used, replaced, or ran out, or the user was shut out.
    """
    user_id = await repository.use_verification(session, verification_id)
    row = await repository.user(session, user_id, lock=True) if user_id is not None else None
    if row is None or not row.active:
        raise VerificationInvalid("the link was used or ran out", field="token")
    row.email_verified_at = utc_now()
    await session.flush()
    await audit.record(
        session,
        service.caller_for(row, address=address),
        action="user.email_verified",
        subject_type="user",
        subject_id=str(row.id),
        before={"email_verified": False},
        after={"email_verified": True},
    )
