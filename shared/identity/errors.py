"""The errors of identity that a person is told in words of their own (``problem.<code>`` of the catalogue)."""

from __future__ import annotations

from shared.kernel.errors import Conflict, Forbidden, InvalidInput, RateLimited, Unauthenticated

__all__ = [
    "CsrfMissing",
    "InvitationInvalid",
    "LastOwner",
    "LogInFailed",
    "RegistrationClosed",
    "ResetInvalid",
    "RoleTooHigh",
    "SessionEnded",
    "TooManyAttempts",
]


class LogInFailed(Unauthenticated):
    """No such account, a wrong password, or an account that was shut out: which, nobody is told."""

    code = "log_in_failed"


class SessionEnded(Unauthenticated):
    """The refresh token does not hold (any more)."""

    code = "session_ended"


class TooManyAttempts(RateLimited):
    """Too many log-ins failed, for the account or from the address."""

    code = "too_many_attempts"


class InvitationInvalid(InvalidInput):
    """The invitation was accepted, revoked, ran out, or never was."""

    code = "invitation_invalid"


class ResetInvalid(InvalidInput):
    """The link was used, was replaced, ran out, or never was."""

    code = "reset_invalid"


class VerificationInvalid(InvalidInput):
    """The link was used, was replaced, ran out, or never was."""

    code = "verification_invalid"


class RegistrationClosed(Forbidden):
    """Companies cannot be registered here without the operator."""

    code = "registration_closed"


class RoleTooHigh(Forbidden):
    """A role above the caller's own can be neither given nor touched."""

    code = "role_too_high"


class LastOwner(Conflict):
    """The company would be left without an active owner."""

    code = "last_owner"


class CsrfMissing(Forbidden):
    """A browser's cookie came without the header that only our own page can send."""

    code = "csrf_refused"
