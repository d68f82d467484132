"""What goes into and comes out of the endpoints of identity. A secret is a ``SecretStr`` on its way in."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from shared.identity.permissions import Permission, Role
from shared.identity.schemas import CallerKind
from shared.kernel.changes import Changes, left_out
from shared.kernel.languages import Language
from shared.kernel.paging import PageQuery

__all__ = [
    "AuditEntry",
    "AuditFilter",
    "CompanyOfCaller",
    "Email",
    "EmailVerification",
    "ForgottenPassword",
    "Invitation",
    "InvitationFilter",
    "IssuedInvitation",
    "IssuedReset",
    "IssuedServiceToken",
    "Login",
    "Me",
    "MyChanges",
    "NewInvitation",
    "NewServiceToken",
    "NewUser",
    "NotSent",
    "PasswordChange",
    "PasswordReset",
    "Refresh",
    "Registration",
    "Service",
    "ServiceToken",
    "ServiceTokenFilter",
    "SessionTokens",
    "User",
    "UserChanges",
    "UserFilter",
    "normalised_email",
]

_EMAIL_LIMIT = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, less the brackets)."""


def normalised_email(text: str) -> str:
    """An address as it is stored and compared: NFC, in lower case, without spaces around it.

    Raises:
        ValueError: not an address that mail can be sent to.
    """
    email = unicodedata.normalize("NFC", text.strip()).lower()
    local, at, domain = email.rpartition("@")
    labels = domain.split(".")
    if not at or not local or len(local) > 64 or len(email) > _EMAIL_LIMIT or len(labels) < 2:
        raise ValueError("not an e-mail address")
    if any(not label or label[0] == "-" or label[-1] == "-" for label in labels):
        raise ValueError("not an e-mail address")
    if not all(character.isalnum() or character in "-." or character in _MARKS for character in domain):
        raise ValueError("not an e-mail address")
    if any(_unfit(character) for character in local) or "" in local.split("."):
        raise ValueError("not an e-mail address")
    return email


_MARKS = "\u200c\u200d"
"""Joiners that some scripts need within a word (RFC 5892)."""


def _unfit(character: str) -> bool:
    """Controls, spaces, surrogates, unassigned, what was unreadable, and what would need quotes."""
    return unicodedata.category(character)[0] in "CZ" or character in '()<>[]:;@\\,"\ufffd'


