"""SQL over customers and their dialogs; the company is the session's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.customers.models import CustomerDialogRow, CustomerRow
from shared.customers.schemas import CustomerFilter
from shared.runtime.keyset import Key, Keyset, fetch_page
from shared.runtime.tenancy import TENANT

__all__ = ["CustomerRepository", "DialogPerson"]

_PERSON = text("""
SELECT d.customer_name, d.phone, d.former_phone, d.language, d.is_group, l.customer_id
  FROM dialogs d LEFT JOIN customer_dialogs l ON l.company_id = d.company_id AND l.dialog_id = d.id
 WHERE d.id = :dialog_id
""")
_HAS_LOST = text("""
SELECT EXISTS (SELECT FROM customer_dialogs l JOIN dialogs d ON d.company_id = l.company_id AND d.id = l.dialog_id
                WHERE l.customer_id = :customer_id AND d.former_phone = :phone)
""")
_DIALOGS = text("""
SELECT d.id AS dialog_id, d.bot_id, b.platform, d.customer_name AS name, d.last_inbound_at
  FROM customer_dialogs l
  JOIN dialogs d ON d.company_id = l.company_id AND d.id = l.dialog_id
  JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
 WHERE l.customer_id = :customer_id AND d.moved_to IS NULL ORDER BY d.id
""")
# ids are made in the order of time
_SORTS: Keyset = {
    "-created_at": [Key(CustomerRow.id, UUID, descending=True)],
    "created_at": [Key(CustomerRow.id, UUID)],
}
# of this company alone, though an advisory lock knows none; released with the transaction
_QUEUE_UP = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(current_setting('app.company_id') || ' ' || :thing, 0))"
)


@dataclass(frozen=True, slots=True)
class DialogPerson:
    """Who a dialog is with, as its messenger tells, and whose it is."""

    customer_name: str
    phone: str | None
    """Set only where the platform itself proves it (a WhatsApp sender)."""
    former_phone: str | None
    """The number that was theirs before; customers have not followed yet."""
    language: str | None
    is_group: bool
    """Many people, and so nobody's customer."""
    customer_id: UUID | None


class CustomerRepository:
    """Reads and writes of one session. It never commits."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def queue_up(self, thing: str) -> None:
        """Wait until no other transaction of the company works on ``thing``, and keep it until ours ends."""
        await self._session.execute(_QUEUE_UP, {"thing": thing})

    async def dialog_person(self, dialog_id: int) -> DialogPerson | None:
        """Who the dialog is with; ``None``: the company has no such dialog."""
        row = (await self._session.execute(_PERSON, {"dialog_id": dialog_id})).mappings().one_or_none()
        return None if row is None else DialogPerson(**row)

    async def of_dialog(self, dialog_id: int) -> CustomerRow | None:
        """The customer of a dialog."""
        link = (CustomerDialogRow.company_id == CustomerRow.company_id) & (
            CustomerDialogRow.customer_id == CustomerRow.id
        )
        statement = select(CustomerRow).join(CustomerDialogRow, link)
        return (
            await self._session.execute(statement.where(CustomerDialogRow.dialog_id == dialog_id))
        ).scalar_one_or_none()

    async def get(self, customer_id: UUID, *, lock: bool = False) -> CustomerRow | None:
        """The customer; ``lock`` makes whoever acts for the same person take turns."""
        return await self._one(select(CustomerRow).where(CustomerRow.id == customer_id), lock=lock)

    async def by_phone(self, phone: str, *, lock: bool = False) -> CustomerRow | None:
        """The customer who proved ``phone``."""
        return await self._one(select(CustomerRow).where(CustomerRow.phone == phone), lock=lock)

    async def _one(self, statement: Any, *, lock: bool) -> CustomerRow | None:
        if lock:
            # rows that refer to the customer may be inserted meanwhile; deleting the customer has to wait
            statement = statement.with_for_update(key_share=True)
        found: CustomerRow | None = await self._session.scalar(statement.execution_options(populate_existing=True))
        return found

    async def has_lost(self, customer_id: UUID, phone: str) -> bool:
        """Whether a messenger says that the number is this customer's no more."""
        return bool(await self._session.scalar(_HAS_LOST, {"customer_id": customer_id, "phone": phone}))

    async def page(self, wanted: CustomerFilter, phone: str | None) -> tuple[Sequence[CustomerRow], str | None]:
        """One page of the company's customers, and the cursor of the next."""
        query = select(CustomerRow)
        if wanted.q:
            query = query.where(CustomerRow.name.icontains(wanted.q, autoescape=True))
        if phone is not None:
            query = query.where(CustomerRow.phone == phone)
        return await fetch_page(self._session, query, _SORTS, wanted.sort, wanted)

    async def dialogs(self, customer_id: UUID) -> Sequence[Any]:
        """``dialog_id, bot_id, platform, name, last_inbound_at`` of the customer's dialogs, oldest first."""
        return (await self._session.execute(_DIALOGS, {"customer_id": customer_id})).mappings().all()

    async def add(self, customer_id: UUID, *, name: str, phone: str | None, language: str | None) -> None:
        """Insert a customer."""
        await self._session.execute(
            insert(CustomerRow).values(company_id=TENANT, id=customer_id, name=name, phone=phone, language=language)
        )

    async def change(self, customer_id: UUID, **values: Any) -> None:
        """Set columns of a customer."""
        await self._session.execute(
            update(CustomerRow)
            .where(CustomerRow.id == customer_id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    async def remove(self, customer_id: UUID) -> None:
        """Delete a customer; the links of their dialogs go with them."""
        await self._session.execute(
            delete(CustomerRow).where(CustomerRow.id == customer_id).execution_options(synchronize_session=False)
        )

    async def link(self, dialog_id: int, customer_id: UUID) -> None:
        """Insert the link of a dialog that has none."""
        await self._session.execute(
            insert(CustomerDialogRow).values(company_id=TENANT, dialog_id=dialog_id, customer_id=customer_id)
        )

    async def move_dialogs(self, source_id: UUID, target_id: UUID, *, only: int | None = None) -> None:
        """Give the dialogs of one customer to another; ``only``: this one alone."""
        statement = update(CustomerDialogRow).where(CustomerDialogRow.customer_id == source_id)
        if only is not None:
            statement = statement.where(CustomerDialogRow.dialog_id == only)
        await self._session.execute(
            statement.values(customer_id=target_id, linked_at=func.now()).execution_options(
                synchronize_session=False
            )
        )
