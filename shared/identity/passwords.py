"""Passwords: argon2id (RFC 9106), computed in threads, a few at once, and as long for nobody as for somebody."""

from __future__ import annotations

import asyncio
import base64
import secrets
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr

from shared.kernel.errors import Unavailable

__all__ = ["Passwords", "Verdict"]

_AT_ONCE = 2
"""Hashes computed at the same time: each takes its memory, and a core."""
_WAITING = 64
"""Callers who wait for a place; further ones are told to come again, before they pile up."""
_SALT_BYTES = 16
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the password was right; ``rehashed`` is its hash by today's parameters if the kept one is older."""

    right: bool
    rehashed: str | None = None


class Passwords:
    """Makes and checks hashes by the parameters of the settings."""

    def __init__(self, *, memory_kib: int, passes: int) -> None:
        self._hasher = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=1, salt_len=_SALT_BYTES, hash_len=_HASH_BYTES
        )
        self._nobody = _hash_of_nothing(memory_kib=memory_kib, passes=passes)
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def hash(self, password: SecretStr) -> str:
        """The hash of a new password, with its salt and parameters.

        Raises:
            Unavailable: too many others wait.
        """
        async with self._place():
            return await asyncio.to_thread(self._hasher.hash, _octets(password))

    async def verify(self, stored: str | None, given: SecretStr) -> Verdict:
        """Check a password; without a stored hash the same work is done, and the answer is no.

        Raises:
            Unavailable: too many others wait.
        """
        async with self._place():
            return await asyncio.to_thread(self._verify, stored or self._nobody, _octets(given))

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._waiting >= _AT_ONCE + _WAITING:
            raise Unavailable("passwords", after=2.0)
        self._waiting += 1
        try:
            async with self._places:
                yield
        finally:
            self._waiting -= 1

    def _verify(self, stored: str, given: bytes) -> Verdict:
        try:
            self._hasher.verify(stored, given)
        except (VerificationError, InvalidHashError):
            return Verdict(right=False)
        if self._hasher.check_needs_rehash(stored):
            return Verdict(right=True, rehashed=self._hasher.hash(given))
        return Verdict(right=True)


def _octets(password: SecretStr) -> bytes:
    """The same octets however a keyboard composes its letters (RFC 8265, 4.2: NFC)."""
    return unicodedata.normalize("NFC", password.get_secret_value()).encode("utf-8", "surrogatepass")


def _hash_of_nothing(*, memory_kib: int, passes: int) -> str:
    """A well-formed hash that no password has: random octets in its place."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(count)).rstrip(b"=").decode() for count in (_SALT_BYTES, _HASH_BYTES)
    )
    return f"$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${digest}"
