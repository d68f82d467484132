"""Reading the audit log."""

from __future__ import annotations

from shared.identity import audit
from shared.identity.accounts import AuditEntry, AuditFilter
from shared.identity.schemas import Caller
from shared.kernel.paging import Page
from shared.runtime.database import Database

__all__ = ["AuditHandlers"]


class AuditHandlers:
    """The audit log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, caller: Caller, filters: AuditFilter) -> Page[AuditEntry]:
        """List administrative changes, the newest first.

        By who made them, what was done, to what, and when. Secrets are told as changed, without their values.
        """
        async with self._database.session_scope(caller.company_id) as session:
            return await audit.page_entries(session, filters)
