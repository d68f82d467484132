"""The mails of identity: invitation, reset link, and the link that verifies an address."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from shared.identity.texts import TEXTS
from shared.kernel.errors import Unavailable
from shared.kernel.languages import Language
from shared.runtime.mail import Mailer

__all__ = ["InvitationMessage", "Links", "MailedInvitations", "mail_reset", "mail_verification"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InvitationMessage:
    """What an invited person is told."""

    company_id: UUID
    company: str
    """The company's name."""
    email: str
    language: Language
    link: str
    days: int
    """How long it can be accepted."""

    def for_messenger(self, language: Language) -> str:
        """What the inviter reads in the own messenger, to pass on."""
        return TEXTS.count(
            "messenger.invitation", self.days, language, company=self.company, email=self.email, link=self.link
        )


class Links:
    """Where the links lead. The token stands behind ``#``: browsers keep that from servers and their logs."""

    def __init__(self, panel_url: str) -> None:
        self._panel = panel_url.rstrip("/")

    def invitation(self, token: str) -> str:
        """The page that accepts an invitation."""
        return f"{self._panel}/join#{urlencode({'invitation': token})}"

    def reset(self, token: str) -> str:
        """The page that takes a new password."""
        return f"{self._panel}/reset#{urlencode({'token': token})}"

    def verification(self, token: str) -> str:
        """The page that verifies an e-mail."""
        return f"{self._panel}/verify#{urlencode({'token': token})}"


class MailedInvitations:
    """Invitations by mail."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    @property
    def possible(self) -> bool:
        """Whether a server is configured."""
        return self._mailer.configured

    async def send(self, invitation: InvitationMessage) -> bool:
        """Mail it; false where no server is configured, or it did not take the mail."""
        if not self.possible:
            return False
        subject = TEXTS.get("mail.invitation.subject", invitation.language, company=invitation.company)
        body = TEXTS.count(
            "mail.invitation.body",
            invitation.days,
            invitation.language,
            company=invitation.company,
            link=invitation.link,
        )
        return await _sent(self._mailer, invitation.email, subject, body, invitation.company_id)


async def mail_reset(
    mailer: Mailer, *, company_id: UUID, email: str, language: Language, link: str, minutes: int
) -> bool:
    """Mail the link to choose a new password; whether the server took it."""
    subject = TEXTS.get("mail.reset.subject", language)
    body = TEXTS.count("mail.reset.body", minutes, language, link=link)
    return await _sent(mailer, email, subject, body, company_id)


async def mail_verification(
    mailer: Mailer, *, company_id: UUID, email: str, language: Language, link: str, days: int
) -> bool:
    """Mail the link that verifies the address; whether the server took it."""
    subject = TEXTS.get("mail.verification.subject", language)
    body = TEXTS.count("mail.verification.body", days, language, link=link)
    return await _sent(mailer, email, subject, body, company_id)


async def _sent(mailer: Mailer, to: str, subject: str, body: str, company_id: UUID) -> bool:
    try:
        await mailer.send(to, subject, body)
    except Unavailable:
        _log.warning("a mail was not sent", extra={"company_id": str(company_id)})
        return False
    return True
