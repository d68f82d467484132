"""An authenticator that knows the tokens it was told: for tests of the gate and of endpoints."""

from __future__ import annotations

from uuid import UUID

from shared.identity.permissions import ROLE_PERMISSIONS, Role
from shared.identity.schemas import Caller, CallerKind
from shared.kernel.errors import Unauthenticated
from shared.kernel.ids import new_id

__all__ = ["KnownTokens"]


class KnownTokens:
    """Gives out tokens and recognises them."""

    def __init__(self) -> None:
        self._callers: dict[str, Caller] = {}

    def user(self, company_id: UUID, role: Role, *, language: str = "ru") -> str:
        """A token of a new user of that company."""
        token = f"token-{new_id()}"
        self._callers[token] = Caller(
            company_id=company_id,
            user_id=new_id(),
            kind=CallerKind.USER,
            role=role,
            permissions=ROLE_PERMISSIONS[role],
            language=language,
        )
        return token

    async def authenticate(self, token: str) -> Caller:
        """The caller of that token."""
        if token not in self._callers:
            raise Unauthenticated("an unknown token")
        return self._callers[token]
