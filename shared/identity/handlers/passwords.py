"""Passwords that are changed, forgotten, and chosen anew by a one-time link."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

from shared.identity import repository, resets, service
from shared.identity.accounts import (
    ForgottenPassword,
    IssuedReset,
    PasswordChange,
    PasswordReset,
    normalised_email,
)
from shared.identity.attempts import LoginAttempts
from shared.identity.errors import ResetInvalid
from shared.identity.mails import Links, mail_reset
from shared.identity.models import PasswordResetRow
from shared.identity.passwords import Passwords
from shared.identity.schemas import Caller
from shared.identity.secrets import hash_of
from shared.kernel.answers import Created
from shared.kernel.clock import utc_now
from shared.kernel.errors import InvalidInput
from shared.kernel.languages import Language
from shared.kernel.requests import Client
from shared.runtime.database import Database
from shared.runtime.mail import Mailer

__all__ = ["PasswordHandlers"]

_log = logging.getLogger(__name__)

_PAUSE = timedelta(minutes=1)
"""Between two mails to one user."""


class PasswordHandlers:
    """Passwords of users.

    Args:
        database: of the worker.
        passwords: hashes and checks.
        attempts: counts failures.
        mailer: sends reset links where a server is configured.
        links: where they lead.
        reset_lifetime: how long a link holds.
        answer_after: seconds that "forgot" takes, whether the account exists or not.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        attempts: LoginAttempts,
        mailer: Mailer,
        links: Links,
        *,
        reset_lifetime: timedelta,
        answer_after: float,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._attempts = attempts
        self._mailer = mailer
        self._links = links
        self._lifetime = reset_lifetime
        self._answer_after = answer_after
        self._sending: set[asyncio.Task[None]] = set()

    async def change(self, caller: Caller, body: PasswordChange) -> None:
        """Change one's own password.

        All other sessions of the user end; the one that asks goes on.
        """
        async with self._database.session_scope(caller.company_id) as session:
            row = await service.own_row(session, caller)
            # counted apart from log-ins: who guesses from outside does not keep the owner from changing it
            account, stored = str(row.id), row.password_hash
            await self._attempts.begin(session, account=account, address=caller.address, purpose="change")
        if not (await self._passwords.verify(stored, body.current)).right:
            raise InvalidInput("not the present password", field="current")
        password_hash = await self._passwords.hash(body.new)
        this_session = caller.session.get("id")
        async with self._database.session_scope(caller.company_id) as session:
            row = await service.own_row(session, caller)
            if row.password_hash != stored:
                raise InvalidInput("the password was changed meanwhile", field="current")
            await service.set_password(
                session, caller, row, password_hash, keep=UUID(this_session) if this_session else None
            )
            await self._attempts.succeeded(session, account=account, address=caller.address, purpose="change")

    async def forgot(self, client: Client, body: ForgottenPassword) -> None:
        """Ask for a link to choose a new password.

        The link is mailed where the account exists and the platform sends mail; the answer is the same in any case,
        after the same time. Without mail an owner or administrator can issue a link.
        """
        async with self._database.anonymous_scope() as session:
            await self._attempts.begin(session, account=None, address=client.address, purpose="forgot")
        work = asyncio.create_task(self._mail_link(body.email))
        self._sending.add(work)
        work.add_done_callback(self._sent)
        # both wait for the same moment; a slow mail server is not waited for any longer
        await asyncio.gather(asyncio.sleep(self._answer_after), asyncio.wait({work}, timeout=self._answer_after))

    async def reset(self, client: Client, body: PasswordReset) -> None:
        """Choose a new password by the link's token.

        The link is good for one use. All sessions of the user end.
        """
        token = hash_of(body.token.get_secret_value())
        async with self._database.anonymous_scope() as session:
            found = await repository.find_by_hash(session, PasswordResetRow, token)
        if found is None:
            raise ResetInvalid("no such link", field="token")
        company_id, reset_id = found
        password_hash = await self._passwords.hash(body.password)
        async with self._database.session_scope(company_id) as session:
            user_id = await repository.use_reset(session, reset_id)
            row = await repository.user(session, user_id, lock=True) if user_id is not None else None
            if row is None or not row.active:
                raise ResetInvalid("the link was used or ran out", field="token")
            caller = service.caller_for(row, address=client.address)
            await service.set_password(session, caller, row, password_hash, keep=None)
            await self._attempts.succeeded(session, account=row.email, address=client.address)

    async def issue(self, caller: Caller, user_id: UUID) -> Created[IssuedReset]:
        """Issue a link by which a user chooses a new password; it is shown once.

        For users below the caller; an owner may for anybody. Links issued before are void.
        """
        async with self._database.session_scope(caller.company_id) as session:
            token, expires_at = await resets.issue(session, caller, user_id, self._lifetime)
        issued = IssuedReset(link=self._links.reset(token), token=token, expires_at=expires_at)
        return Created(issued, f"users/{user_id}")

    def _sent(self, work: asyncio.Task[None]) -> None:
        self._sending.discard(work)
        if not work.cancelled() and (error := work.exception()) is not None:
            _log.warning("a reset link was not made", extra={"error_type": type(error).__name__})

    async def _mail_link(self, typed: str) -> None:
        if not self._mailer.configured:
            return
        try:
            email = normalised_email(typed)
        except ValueError:
            return
        async with self._database.anonymous_scope() as session:
            found = await repository.find_by_email(session, email)
        if found is None:
            return
        company_id, user_id = found
        async with self._database.session_scope(company_id) as session:
            row = await repository.user(session, user_id, lock=True)
            if row is None or not row.active or await repository.reset_since(session, user_id, utc_now() - _PAUSE):
                return
            token, _ = await resets.make(session, row, self._lifetime)
        await mail_reset(
            self._mailer,
            company_id=company_id,
            email=email,
            language=Language(row.language),
            link=self._links.reset(token),
            minutes=max(1, round(self._lifetime.total_seconds() / 60)),
        )
