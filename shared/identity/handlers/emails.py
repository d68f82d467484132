"""E-mail addresses that are verified by a mailed link."""

from __future__ import annotations

import asyncio
import logging

from shared.identity import repository, service, verifications
from shared.identity.accounts import EmailVerification
from shared.identity.errors import VerificationInvalid
from shared.identity.mails import Links, mail_verification
from shared.identity.models import EmailVerificationRow, UserRow
from shared.identity.schemas import Caller
from shared.identity.secrets import hash_of
from shared.kernel.errors import ZetaError
from shared.kernel.languages import Language
from shared.kernel.requests import Client
from shared.runtime.database import Database
from shared.runtime.mail import Mailer

__all__ = ["EmailHandlers"]

_log = logging.getLogger(__name__)


class EmailHandlers:
    """Addresses of users.

    Args:
        database: of the worker.
        mailer: sends the links; without a server nothing is verified.
        links: where they lead.
        answer_after: seconds that a request waits for the mail server.
    """

    def __init__(self, database: Database, mailer: Mailer, links: Links, *, answer_after: float) -> None:
        self._database = database
        self._mailer = mailer
        self._links = links
        self._answer_after = answer_after
        self._sending: set[asyncio.Task[bool]] = set()

    async def verify(self, client: Client, body: EmailVerification) -> None:
        """Verify one's e-mail by the link's token.

        The link is good for one use, and for three days.
        """
        token = hash_of(body.token.get_secret_value())
        async with self._database.anonymous_scope() as session:
            found = await repository.find_by_hash(session, EmailVerificationRow, token)
        if found is None:
            raise VerificationInvalid("no such link", field="token")
        async with self._database.session_scope(found[0]) as session:
            await verifications.confirm(session, found[1], address=client.address)

    async def resend(self, caller: Caller) -> None:
        """Ask for the link that verifies one's e-mail.

        It is mailed where the platform sends mail, once a minute at most, and takes the place of earlier ones.
        """
        async with self._database.session_scope(caller.company_id) as session:
            row = await service.own_row(session, caller)
            token = await verifications.make(session, row) if self._mailer.configured else None
        if token is not None:
            await self._mail(row, token)

    async def greet(self, caller: Caller) -> None:
        """Mail a link to who has just registered: they are in, whether that succeeds or not."""
        try:
            await self.resend(caller)
        except ZetaError as error:
            _log.warning("a verification link was not made", extra={"error_type": type(error).__name__})

    async def _mail(self, row: UserRow, token: str) -> None:
        """Mail the link; a slow server is not waited for any longer than a moment."""
        work = asyncio.create_task(
            mail_verification(
                self._mailer,
                company_id=row.company_id,
                email=row.email,
                language=Language(row.language),
                link=self._links.verification(token),
                days=verifications.LIFETIME.days,
            )
        )
        self._sending.add(work)
        work.add_done_callback(self._sent)
        await asyncio.wait({work}, timeout=self._answer_after)

    def _sent(self, work: asyncio.Task[bool]) -> None:
        self._sending.discard(work)
        if not work.cancelled() and (error := work.exception()) is not None:
            _log.warning("a verification link was not mailed", extra={"error_type": type(error).__name__})
