"""What a capability promises that keeps things about customers, and what dialogs promise about their own.

Customers know neither orders nor alerts: composition hands their keepers to ``CustomerService``, which lets each of
them move, export and erase what it holds, in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["DialogRecords", "PersonalData"]


class PersonalData(Protocol):
    """A capability's things about customers. It never commits; both customers' rows are locked by the caller."""

    @property
    def name(self) -> str:
        """The key of its part in an export: ``orders``, ``alerts``."""

    async def move(self, session: AsyncSession, source_id: UUID, target_id: UUID) -> None:
        """Give all that is the customer ``source_id``'s to ``target_id``: they proved to be one person."""

    async def export(self, session: AsyncSession, customer_id: UUID) -> Any:
        """All that is known of the customer, as JSON values."""

    async def erase(self, session: AsyncSession, customer_id: UUID) -> None:
        """Delete what is the person's; what must stay for the books stays without the person."""


class DialogRecords(Protocol):
    """What dialogs keep of a talk. They lie below customers, so they are asked by dialog."""

    async def export(self, session: AsyncSession, dialog_ids: Sequence[int]) -> Any:
        """What was said, as JSON values."""

    async def lose_phone(self, session: AsyncSession, dialog_ids: Sequence[int], phone: str) -> None:
        """Write to none of them by that number any more, until the person comes with it again."""

    async def erase(self, session: AsyncSession, dialog_ids: Sequence[int], *, answering: int | None) -> None:
        """Delete what was said and who said it; only ``answering`` keeps the address of its next answer.

        Copies outside of Postgres are dropped after the commit.
        """
