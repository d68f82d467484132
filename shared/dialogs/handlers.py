"""What administrators do with dialogs and with work that was given up; each method is one endpoint."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.dialogs import browsing, failures
from shared.dialogs.bells import Bells
from shared.dialogs.schemas import (
    DialogFilter,
    DialogView,
    FailureFilter,
    FailureView,
    FoundMessage,
    MessageFilter,
    MessageSearch,
    MessageView,
)
from shared.identity import audit
from shared.identity.schemas import Caller
from shared.kernel.paging import Page
from shared.runtime.database import Database

__all__ = ["DialogHandlers", "FailureHandlers"]


class DialogHandlers:
    """What shoppers and bots said to each other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, caller: Caller, filters: DialogFilter) -> Page[DialogView]:
        """List the company's dialogs."""
        async with self._database.session_scope(caller.company_id) as session:
            return await browsing.list_dialogs(session, filters)

    async def get(self, caller: Caller, dialog_id: int) -> DialogView:
        """Show one dialog."""
        async with self._database.session_scope(caller.company_id) as session:
            return await browsing.get_dialog(session, dialog_id)

    async def messages(self, caller: Caller, dialog_id: int, filters: MessageFilter) -> Page[MessageView]:
        """Show what was said in a dialog."""
        async with self._database.session_scope(caller.company_id) as session:
            return await browsing.list_messages(session, dialog_id, filters)

    async def search(self, caller: Caller, filters: MessageSearch) -> Page[FoundMessage]:
        """Search all that was said at the company, the newest first."""
        async with self._database.session_scope(caller.company_id) as session:
            return await browsing.search_messages(session, filters)


class FailureHandlers:
    """Messages and sends that were given up after their attempts."""

    def __init__(self, database: Database, bells: Bells) -> None:
        self._database = database
        self._bells = bells

    async def list(self, caller: Caller, filters: FailureFilter) -> Page[FailureView]:
        """List what was given up, the newest first."""
        async with self._database.session_scope(caller.company_id) as session:
            return await failures.page_failures(session, filters)

    async def get(self, caller: Caller, failure_id: UUID) -> FailureView:
        """Show one failure."""
        async with self._database.session_scope(caller.company_id) as session:
            return await failures.get_failure(session, failure_id)

    async def replay(self, caller: Caller, failure_id: UUID) -> FailureView:
        """Do the work again, from its first attempt.

        Raises:
            Conflict: it was dealt with already, or what failed is gone.
        """
        async with self._database.session_scope(caller.company_id) as session:
            kind = await failures.replay(session, failure_id)
            found = await self._resolved(session, caller, failure_id, "failure.replayed")
        await self._bells.ring("turns" if kind == "turn" else "deliveries")
        return found

    async def discard(self, caller: Caller, failure_id: UUID) -> FailureView:
        """Note that nothing more will be done about it.

        Raises:
            Conflict: it was dealt with already.
        """
        async with self._database.session_scope(caller.company_id) as session:
            await failures.discard(session, failure_id)
            return await self._resolved(session, caller, failure_id, "failure.discarded")

    @staticmethod
    async def _resolved(session: AsyncSession, caller: Caller, failure_id: UUID, action: str) -> FailureView:
        found = await failures.get_failure(session, failure_id)
        await audit.record(
            session,
            caller,
            action=action,
            subject_type="failure",
            subject_id=str(failure_id),
            before={"resolution": None},
            after={"resolution": found.resolution},
        )
        return found
