"""Tokens of an outside OpenID issuer (Supabase, Entra ID): verified by its published keys (RFC 7517, OpenID Connect
Core 1.0, 3.1.3.7).

The keys come from the configured address alone, never from one that a token names. They are asked for again when
they are old, or when a token names a key that is not among them, but that at most once in a while: a stranger's
invented key names must not turn us against the issuer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt

from shared.identity.accounts import normalised_email
from shared.kernel.errors import Misconfigured, Unauthenticated, Unavailable, ZetaError
from shared.runtime.http import HttpTransport
from shared.runtime.settings import Settings

__all__ = ["OutsideIssuer", "issuer_of"]

_log = logging.getLogger(__name__)

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Asymmetric ones alone: a published key must never be taken for a shared secret."""
_FRESH = 600.0
"""Seconds after which the keys are asked for again."""
_STALE = 24 * 3600.0
"""How old keys may be used while the issuer does not answer, seconds."""
_PAUSE = 30.0
"""At most one question about an unknown key in this time, seconds."""
_TIMEOUT = 5.0
_LONGEST = 10.0
"""Seconds for the whole answer, however slowly it drips."""
_LEEWAY = 30.0
"""Seconds that the issuer's clock may differ from ours."""
_MOST_KEYS = 50


@dataclass(frozen=True, slots=True)
class _Keys:
    by_id: Mapping[str, jwt.PyJWK]
    at: float


class OutsideIssuer:
    """The configured issuer; one per worker."""

    def __init__(self, settings: Settings, http: HttpTransport) -> None:
        self.name = settings.oidc_issuer
        self._audience = settings.oidc_audience
        self._url = _checked_url(settings.oidc_jwks_url)
        self._email_claim = settings.oidc_email_claim
        self._verified_claim = settings.oidc_email_verified_claim
        self._trusts_emails = settings.oidc_trusts_emails
        self._http = http
        self._keys: _Keys | None = None
        self._asked_at = float("-inf")
        self._failed_at = float("-inf")
        self._asking = asyncio.Lock()

    async def email_of(self, token: str) -> str:
        """The verified e-mail address of the token's user.

        Raises:
            Unauthenticated: not a token of this issuer for us, run out, or without a verified address.
            Unavailable: the issuer's keys cannot be had.
        """
        try:
            header = jwt.get_unverified_header(token)
            algorithm, key_id = header.get("alg"), header.get("kid")
            if algorithm not in _ALGORITHMS or not isinstance(key_id, str):
                raise Unauthenticated("the token's algorithm or key is not accepted")
            key = await self._key(key_id)
            if key.algorithm_name != algorithm and not _may_sign(key, algorithm):
                raise Unauthenticated("the key is not for that algorithm")
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self.name,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", "aud"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise Unauthenticated("the outside token does not hold") from error
        return self._verified_email(claims)

    def _verified_email(self, claims: Mapping[str, Any]) -> str:
        email, verified = claims.get(self._email_claim), claims.get(self._verified_claim)
        if verified is None:
            verified = self._trusts_emails
        if verified not in (True, "true", 1) or not isinstance(email, str):
            raise Unauthenticated("the outside token names no verified address")
        try:
            return normalised_email(email)
        except ValueError as error:
            raise Unauthenticated("the outside token names no address") from error

    async def _key(self, key_id: str) -> jwt.PyJWK:
        keys = self._keys
        if keys is not None and key_id in keys.by_id and time.monotonic() - keys.at < _FRESH:
            return keys.by_id[key_id]
        came = time.monotonic()
        async with self._asking:
            keys = await self._current(key_id, came)
        found = keys.by_id.get(key_id)
        if found is None:
            raise Unauthenticated("the issuer has no such key")
        return found

    async def _current(self, key_id: str, came: float) -> _Keys:
        """The keys, asked for again where that may help; who ``came`` meanwhile shares a failure."""
        now, keys = time.monotonic(), self._keys
        fresh = keys is not None and now - keys.at < _FRESH
        if keys is not None and ((fresh and key_id in keys.by_id) or now - self._asked_at < _PAUSE):
            return keys
        if self._failed_at >= came:
            raise Unavailable("oidc", after=_TIMEOUT)
        self._asked_at = now
        try:
            async with asyncio.timeout(_LONGEST):
                self._keys = _Keys(await self._fetch(), now)
        except (ZetaError, TimeoutError) as error:
            self._failed_at = time.monotonic()
            if keys is None or now - keys.at > _STALE:
                self._asked_at = float("-inf")
                raise Unavailable("oidc", after=_TIMEOUT) from error
            _log.warning("the issuer's keys cannot be renewed", extra={"error_type": type(error).__name__})
            return keys
        return self._keys

    async def _fetch(self) -> dict[str, jwt.PyJWK]:
        answer = await self._http.request("GET", self._url, timeout=_TIMEOUT)
        content = answer.json()
        listed = content.get("keys") if isinstance(content, dict) else None
        if answer.status != 200 or not isinstance(listed, list):
            raise Unavailable("oidc", after=_TIMEOUT)
        found: dict[str, jwt.PyJWK] = {}
        for described in listed[:_MOST_KEYS]:
            key = _public_key(described)
            if key is not None and key.key_id:
                found[key.key_id] = key
        return found


def issuer_of(token: str) -> str | None:
    """The issuer that a token names, unverified: only to know who should verify it."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    issuer = claims.get("iss")
    return issuer if isinstance(issuer, str) else None


def _public_key(described: object) -> jwt.PyJWK | None:
    """A key of the set that can verify signatures; others, and those nobody can read, are passed over."""
    if not isinstance(described, dict) or described.get("use", "sig") != "sig" or described.get("kty") == "oct":
        return None
    try:
        return jwt.PyJWK(described)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None


def _may_sign(key: jwt.PyJWK, algorithm: str) -> bool:
    """An RSA key that names no algorithm of its own serves all of RSA's."""
    return key.key_type == "RSA" and algorithm[:2] in {"RS", "PS"}


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not (parts.scheme == "https" or local) or not parts.hostname:
        raise Misconfigured("OIDC_JWKS_URL", "must be an https address")
    return url
