"""Log-in attempts: after some failures each further one makes the next wait longer, by account and by address.

An account is counted by the e-mail that was typed, whether it exists or not, so that neither the wait nor its
absence tells anything. Few failures from one address make only that address wait for the account: nobody shuts
another out from afar. Very many from anywhere make all wait, but for addresses where the owner logged in before.
Only hashes are kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import LargeBinary, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER, INTERVAL
from sqlalchemy.ext.asyncio import AsyncSession

from shared.identity.errors import TooManyAttempts

__all__ = ["AttemptLimits", "LoginAttempts", "same_network"]

_MEMORY = timedelta(hours=6)
"""How long after its last failure a count is remembered."""
_BEGIN = text("SELECT begin_login(:subjects, :free, :longest, :memory)").bindparams(
    bindparam("subjects", type_=ARRAY(LargeBinary)),
    bindparam("free", type_=ARRAY(INTEGER)),
    bindparam("longest", type_=INTERVAL),
    bindparam("memory", type_=INTERVAL),
)
_END = text("SELECT end_login(:account, :address)").bindparams(
    bindparam("account", type_=LargeBinary),
    bindparam("address", type_=LargeBinary),
)


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """How many failures are free, and the longest wait (seconds) that later ones cause."""

    of_account_here: int
    """Of one account from one address."""
    of_account: int
    """Of one account from anywhere."""
    of_address: int
    """Of one address, over all accounts."""
    longest_wait: float


class LoginAttempts:
    """Counts attempts before the password is looked at: parallel guesses are counted too."""

    def __init__(self, limits: AttemptLimits) -> None:
        self._limits = limits

    async def begin(
        self,
        session: AsyncSession,
        *,
        account: str | None,
        address: str,
        purpose: str = "login",
        at_home: bool = False,
    ) -> None:
        """Count an attempt; it must be committed before the secret is checked.

        Args:
            session: any; the counts belong to no company.
            account: the e-mail that was typed; ``None``: only the client's address counts.
            address: the client's; empty where it is not known: then only the account counts.
            purpose: what is tried; each has its own counts.
            at_home: the account's owner logged in from this address before: what others do elsewhere is no matter.

        Raises:
            TooManyAttempts: too many failed; nothing was counted.
        """
        counted = []
        if address:
            counted.append((_subject(f"{purpose} address", _network(address)), self._limits.of_address))
        if account is not None:
            counted.append((_here(purpose, account, address), self._limits.of_account_here))
        if account is not None and not at_home:
            counted.append((_subject(f"{purpose} account", account), self._limits.of_account))
        if not counted:
            return
        wait = await session.scalar(
            _BEGIN,
            {
                "subjects": [subject for subject, _ in counted],
                "free": [free for _, free in counted],
                "longest": timedelta(seconds=self._limits.longest_wait),
                "memory": _MEMORY,
            },
        )
        if wait:
            raise TooManyAttempts("too many failed attempts", after=float(wait))

    async def succeeded(self, session: AsyncSession, *, account: str, address: str, purpose: str = "login") -> None:
        """Take back what was counted: the account's failures, and the attempt itself from the address's."""
        taken_back = [(_subject(f"{purpose} account", account), b""), (_here(purpose, account, address), b"")]
        if address:
            taken_back.append((b"", _subject(f"{purpose} address", _network(address))))
        # one after another, in the order in which begin_login locks them: else the two would wait for each other
        for of_account, of_address in sorted(taken_back, key=max):
            await session.execute(_END, {"account": of_account, "address": of_address})


def same_network(one: str, other: str) -> bool:
    """Whether two addresses are counted as one."""
    return _network(one) == _network(other)


def _here(purpose: str, account: str, address: str) -> bytes:
    return _subject(f"{purpose} account from {_network(address)}", account)


def _network(address: str) -> str:
    """An IPv4 address, or the /64 that one IPv6 client has to itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))


def _subject(kind: str, value: str) -> bytes:
    return hashlib.sha256(f"{kind}:{value}".encode("utf-8", "surrogatepass")).digest()
