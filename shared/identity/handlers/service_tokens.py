"""Tokens of machine clients."""

from __future__ import annotations

from uuid import UUID

from shared.identity import service_tokens
from shared.identity.accounts import IssuedServiceToken, NewServiceToken, ServiceToken, ServiceTokenFilter
from shared.identity.schemas import Caller
from shared.kernel.answers import Created
from shared.kernel.paging import Page
from shared.runtime.database import Database

__all__ = ["ServiceTokenHandlers"]


class ServiceTokenHandlers:
    """Tokens of machine clients."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, caller: Caller, filters: ServiceTokenFilter) -> Page[ServiceToken]:
        """List the service tokens, without the tokens themselves."""
        async with self._database.session_scope(caller.company_id) as session:
            return await service_tokens.page_service_tokens(session, filters)

    async def get(self, caller: Caller, token_id: UUID) -> ServiceToken:
        """Show one service token, without the token itself."""
        async with self._database.session_scope(caller.company_id) as session:
            return await service_tokens.get_service_token(session, token_id)

    async def create(self, caller: Caller, body: NewServiceToken) -> Created[IssuedServiceToken]:
        """Make a token for a machine client.

        It has the permissions that are named, which must be among the caller's own. The token is in the answer,
        this once.
        """
        async with self._database.session_scope(caller.company_id) as session:
            view, token = await service_tokens.issue(session, caller, body)
        return Created(IssuedServiceToken(service_token=view, token=token), f"service-tokens/{view.id}")

    async def revoke(self, caller: Caller, token_id: UUID) -> None:
        """Revoke a token: it stops working within 15 seconds."""
        async with self._database.session_scope(caller.company_id) as session:
            await service_tokens.revoke(session, caller, token_id)
