"""Identity put together: who calls, and the handlers of users, sessions and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.identity.access_tokens import AccessTokens, signing_keys
from shared.identity.attempts import AttemptLimits, LoginAttempts
from shared.identity.authenticator import TokenAuthenticator
from shared.identity.handlers.audit_log import AuditHandlers
from shared.identity.handlers.passwords import PasswordHandlers
from shared.identity.handlers.service_tokens import ServiceTokenHandlers
from shared.identity.handlers.sessions import SessionHandlers
from shared.identity.handlers.users import InvitationHandlers, UserHandlers
from shared.identity.mails import Links, MailedInvitations
from shared.identity.outside_issuer import OutsideIssuer
from shared.identity.passwords import Passwords
from shared.runtime.mail import Mailer

if TYPE_CHECKING:
    from shared.composition.worker import Worker

__all__ = ["Identity", "build_authenticator", "build_identity"]


@dataclass(frozen=True)
class Identity:
    """The handlers of identity."""

    sessions: SessionHandlers
    passwords: PasswordHandlers
    users: UserHandlers
    invitations: InvitationHandlers
    service_tokens: ServiceTokenHandlers
    audit: AuditHandlers


def build_authenticator(parts: Worker) -> TokenAuthenticator:
    """What the gate asks."""
    settings = parts.settings
    return TokenAuthenticator(
        parts.database,
        _access_tokens(parts),
        outside=OutsideIssuer(settings, parts.http) if settings.oidc_issuer else None,
        fresh=settings.caller_cache_seconds,
    )


def build_identity(parts: Worker) -> Identity:
    """Build the handlers from a worker's parts."""
    settings, database = parts.settings, parts.database
    passwords = Passwords(memory_kib=settings.password_memory_kib, passes=settings.password_passes)
    attempts = LoginAttempts(
        AttemptLimits(
            of_account_here=settings.login_free_attempts,
            of_account=settings.login_free_attempts_of_account,
            of_address=settings.login_free_attempts_of_address,
            longest_wait=settings.login_longest_wait,
        )
    )
    mailer, links = Mailer(settings), Links(settings.panel_url or settings.public_base_url)
    return Identity(
        sessions=SessionHandlers(
            database,
            passwords,
            _access_tokens(parts),
            attempts,
            refresh_lifetime=timedelta(days=settings.refresh_token_days),
            registration_open=settings.registration_open,
        ),
        passwords=PasswordHandlers(
            database,
            passwords,
            attempts,
            mailer,
            links,
            reset_lifetime=timedelta(minutes=settings.password_reset_minutes),
            answer_after=settings.mail_answer_seconds,
        ),
        users=UserHandlers(database, passwords),
        invitations=InvitationHandlers(
            database,
            MailedInvitations(mailer),
            parts.services.desk.staff,
            links,
            lifetime=timedelta(days=settings.invitation_days),
        ),
        service_tokens=ServiceTokenHandlers(database),
        audit=AuditHandlers(database),
    )


def _access_tokens(parts: Worker) -> AccessTokens:
    settings = parts.settings
    return AccessTokens(signing_keys(settings), lifetime=timedelta(seconds=settings.access_token_seconds))
