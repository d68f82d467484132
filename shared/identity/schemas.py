"""Who calls the administrators' API, as every handler is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from shared.identity.permissions import Permission, Role
from shared.kernel.errors import Forbidden

__all__ = ["ACCESS_COOKIE", "CSRF_COOKIE", "Authenticator", "Caller", "CallerKind"]

ACCESS_COOKIE = "__Host-zeta_access"
CSRF_COOKIE = "__Host-zeta_csrf"
"""The prefix makes browsers refuse a cookie of this name from any other host (RFC 6265bis, 4.1.3.2): a page of a
sister domain can plant neither a token nor the value that a change must repeat."""


class CallerKind(StrEnum):
    """What stands behind a token."""

    USER = "user"
    SERVICE = "service"
    """A machine client with a service token."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, for which company, and what it may do there."""

    company_id: UUID
    user_id: UUID | None
    """The user; ``None``: a service."""
    kind: CallerKind
    role: Role | None
    """The user's role; ``None``: a service, which has only the permissions its token names."""
    permissions: frozenset[Permission]
    language: str
    """ISO 639-1: what to answer in where the request names no language of ours."""
    address: str = ""
    """The client's address as the gate saw it; for the audit log."""
    service_id: UUID | None = None
    """The service token; ``None``: a user."""
    session: Mapping[str, str] = field(default_factory=dict)
    """What the authenticator wants to find again in its own endpoints, e.g. the session's id."""

    def may(self, permission: Permission) -> bool:
        """Whether the caller has that permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse a caller without that permission: for what an endpoint's own permission does not cover.

        Raises:
            Forbidden: it has not.
        """
        if permission not in self.permissions:
            raise Forbidden(permission.value)


class Authenticator(Protocol):
    """What the gate needs to know who calls."""

    async def authenticate(self, token: str) -> Caller:
        """The caller behind a bearer token; its ``address`` is filled in by the gate.

        Raises:
            Unauthenticated: the token is not one of ours, has run out, or its owner was shut out.
        """
        ...
