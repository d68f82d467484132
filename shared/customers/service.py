"""Customers: who a dialog is with, one identity over several messengers, and what is known of a person.

Nothing here commits. Whoever acts for a customer (a cart, an order) begins with ``ensure``, which locks the
customer's row: two dialogs of one person take turns, and a join waits until neither is at work.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.customers.contract import DialogRecords, PersonalData
from shared.customers.models import CustomerRow
from shared.customers.repository import CustomerRepository
from shared.customers.schemas import Customer, CustomerDetail, CustomerDialog, CustomerFilter
from shared.kernel.errors import InvalidInput, NotFound, TryLater
from shared.kernel.ids import new_id
from shared.kernel.languages import language_of
from shared.kernel.paging import Page
from shared.kernel.phones import normalise_phone

__all__ = ["CustomerService"]

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LOOKS = 5
"""How often a dialog's customer is looked for while joins move it; one more than ever happened."""


class CustomerService:
    """Answers who a dialog is with. Built once per worker; safe to share."""

    def __init__(self, dialogs: DialogRecords, holders: Sequence[PersonalData] = ()) -> None:
        """``holders``: every capability that keeps things about customers."""
        self._dialogs = dialogs
        self._holders = tuple(holders)

    # ---- who a dialog is with -----------------------------------------------------------------------------

    async def find(self, session: AsyncSession, dialog_id: int) -> Customer | None:
        """The dialog's customer; ``None`` while nothing made one necessary."""
        row = await CustomerRepository(session).of_dialog(dialog_id)
        return None if row is None else _customer(row)

    async def ensure(self, session: AsyncSession, dialog_id: int) -> Customer:
        """The dialog's customer, created on first need, and locked until the transaction ends.

        A phone that the platform itself proves (a WhatsApp sender) is proven at once, and may join the dialog to
        the customer who has it already.

        Raises:
            NotFound: the company has no such dialog.
        """
        repository = CustomerRepository(session)
        row = await self._own(repository, dialog_id)
        person = await repository.dialog_person(dialog_id)
        if person is None:
            return _customer(row)
        if row.phone is not None and row.phone == person.former_phone and row.phone != person.phone:
            return await self._renumber(session, row, person.phone)
        if person.phone is not None and person.phone != row.phone:
            return await self._prove(session, row, dialog_id, person.phone)
        return _customer(row)

    async def prove_phone(self, session: AsyncSession, dialog_id: int, phone: str) -> Customer:
        """Note that ``phone`` is the person's own, and return the customer the dialog belongs to from now on.

        The caller vouches for the proof: a Telegram contact whose user id is the sender's. Where another customer
        has that phone, the two are one person: all dialogs and things go to the other. A customer who has a
        different proven phone and further dialogs stays; only this dialog leaves them.

        Raises:
            InvalidInput: ``phone`` is no telephone number.
            NotFound: the company has no such dialog.
        """
        number = normalise_phone(phone)
        if number is None or not _E164.fullmatch(number):
            raise InvalidInput("not a telephone number", field="phone")
        row = await self._own(CustomerRepository(session), dialog_id)
        return await self._prove(session, row, dialog_id, number)

    async def follow(self, session: AsyncSession, dialog_id: int, *, source: int | None) -> None:
        """Let the customer follow their dialog (``DialogFollower``): to another number, or into another dialog."""
        if source is not None:
            await self._bring_together(session, source, dialog_id)
        if await self.find(session, dialog_id) is not None:
            await self.ensure(session, dialog_id)

    async def _bring_together(self, session: AsyncSession, source: int, target: int) -> None:
        """Make one customer of those of two dialogs that are one chat; the one with a proven phone stays."""
        repository = CustomerRepository(session)
        theirs, ours = await repository.of_dialog(source), await repository.of_dialog(target)
        if theirs is None and ours is None:
            return
        if theirs is None or ours is None:
            has, lacks = (source, target) if theirs is not None else (target, source)
            await repository.link(lacks, (await self._own(repository, has)).id)
            return
        for customer_id in sorted({theirs.id, ours.id}):
            await repository.get(customer_id, lock=True)
        theirs, ours = await self._own(repository, source), await self._own(repository, target)
        if theirs.id != ours.id:
            leaves, stays = (ours, theirs) if ours.phone is None and theirs.phone is not None else (theirs, ours)
            await self._join(session, leaves, stays)

    async def _renumber(self, session: AsyncSession, own: CustomerRow, phone: str | None) -> Customer:
        """The customer's proven number is theirs no more; ``phone`` is the new one, where it was told.

        All their dialogs stay theirs. Who has proved the new number already is the same person.
        """
        repository = CustomerRepository(session)
        if phone is not None:
            other = await self._owner_of(session, phone)
            if other is not None and other.id != own.id:
                await self._lose(session, own)
                return await self._join(session, own, other)
        await self._lose(session, own)
        await repository.change(own.id, phone=phone)
        return _customer(own).model_copy(update={"phone": phone})

    async def _lose(self, session: AsyncSession, row: CustomerRow) -> None:
        """Give a customer's proven number up: in all their dialogs, for other bots have not heard of it."""
        repository = CustomerRepository(session)
        if row.phone is not None:
            dialogs = [dialog["dialog_id"] for dialog in await repository.dialogs(row.id)]
            await self._dialogs.lose_phone(session, dialogs, row.phone)
            await repository.change(row.id, phone=None)

    async def _owner_of(self, session: AsyncSession, phone: str) -> CustomerRow | None:
        """Who has proved the number, and has it still, locked; whoever lost it is told so here at the latest."""
        repository = CustomerRepository(session)
        await repository.queue_up(f"phone {phone}")
        other = await repository.by_phone(phone, lock=True)
        if other is not None and await repository.has_lost(other.id, phone):
            await self._lose(session, other)
            return None
        return other

    async def _own(self, repository: CustomerRepository, dialog_id: int) -> CustomerRow:
        for _ in range(_LOOKS):
            person = await repository.dialog_person(dialog_id)
            if person is None:
                raise NotFound("dialog", dialog_id)
            if person.is_group:
                raise InvalidInput("a group is many people, and no customer", field="dialog_id")
            if person.customer_id is None:
                await repository.queue_up(f"dialog {dialog_id}")
                person = await repository.dialog_person(dialog_id)
                if person is not None and person.customer_id is None:
                    customer_id = new_id()
                    await repository.add(
                        customer_id, name=person.customer_name, phone=None, language=person.language
                    )
                    await repository.link(dialog_id, customer_id)
                continue
            row = await repository.get(person.customer_id, lock=True)
            if row is not None:
                return row
            # joined with another customer while we waited: the link leads there now
        raise TryLater(f"the customer of dialog {dialog_id} keeps moving", after=1.0)

    async def _prove(self, session: AsyncSession, own: CustomerRow, dialog_id: int, phone: str) -> Customer:
        if own.phone == phone:
            return _customer(own)
        repository = CustomerRepository(session)
        other = await self._owner_of(session, phone)
        if own.phone is not None and len(await repository.dialogs(own.id)) > 1:
            return await self._leave(repository, own, dialog_id, phone, other)
        if other is not None:
            return await self._join(session, own, other)
        await repository.change(own.id, phone=phone)
        return _customer(own).model_copy(update={"phone": phone})

    async def _leave(
        self,
        repository: CustomerRepository,
        own: CustomerRow,
        dialog_id: int,
        phone: str,
        other: CustomerRow | None,
    ) -> Customer:
        """Take one dialog out of a customer whose other dialogs are proven by another phone."""
        target_id = other.id if other is not None else new_id()
        if other is None:
            await repository.add(target_id, name=own.name, phone=phone, language=own.language)
        await repository.move_dialogs(own.id, target_id, only=dialog_id)
        return await self._customer_of(repository, target_id)

    async def _join(self, session: AsyncSession, source: CustomerRow, target: CustomerRow) -> Customer:
        repository = CustomerRepository(session)
        for holder in self._holders:
            await holder.move(session, source.id, target.id)
        await repository.move_dialogs(source.id, target.id)
        await repository.change(
            target.id, name=target.name or source.name, language=target.language or source.language
        )
        await repository.remove(source.id)
        return await self._customer_of(repository, target.id)

    async def _customer_of(
        self, repository: CustomerRepository, customer_id: UUID, *, lock: bool = False
    ) -> Customer:
        row = await repository.get(customer_id, lock=lock)
        if row is None:
            raise NotFound("customer", customer_id)
        return _customer(row)

    # ---- for administrators -------------------------------------------------------------------------------

    async def page(self, session: AsyncSession, wanted: CustomerFilter) -> Page[Customer]:
        """One page of the company's customers.

        Raises:
            InvalidInput: the phone is none, or the cursor is none of this list.
        """
        phone = None
        if wanted.phone is not None and (phone := normalise_phone(wanted.phone)) is None:
            raise InvalidInput("not a telephone number", field="phone")
        rows, following = await CustomerRepository(session).page(wanted, phone)
        return Page(items=[_customer(row) for row in rows], next=following)

    async def get(self, session: AsyncSession, customer_id: UUID, *, lock: bool = False) -> CustomerDetail:
        """A customer with their dialogs; ``lock`` as ``ensure`` does.

        Raises:
            NotFound: the company has no such customer.
        """
        repository = CustomerRepository(session)
        customer = await self._customer_of(repository, customer_id, lock=lock)
        dialogs = [CustomerDialog.model_validate(dict(row)) for row in await repository.dialogs(customer_id)]
        return CustomerDetail(**customer.model_dump(), dialogs=tuple(dialogs))

    # ---- personal data ------------------------------------------------------------------------------------

    async def export(self, session: AsyncSession, customer_id: UUID) -> dict[str, Any]:
        """All that is known of a person, as JSON: ``customer``, ``dialogs``, and a part of each holder.

        Raises:
            NotFound: the company has no such customer.
        """
        detail = await self.get(session, customer_id)
        exported: dict[str, Any] = {
            "customer": detail.model_dump(mode="json"),
            "dialogs": await self._dialogs.export(session, [dialog.dialog_id for dialog in detail.dialogs]),
        }
        for holder in self._holders:
            exported[holder.name] = await holder.export(session, customer_id)
        return exported

    async def erase(self, session: AsyncSession, customer_id: UUID, *, answering: int | None = None) -> None:
        """Forget a person: everything said, their names, phones and addresses, and all that holders keep.

        A dialog loses its address too, so that nothing leads back to the person; what they write later begins a
        new one. ``answering`` is the dialog in which the person asked for it: it keeps the address of the answer.
        What lies outside of Postgres follows the commit.

        Raises:
            NotFound: the company has no such customer.
        """
        repository = CustomerRepository(session)
        if await repository.get(customer_id, lock=True) is None:
            raise NotFound("customer", customer_id)
        dialog_ids = [row["dialog_id"] for row in await repository.dialogs(customer_id)]
        for holder in self._holders:
            await holder.erase(session, customer_id)
        await repository.remove(customer_id)
        await self._dialogs.erase(session, dialog_ids, answering=answering)


def _customer(row: CustomerRow) -> Customer:
    return Customer(
        id=row.id,
        name=row.name,
        phone=row.phone,
        language=language_of(row.language),
        created_at=row.created_at,
    )
