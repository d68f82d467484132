"""Random tokens that are given out once and kept as hashes: refresh tokens, links, service tokens.

256 random bits need no slow hash: SHA-256 of them can be looked up by an index and cannot be turned back.
"""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum

__all__ = ["TokenKind", "hash_of", "is_a", "new_token"]


class TokenKind(StrEnum):
    """The prefix tells people, and scanners for leaked secrets, what a token is."""

    REFRESH = "zrt_"
    INVITATION = "zin_"
    RESET = "zpr_"
    VERIFICATION = "zev_"
    SERVICE = "zst_"


def new_token(kind: TokenKind) -> tuple[str, bytes]:
    """A new token, and the hash to keep."""
    token = kind.value + secrets.token_urlsafe(32)
    return token, hash_of(token)


def hash_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def is_a(kind: TokenKind, token: str) -> bool:
    """Whether a token is of that kind, by its prefix."""
    return token.startswith(kind.value)
