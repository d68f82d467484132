"""A user's own messenger, as identity knows it: a way for one-time links, offered by whoever links messengers."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.errors import Conflict
from shared.kernel.languages import Language

__all__ = ["MessengerClosed", "MessengerNotLinked", "OwnMessenger"]


class MessengerNotLinked(Conflict):
    """The user has linked no messenger."""

    code: ClassVar[str] = "messenger_not_linked"


class MessengerClosed(Conflict):
    """The user's messenger takes nothing until they write to the bot there."""

    code: ClassVar[str] = "messenger_closed"


class OwnMessenger(Protocol):
    """Writes to users in their linked messengers, so that nobody else can read it there."""

    async def send(self, session: AsyncSession, user_id: UUID, compose: Callable[[Language], str]) -> None:
        """Queue it within the transaction.

        Raises:
            MessengerNotLinked, MessengerClosed: see each.
        """

    async def ring(self) -> None:
        """Have it sent now; after the commit."""