def _printable(text: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
        raise ValueError("holds control characters")
    return text


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("needs a time zone")
    return moment


Email = Annotated[str, Field(max_length=_EMAIL_LIMIT, examples=["aigul@uyut.kz"]), AfterValidator(normalised_email)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
ChosenPassword = Annotated[SecretStr, Field(min_length=10, max_length=200)]
"""A new password: its length is the only rule (NIST SP 800-63B, 3.1.1.2)."""
GivenPassword = Annotated[SecretStr, Field(max_length=1000)]
Token = Annotated[SecretStr, Field(min_length=1, max_length=200)]
Moment = Annotated[datetime, AfterValidator(_aware)]
Word = Annotated[str, Field(max_length=200)]
SessionKind = Literal["token", "cookie"]
"""Where the client keeps its tokens: it is given them, or the browser holds them as HttpOnly cookies."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


# ---- sessions ------------------------------------------------------------------------------------


class Registration(_Frozen):
    """A new company with its owner (`email`, `company`), or a place in an existing one (`invitation`)."""

    name: Name
    password: ChosenPassword
    email: Email | None = None
    company: Name | None = None
    """The company's name."""
    invitation: Token | None = None
    """The token of the invitation's link; the address is the invited one."""
    language: Language | None = None
    session: SessionKind = "token"

    @model_validator(mode="after")
    def _one_way_in(self) -> Registration:
        alone = self.email is not None and self.company is not None and self.invitation is None
        invited = self.invitation is not None and self.email is None and self.company is None
        if not (alone or invited):
            raise ValueError("give email and company, or an invitation alone")
        return self


class Login(_Frozen):
    """Who logs in. Any text may be tried as an address: what is none simply fails."""

    email: Annotated[str, Field(max_length=_EMAIL_LIMIT)]
    password: GivenPassword
    session: SessionKind = "token"


class Refresh(_Frozen):
    """The refresh token; left out where the browser holds it as a cookie."""

    refresh_token: Token | None = None


class PasswordChange(_Frozen):
    """The present password and the new one."""

    current: GivenPassword
    new: ChosenPassword


class ForgottenPassword(_Frozen):
    """Whose password is forgotten."""

    email: Annotated[str, Field(max_length=_EMAIL_LIMIT)]


class PasswordReset(_Frozen):
    """The token of the link, and the new password."""

    token: Token
    password: ChosenPassword


class EmailVerification(_Frozen):
    """The token of the link."""

    token: Token


class CompanyOfCaller(_Frozen):
    """The caller's company."""

    id: UUID
    slug: str
    name: str


class User(_Frozen):
    """A person who works for the company."""

    id: UUID
    email: str
    name: str
    role: Role
    language: Language
    active: bool
    has_password: bool
    email_verified: bool
    """Whether the user proved to read the mail of the address."""
    last_login_at: datetime | None
    created_at: datetime


class Service(_Frozen):
    """A machine client."""

    id: UUID
    name: str


class Me(_Frozen):
    """The caller: a user or a service, its company, and what it may do."""

    kind: CallerKind
    user: User | None
    service: Service | None
    company: CompanyOfCaller
    permissions: list[Permission]


class SessionTokens(_Frozen):
    """A session. With cookies the tokens stay in the browser and are null here."""

    access_token: str | None
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int
    """Seconds that the access token holds."""
    refresh_token: str | None
    refresh_expires_at: datetime
    csrf_token: str | None
    """With cookies: what to repeat in `X-CSRF-Token` when something is changed."""
    me: Me


# ---- users ---------------------------------------------------------------------------------------


class NewUser(_Frozen):
    """A user to create. Without a password: issue a reset link."""

    email: Email
    name: Name
    role: Role
    language: Language | None = None
    """Left out: the company's."""
    password: ChosenPassword | None = None


class UserFilter(PageQuery):
    """Which users to list."""

    role: Role | None = None
    active: bool | None = None
    sort: Literal["created_at", "-created_at", "email", "-email"] = "created_at"


class UserChanges(Changes):
    """Fields to change: those that are given."""

    name: Name = Field(default_factory=left_out)
    role: Role = Field(default_factory=left_out)
    language: Language = Field(default_factory=left_out)
    active: bool = Field(default_factory=left_out)


class MyChanges(Changes):
    """What everybody may change of themselves."""

    name: Name = Field(default_factory=left_out)
    language: Language = Field(default_factory=left_out)


class IssuedReset(_Frozen):
    """A link to choose a new password: shown once, good for one use."""

    link: str
    token: str
    expires_at: datetime


# ---- invitations ---------------------------------------------------------------------------------


class NewInvitation(_Frozen):
    """Whom to invite, as what."""

    email: Email
    role: Role
    language: Language | None = None
    """Of the message, and of the user to come; left out: the company's."""
    send_to: Annotated[
        Literal["email", "messenger", "none"],
        Field(
            description="Where the link goes: to the address (where the platform can mail; otherwise it is in the "
            "answer), to the caller's own linked messenger, or nowhere but into the answer."
        ),
    ] = "email"


class Invitation(_Frozen):
    """An invitation that was not accepted yet."""

    id: UUID
    email: str
    role: Role
    language: Language
    invited_by: UUID | None
    created_at: datetime
    expires_at: datetime


class InvitationFilter(PageQuery):
    """Invitations that wait, the newest first."""


NotSent = Literal["as_asked", "owner_unverified", "mail_failed"]


class IssuedInvitation(_Frozen):
    """A new invitation. ``sent``: the link went where it was to go; otherwise it is here, shown once."""

    invitation: Invitation
    sent: bool
    not_sent: Annotated[
        NotSent | None,
        Field(
            description="Why the link is here: `as_asked` (`send_to` is `none`), `owner_unverified` (no active "
            "owner of the company has a verified e-mail), or `mail_failed` (the platform cannot mail, or its "
            "server refused). Null where it was sent."
        ),
    ]
    link: str | None
    token: str | None


# ---- service tokens ------------------------------------------------------------------------------


class NewServiceToken(_Frozen):
    """A token for a machine client."""

    name: Name
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=len(Permission))]
    expires_at: Moment | None = None
    """Left out: it holds until it is revoked."""


class ServiceToken(_Frozen):
    """A machine client's token, without the token."""

    id: UUID
    name: str
    permissions: list[Permission]
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""


class ServiceTokenFilter(PageQuery):
    """Service tokens, the newest first."""


class IssuedServiceToken(_Frozen):
    """A new token: shown once."""

    service_token: ServiceToken
    token: str


# ---- audit log -----------------------------------------------------------------------------------


class AuditEntry(_Frozen):
    """One administrative change."""

    id: UUID
    at: datetime
    actor_kind: Literal["user", "service", "system"]
    actor_id: UUID | None
    actor_name: str
    """As it was then."""
    address: str
    action: str
    subject_type: str
    subject_id: str
    before: dict[str, Any] | None
    """The fields that changed, before; null where the thing was new."""
    after: dict[str, Any] | None
    """The same afterwards; null where the thing is gone."""


class AuditFilter(PageQuery):
    """Which entries to list, the newest first."""

    actor_id: UUID | None = None
    action: Word | None = None
    """E.g. `product.updated`."""
    subject_type: Word | None = None
    subject_id: Word | None = None
    at_from: Moment | None = None
    at_before: Moment | None = None
    """Entries before this moment."""
