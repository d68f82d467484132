"""What administrators do with customers; each method is one endpoint and one transaction."""

from __future__ import annotations

import json
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.customers.schemas import Customer, CustomerDetail, CustomerFilter
from shared.customers.service import CustomerService
from shared.identity import audit
from shared.identity.schemas import Caller
from shared.kernel.answers import Download
from shared.kernel.etags import IfMatch
from shared.kernel.paging import Page
from shared.runtime.database import Database

__all__ = ["CustomerHandlers"]


class CustomerHandlers:
    """The people who talk to the company's bots."""

    def __init__(self, database: Database, customers: CustomerService) -> None:
        self._database = database
        self._customers = customers

    async def list(self, caller: Caller, filters: CustomerFilter) -> Page[Customer]:
        """List the company's customers."""
        async with self._database.session_scope(caller.company_id) as session:
            return await self._customers.page(session, filters)

    async def get(self, caller: Caller, customer_id: UUID) -> CustomerDetail:
        """Show one customer, with the dialogs on every messenger."""
        async with self._database.session_scope(caller.company_id) as session:
            return await self._customers.get(session, customer_id)

    async def export(self, caller: Caller, customer_id: UUID) -> Download:
        """Download all that is known of a person.

        A JSON file: the customer, all that was said, cart, orders, and what every other part keeps. The download
        is recorded in the audit log.
        """
        async with self._database.session_scope(caller.company_id) as session:
            found = await self._customers.export(session, customer_id)
            await self._record(session, caller, "customer.exported", customer_id)
        content = json.dumps(found, ensure_ascii=False, indent=2).encode()
        return Download(content, "application/json", f"customer-{customer_id}.json")

    async def erase(self, caller: Caller, customer_id: UUID, if_match: IfMatch) -> None:
        """Forget a person.

        Deletes all that was said, names, phones and addresses. Orders stay in the books without the person; an
        open one keeps what it takes to deliver it until it is done or cancelled. What the person writes later
        begins a new dialog. There is no way back.
        """
        async with self._database.session_scope(caller.company_id) as session:
            if_match.check(await self._customers.get(session, customer_id, lock=True))
            await self._customers.erase(session, customer_id)
            await self._record(session, caller, "customer.erased", customer_id)

    @staticmethod
    async def _record(session: AsyncSession, caller: Caller, action: str, customer_id: UUID) -> None:
        """Note what was done; of the person nothing but the id."""
        await audit.record(
            session,
            caller,
            action=action,
            subject_type="customer",
            subject_id=str(customer_id),
            before=None,
            after=None,
        )
