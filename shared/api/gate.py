"""The gate: who calls, and may they? Bearer token, or the browser's cookie with the CSRF token beside it.

The cookie is HttpOnly and sent by the browser on its own; so a request that changes something must repeat the
value of the second, readable cookie in a header, which a foreign page cannot do ("double submit").
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from shared.api.endpoint import PUBLIC, SIGNED_IN, SIGNED_IN_USER, Endpoint
from shared.api.exchange import ApiRequest
from shared.identity.permissions import Permission
from shared.identity.schemas import ACCESS_COOKIE, CSRF_COOKIE, Authenticator, Caller
from shared.kernel.errors import Forbidden, Unauthenticated

__all__ = ["ACCESS_COOKIE", "CSRF_COOKIE", "CSRF_HEADER", "CsrfRefused", "Gate"]

CSRF_HEADER = "x-csrf-token"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_LONGEST_TOKEN = 8192


class CsrfRefused(Forbidden):
    """A cookie came without the header that only our own page can send."""

    code = "csrf_refused"


class Gate:
    """Lets a request in, or says why not."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    async def caller_of(self, endpoint: Endpoint, request: ApiRequest) -> Caller | None:
        """Who calls; ``None`` at a public endpoint, which asks for no token.

        Raises:
            Unauthenticated: no token, or one that does not hold.
            CsrfRefused: a cookie without its header on a request that changes something.
        """
        if endpoint.permission == PUBLIC:
            return None
        caller = await self._authenticator.authenticate(_token(request))
        return replace(caller, address=request.address)

    @staticmethod
    def admit(endpoint: Endpoint, caller: Caller | None) -> None:
        """Let a caller pass who may do what the endpoint does.

        Raises:
            Forbidden: the caller's role or token does not grant the endpoint's permission.
        """
        if caller is None or endpoint.permission == SIGNED_IN:
            return
        if endpoint.permission != SIGNED_IN_USER:
            caller.require(Permission(endpoint.permission))
        elif caller.user_id is None:
            raise Forbidden("a machine client has no account")


def _token(request: ApiRequest) -> str:
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("not a bearer token")
        return _checked(token.strip())
    cookies = request.cookies
    token = _checked(cookies.get(ACCESS_COOKIE, ""))
    if request.method not in _SAFE:
        given, expected = request.headers.get(CSRF_HEADER, ""), cookies.get(CSRF_COOKIE, "")
        if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
            raise CsrfRefused("the CSRF header does not repeat the cookie")
    return token


def _checked(token: str) -> str:
    if not token or len(token) > _LONGEST_TOKEN or not token.isascii() or not token.isprintable():
        raise Unauthenticated("no token")
    return token
