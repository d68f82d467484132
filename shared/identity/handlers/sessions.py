"""Getting in and out: registration, log-in, refresh, log-out, and who one is."""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from datetime import timedelta
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from shared.companies import service as companies
from shared.identity import registration, repository, service, sessions
from shared.identity.access_tokens import AccessClaims, AccessTokens
from shared.identity.accounts import (
    CompanyOfCaller,
    Login,
    Me,
    MyChanges,
    Refresh,
    Registration,
    Service,
    SessionKind,
    SessionTokens,
    normalised_email,
)
from shared.identity.attempts import LoginAttempts, same_network
from shared.identity.errors import (
    CsrfMissing,
    InvitationInvalid,
    LogInFailed,
    RegistrationClosed,
    SessionEnded,
)
from shared.identity.handlers.emails import EmailHandlers
from shared.identity.models import InvitationRow, RefreshTokenRow, UserRow
from shared.identity.passwords import Passwords
from shared.identity.permissions import Permission
from shared.identity.schemas import ACCESS_COOKIE, CSRF_COOKIE, Caller, CallerKind
from shared.identity.secrets import hash_of
from shared.identity.sessions import End, Granted
from shared.kernel.answers import Cookie, Created, WithCookies
from shared.kernel.clock import utc_now
from shared.kernel.etags import IfMatch
from shared.kernel.ids import new_id
from shared.kernel.languages import Language
from shared.kernel.requests import Client
from shared.runtime.database import Database

__all__ = ["SessionHandlers"]

_REFRESH_COOKIE = "__Host-zeta_refresh"


class SessionHandlers:
    """Sessions of users.

    Args:
        database: of the worker.
        passwords: hashes and checks.
        access_tokens: signs.
        attempts: counts failed log-ins.
        emails: verifies the addresses of who registers.
        refresh_lifetime: how long a refresh token holds.
        registration_open: whether anybody may register a company.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        access_tokens: AccessTokens,
        attempts: LoginAttempts,
        emails: EmailHandlers,
        *,
        refresh_lifetime: timedelta,
        registration_open: bool,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._access_tokens = access_tokens
        self._attempts = attempts
        self._emails = emails
        self._lifetime = refresh_lifetime
        self._registration_open = registration_open

    async def register(self, client: Client, body: Registration) -> WithCookies[Created[SessionTokens]]:
        """Register a company, or accept an invitation.

        With `email` and `company` a new company is made, and its owner. With an `invitation` the invited address
        joins the company that invited it. Either way a session begins, and where the platform sends mail, the
        address is sent a link to verify it.
        """
        if body.invitation is None and not self._registration_open:
            raise RegistrationClosed("companies are registered by the operator")
        async with self._database.anonymous_scope() as session:
            if body.invitation is None:
                # each counts, one that succeeds too: nobody fills the platform with companies, or tries addresses
                await self._attempts.begin(session, account=None, address=client.address, purpose="register")
            company_id, invitation_id = await _place(session, body.invitation)
        password_hash = await self._passwords.hash(body.password)
        async with self._database.session_scope(company_id) as session:
            if invitation_id is None:
                user = await _owner(session, company_id, body, client, password_hash)
            else:
                user = await _invited(session, invitation_id, body, client, password_hash)
            user.last_login_at = utc_now()
            granted = await sessions.start(session, user, address=client.address, lifetime=self._lifetime)
            me = await _me_of_user(session, user)
        await self._emails.greet(service.caller_for(user))
        answer = self._tokens(granted, me, body.session)
        return WithCookies(Created(answer.item, "auth/me"), answer.cookies)

    async def login(self, client: Client, body: Login) -> WithCookies[SessionTokens]:
        """Log in with address and password.

        A wrong password, an unknown address and an account that was shut out are told alike. After some failures
        each further one makes the next wait longer (429 with `Retry-After`), for the account and for the client's
        address.
        `"session": "cookie"` keeps the tokens in HttpOnly cookies; then repeat `csrf_token` in `X-CSRF-Token`.
        """
        email, valid = _typed(body.email)
        async with self._database.anonymous_scope() as session:
            found = await repository.find_by_email(session, email) if valid else None
        # nobody's password is looked for as anybody's is, so that the time taken tells nothing
        company_id, user_id = found or (new_id(), new_id())
        async with self._database.session_scope(company_id) as session:
            known = await repository.addresses_of(session, user_id)
            at_home = any(same_network(client.address, address) for address in known)
            await self._attempts.begin(session, account=email, address=client.address, at_home=at_home)
            user = await repository.user(session, user_id)
            stored = user.password_hash if user is not None and user.active else None
        verdict = await self._passwords.verify(stored, body.password)
        if not verdict.right:
            raise LogInFailed("no such account, or another password")
        async with self._database.session_scope(company_id) as session:
            user = await repository.user(session, user_id, lock=True)
            if user is None or not user.active or user.password_hash != stored:
                raise LogInFailed("the account was changed meanwhile")
            user.last_login_at = utc_now()
            user.password_hash = verdict.rehashed or stored
            granted = await sessions.start(session, user, address=client.address, lifetime=self._lifetime)
            await self._attempts.succeeded(session, account=email, address=client.address)
            me = await _me_of_user(session, user)
        return self._tokens(granted, me, body.session)

    async def refresh(self, client: Client, body: Refresh) -> WithCookies[SessionTokens]:
        """Exchange a refresh token for new tokens.

        Each is good for one use. One that comes a second time ends its session, with every token that grew from it:
        it may have been stolen. Only within ten seconds of its use it is refused with 409: another tab of the same
        browser has the new cookies by then, try again with them. The browser sends its cookie, and needs
        `X-CSRF-Token`.

        Raises:
            InProgress: the token was used a moment ago.
        """
        token, kind = _presented(client, body)
        async with self._database.anonymous_scope() as session:
            found = await repository.find_by_hash(session, RefreshTokenRow, hash_of(token))
        if found is None:
            raise SessionEnded("no such refresh token")
        company_id, token_id = found
        async with self._database.session_scope(company_id) as session:
            granted = await sessions.rotate(session, token_id, lifetime=self._lifetime)
            me = await _me_of_user(session, granted.user) if granted is not None else None
        # told outside the transaction: a reuse has ended the session, and that must be kept
        if granted is None or me is None:
            raise SessionEnded("used before, run out, or shut out")
        return self._tokens(granted, me, kind)

    async def logout(self, caller: Caller) -> WithCookies[None]:
        """Log out: the session ends, and its tokens with it within 15 seconds."""
        session_id = caller.session.get("id")
        if session_id is not None:
            async with self._database.session_scope(caller.company_id) as session:
                await sessions.end_one(session, UUID(session_id), End.LOGOUT)
        return WithCookies(None, _cookies("", "", "", access_seconds=0, refresh_seconds=0))

    async def me(self, caller: Caller) -> Me:
        """Show who calls: the user or the service, its company, and what it may do."""
        async with self._database.session_scope(caller.company_id) as session:
            return await _me(session, caller)

    async def change_me(self, caller: Caller, body: MyChanges, if_match: IfMatch) -> Me:
        """Change one's own name or language."""
        async with self._database.session_scope(caller.company_id) as session:
            await service.own_row(session, caller)
            if_match.check(await _me(session, caller))
            await service.change_me(session, caller, body)
            return await _me(session, caller)

    def _tokens(self, granted: Granted, me: Me, kind: SessionKind) -> WithCookies[SessionTokens]:
        claims = AccessClaims(granted.user.company_id, granted.user.id, granted.session_id)
        access = self._access_tokens.issue(claims, utc_now())
        seconds = int(self._access_tokens.lifetime.total_seconds())
        if kind == "token":
            tokens = SessionTokens(
                access_token=access,
                expires_in=seconds,
                refresh_token=granted.refresh_token,
                refresh_expires_at=granted.refresh_expires_at,
                csrf_token=None,
                me=me,
            )
            return WithCookies(tokens, ())
        csrf = secrets.token_urlsafe(24)
        tokens = SessionTokens(
            access_token=None,
            expires_in=seconds,
            refresh_token=None,
            refresh_expires_at=granted.refresh_expires_at,
            csrf_token=csrf,
            me=me,
        )
        kept = int(self._lifetime.total_seconds())
        return WithCookies(
            tokens,
            _cookies(access, granted.refresh_token, csrf, access_seconds=seconds, refresh_seconds=kept),
        )


