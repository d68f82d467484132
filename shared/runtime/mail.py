"""Mail: one short text at a time over SMTP, where a server is configured.

TLS is verified; its certificate must be the host's. Retries do not live here: who sends decides what to do instead.
"""

from __future__ import annotations

import ssl
from email.message import EmailMessage
from email.utils import make_msgid

import aiosmtplib

from shared.kernel.clock import utc_now
from shared.kernel.errors import Unavailable
from shared.runtime.settings import Settings

__all__ = ["Mailer"]


class Mailer:
    """Sends mail as the configured sender."""

    def __init__(self, settings: Settings, *, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._tls = tls

    @property
    def configured(self) -> bool:
        """Whether there is a server to send with."""
        return bool(self._settings.smtp_host)

    async def send(self, to: str, subject: str, body: str) -> None:
        """Send a plain text; returned means that the server took it.

        Raises:
            Unavailable: the server does not answer, or refused the message or its receiver.
        """
        settings = self._settings
        message = _message(settings.mail_from, to, subject, body)
        try:
            await aiosmtplib.send(
                message,
                sender=settings.mail_from,
                recipients=[to],
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user or None,
                password=settings.smtp_password.get_secret_value() or None,
                use_tls=settings.smtp_security == "tls",
                start_tls=settings.smtp_security == "starttls",
                tls_context=self._tls if settings.smtp_security != "none" else None,
                timeout=settings.smtp_timeout,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Unavailable("smtp", after=60.0) from error


def _message(sender: str, to: str, subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = utc_now()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> ") or None)
    # an automatic message: no out-of-office replies to it (RFC 3834)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message
