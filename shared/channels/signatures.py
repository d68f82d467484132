"""Proofs that a webhook came from its platform: compared in constant time, over raw bytes.

Header values are attacker's text: they may hold any character, so they are compared as bytes (``compare_digest``
refuses strings that are not ASCII) and never decoded.
"""

from __future__ import annotations

import hashlib
import hmac

from pydantic import SecretStr

from shared.channels.contract import Credentials, WebhookRequest
from shared.kernel.errors import Forbidden, Unauthenticated

__all__ = ["header_of", "hex_hmac_sha256", "require_equal", "secret_of"]


def header_of(request: WebhookRequest, name: str) -> str:
    """The value of a header (name in lower case).

    Raises:
        Unauthenticated: it is missing or empty.
    """
    value = request.headers.get(name, "")
    if not value:
        raise Unauthenticated(f"no {name} header")
    return value


def secret_of(credentials: Credentials, name: str) -> str:
    """A bot's credential.

    Raises:
        Forbidden: the bot has none: nothing can be verified, so nothing is accepted.
    """
    secret = credentials.get(name, SecretStr("")).get_secret_value()
    if not secret:
        raise Forbidden(f"the bot has no {name}")
    return secret


def require_equal(given: str, expected: str) -> None:
    """Compare in constant time.

    Raises:
        Forbidden: they differ.
    """
    if not hmac.compare_digest(_bytes(given), _bytes(expected)):
        raise Forbidden("the proof is wrong")


def hex_hmac_sha256(key: str, body: bytes) -> str:
    """HMAC-SHA256 over the raw body, in lower-case hex."""
    return hmac.new(_bytes(key), body, hashlib.sha256).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