async def _owner(
    session: AsyncSession, company_id: UUID, body: Registration, client: Client, password_hash: str
) -> UserRow:
    assert body.company is not None
    assert body.email is not None
    return await registration.register_company(
        session,
        company_id,
        company=body.company,
        email=body.email,
        name=body.name,
        language=body.language or Language(client.language),
        password_hash=password_hash,
        address=client.address,
    )


async def _invited(
    session: AsyncSession, invitation_id: UUID, body: Registration, client: Client, password_hash: str
) -> UserRow:
    return await registration.join_by_invitation(
        session,
        invitation_id,
        name=body.name,
        language=body.language,
        password_hash=password_hash,
        address=client.address,
    )


async def _place(session: AsyncSession, invitation: SecretStr | None) -> tuple[UUID, UUID | None]:
    """The company to join, and the invitation; without one a new company's id."""
    if invitation is None:
        return new_id(), None
    found = await repository.find_by_hash(session, InvitationRow, hash_of(invitation.get_secret_value()))
    if found is None:
        raise InvitationInvalid("no such invitation", field="invitation")
    return found


def _typed(email: str) -> tuple[str, bool]:
    """What was typed as an address, as accounts are counted by it; and whether it can be one."""
    try:
        return normalised_email(email), True
    except ValueError:
        return unicodedata.normalize("NFC", email.strip()).lower(), False


def _presented(client: Client, body: Refresh) -> tuple[str, SessionKind]:
    if body.refresh_token is not None:
        return body.refresh_token.get_secret_value(), "token"
    token, expected = client.cookies.get(_REFRESH_COOKIE, ""), client.cookies.get(CSRF_COOKIE, "")
    if not token:
        raise SessionEnded("no refresh token")
    if not expected or not hmac.compare_digest(client.csrf.encode(), expected.encode()):
        raise CsrfMissing("the CSRF header does not repeat the cookie")
    return token, "cookie"


def _cookies(
    access: str, refresh: str, csrf: str, *, access_seconds: int, refresh_seconds: int
) -> tuple[Cookie, ...]:
    return (
        Cookie(ACCESS_COOKIE, access, access_seconds),
        Cookie(_REFRESH_COOKIE, refresh, refresh_seconds),
        Cookie(CSRF_COOKIE, csrf, refresh_seconds, http_only=False),
    )


async def _me_of_user(session: AsyncSession, user: UserRow) -> Me:
    return await _me(session, service.caller_for(user))


async def _me(session: AsyncSession, caller: Caller) -> Me:
    company = await companies.current_company(session)
    user = await service.get_user(session, caller.user_id) if caller.user_id is not None else None
    machine = None
    if caller.kind is CallerKind.SERVICE and caller.service_id is not None:
        row = await repository.service_token(session, caller.service_id)
        machine = Service(id=row.id, name=row.name) if row is not None else None
    return Me(
        kind=caller.kind,
        user=user,
        service=machine,
        company=CompanyOfCaller(id=company.id, slug=company.slug, name=company.name),
        permissions=[permission for permission in Permission if permission in caller.permissions],
    )
