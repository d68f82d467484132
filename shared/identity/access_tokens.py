"""Access tokens: JSON Web Tokens (RFC 7519, typed as in RFC 9068) that hold for minutes, signed by a key ring.

HS256: the app both signs and reads them. The algorithm is ours to say, never the token's; its ``kid`` chooses a key
of the ring, so that a new first key signs at once and the old ones are read until their tokens have run out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.kernel.errors import Misconfigured, Unauthenticated
from shared.runtime.crypto import read_keys
from shared.runtime.settings import Settings

__all__ = ["ISSUER", "AccessClaims", "AccessTokens", "signing_keys"]

ISSUER = "zeta"
_AUDIENCE = "zeta:api"
_ALGORITHM = "HS256"
_TYPE = "at+jwt"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a token of ours says: whose it is. What its owner may do is asked anew, from the database."""

    company_id: UUID
    user_id: UUID
    session_id: UUID


def signing_keys(settings: Settings) -> dict[str, bytes]:
    """The ring of ``TOKEN_KEYS``; where it is empty, keys derived (HKDF, RFC 5869) from ``CREDENTIAL_KEYS``.

    Raises:
        Misconfigured: a malformed entry.
    """
    keys = read_keys(settings.token_keys, name="TOKEN_KEYS")
    if keys:
        return keys
    sealing = read_keys(settings.credential_keys)
    return {
        key_id: HKDF(algorithm=SHA256(), length=32, salt=None, info=b"zeta access tokens").derive(key)
        for key_id, key in sealing.items()
    }


class AccessTokens:
    """Signs and reads access tokens."""

    def __init__(self, keys: Mapping[str, bytes], *, lifetime: timedelta) -> None:
        if not keys:
            raise Misconfigured("TOKEN_KEYS", "no key; make one with `zeta keys generate`")
        self._keys = dict(keys)
        self._signing_id = next(iter(keys))
        self.lifetime = lifetime

    def issue(self, claims: AccessClaims, now: datetime) -> str:
        """A token that holds from ``now`` for the lifetime."""
        return jwt.encode(
            {
                "iss": ISSUER,
                "aud": _AUDIENCE,
                "sub": str(claims.user_id),
                "cid": str(claims.company_id),
                "sid": str(claims.session_id),
                "iat": now,
                "exp": now + self.lifetime,
            },
            self._keys[self._signing_id],
            algorithm=_ALGORITHM,
            headers={"kid": self._signing_id, "typ": _TYPE},
        )

    def read(self, token: str) -> AccessClaims:
        """The claims of a token of ours.

        Raises:
            Unauthenticated: not signed by a key of the ring with our algorithm, run out, or meant for others.
        """
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.get(str(header.get("kid")))
            if key is None or header.get("typ") != _TYPE:
                raise Unauthenticated("the token names no key of ours")
            claims = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=ISSUER,
                # another worker's clock may be a little ahead of ours: when it was issued proves nothing
                options={"require": ["exp", "iat", "sub", "iss", "aud"], "verify_iat": False},
            )
            return AccessClaims(UUID(claims["cid"]), UUID(claims["sub"]), UUID(claims["sid"]))
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise Unauthenticated("the token does not hold") from error
