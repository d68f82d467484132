"""Who is behind a token: an access token of ours, a service token, or one of the outside issuer.

A signature is checked without a round trip; whether the user, the session or the service is still welcome is asked
of the database, and that answer is kept for some seconds: who is shut out is out of every worker within 15 seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from shared.companies import service as companies
from shared.identity import repository
from shared.identity.access_tokens import AccessTokens
from shared.identity.models import ServiceTokenRow
from shared.identity.outside_issuer import OutsideIssuer, issuer_of
from shared.identity.permissions import Permission
from shared.identity.schemas import Caller, CallerKind
from shared.identity.secrets import TokenKind, hash_of, is_a
from shared.identity.service import caller_for
from shared.kernel.clock import utc_now
from shared.kernel.errors import Unauthenticated
from shared.runtime.database import Database
from shared.runtime.live_copies import LiveCopies

__all__ = ["TokenAuthenticator"]

_STALE = 15.0
"""Seconds that an answer may serve while Postgres does not answer."""
_USE_NOTED = timedelta(minutes=1)
"""A service token's last use is noted this often."""
_UNKNOWN = "the user or session is not, or no longer, known"

_SessionKey = tuple[UUID, UUID, UUID]
"""company, user, session"""


@dataclass(frozen=True, slots=True)
class _Service:
    caller: Caller
    expires_at: datetime | None


class TokenAuthenticator:
    """Implements ``Authenticator``; one per worker.

    Args:
        database: of the worker.
        access_tokens: reads tokens of ours.
        outside: the outside issuer, where one is configured.
        fresh: seconds that the database's answer is kept.
    """

    def __init__(
        self, database: Database, access_tokens: AccessTokens, *, outside: OutsideIssuer | None, fresh: float
    ) -> None:
        self._database = database
        self._access_tokens = access_tokens
        self._outside = outside
        stale = _STALE if fresh else 0.0
        self._sessions = LiveCopies[_SessionKey, Caller](self._load_session, fresh=fresh, stale=stale)
        self._services = LiveCopies[bytes, _Service](self._load_service, fresh=fresh, stale=stale)
        self._addresses = LiveCopies[str, Caller](self._load_address, fresh=fresh, stale=stale)

    async def authenticate(self, token: str) -> Caller:
        """The caller behind a bearer token.

        Raises:
            Unauthenticated: it is no token of ours, has run out, or its owner was shut out.
            Unavailable: neither Postgres nor a copy young enough can say, or the outside issuer does not answer.
        """
        if is_a(TokenKind.SERVICE, token):
            service = await self._services.get(hash_of(token))
            if service.expires_at is not None and service.expires_at <= utc_now():
                raise Unauthenticated("the service token has run out")
            return service.caller
        if self._outside is not None and issuer_of(token) == self._outside.name:
            return await self._addresses.get(await self._outside.email_of(token))
        claims = self._access_tokens.read(token)
        return await self._sessions.get((claims.company_id, claims.user_id, claims.session_id))

    async def _load_session(self, key: _SessionKey) -> Caller:
        company_id, user_id, session_id = key
        async with self._database.session_scope(company_id) as session:
            found = await repository.open_session(session, session_id)
            if found is None or found[1].id != user_id or not (await companies.current_company(session)).active:
                raise Unauthenticated(_UNKNOWN)
            return caller_for(found[1], session_id=session_id)

    async def _load_address(self, email: str) -> Caller:
        async with self._database.anonymous_scope() as session:
            found = await repository.find_by_email(session, email)
        if found is None:
            raise Unauthenticated(_UNKNOWN)
        async with self._database.session_scope(found[0]) as session:
            row = await repository.user(session, found[1])
            if row is None or not row.active:
                raise Unauthenticated(_UNKNOWN)
            return caller_for(row)

    async def _load_service(self, kept: bytes) -> _Service:
        async with self._database.anonymous_scope() as session:
            found = await repository.find_by_hash(session, ServiceTokenRow, kept)
        if found is None:
            raise Unauthenticated("no such service token")
        company_id, token_id = found
        now = utc_now()
        async with self._database.session_scope(company_id) as session:
            row = await session.scalar(select(ServiceTokenRow).where(ServiceTokenRow.id == token_id))
            if row is None:
                raise Unauthenticated("no such service token")
            if row.last_used_at is None or now - row.last_used_at > _USE_NOTED:
                await session.execute(
                    update(ServiceTokenRow).where(ServiceTokenRow.id == token_id).values(last_used_at=now)
                )
            language = (await companies.current_company(session)).language
        return _Service(_service_caller(row, language), row.expires_at)


def _service_caller(row: ServiceTokenRow, language: str) -> Caller:
    known = {permission.value for permission in Permission}
    return Caller(
        company_id=row.company_id,
        user_id=None,
        kind=CallerKind.SERVICE,
        role=None,
        # a permission that a later release took away grants nothing
        permissions=frozenset(Permission(name) for name in row.permissions if name in known),
        language=language,
        service_id=row.id,
    )
