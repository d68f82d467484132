"""SQL over single analytics events; the company is the session's own. Reports are ``days``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.errors import NotFound
from shared.runtime.statements import Executor
from shared.runtime.tenancy import CURRENT_COMPANY

__all__ = ["forget_interest", "forget_people", "insert_event", "insert_in_dialogs", "read_interest"]

_INSERT = text(f"""
INSERT INTO analytics_events (company_id, dialog_id, bot_id, kind, properties)
VALUES ({CURRENT_COMPANY}, :dialog_id, coalesce(:bot_id, (SELECT d.bot_id FROM dialogs d WHERE d.id = :dialog_id)),
        :kind, CAST(:properties AS jsonb))
RETURNING bot_id
""")  # noqa: S608 - a constant

_INSERT_IN_DIALOGS = text(f"""
INSERT INTO analytics_events (company_id, dialog_id, bot_id, kind)
SELECT {CURRENT_COMPANY}, d.id, d.bot_id, :kind
  FROM unnest(CAST(:dialog_ids AS bigint[])) AS told (dialog_id) JOIN dialogs d ON d.id = told.dialog_id
""")  # noqa: S608 - a constant

_INTEREST = text("""
SELECT kind, properties, at FROM analytics_events
 WHERE dialog_id = ANY(:dialog_ids) AND at > :since
   AND kind IN ('search', 'card_viewed', 'cart_added', 'order_placed', 'preference')
 ORDER BY at DESC LIMIT :limit
""")


_FORGET_INTEREST = text("""
UPDATE analytics_events SET dialog_id = NULL, properties = properties - 'query'
 WHERE dialog_id = ANY(:dialog_ids)
   AND kind IN ('search', 'card_viewed', 'cart_added', 'order_placed', 'preference')
""")
_FORGET_PEOPLE = text("""
UPDATE analytics_events SET dialog_id = NULL, properties = properties - 'query' WHERE dialog_id = ANY(:dialog_ids)
""")


async def insert_event(
    session: AsyncSession, *, kind: str, properties: str, dialog_id: int | None, bot_id: UUID | None
) -> None:
    """Record an event; ``properties`` is JSON.

    Raises:
        NotFound: the company has no such dialog.
    """
    values = {"kind": kind, "properties": properties, "dialog_id": dialog_id, "bot_id": bot_id}
    counted = (await session.execute(_INSERT, values)).scalar_one()
    if dialog_id is not None and counted is None:  # a dialog of ours has a bot
        raise NotFound("dialog", dialog_id)


async def insert_in_dialogs(session: Executor, *, kind: str, dialog_ids: Sequence[int]) -> None:
    """Record an event of one kind in each of the dialogs; one that is named twice has two."""
    await session.execute(_INSERT_IN_DIALOGS, {"kind": kind, "dialog_ids": list(dialog_ids)})


async def read_interest(
    session: AsyncSession, dialog_ids: Sequence[int], *, since: datetime, limit: int
) -> Sequence[Any]:
    """What the people of those dialogs showed interest in, newest first: ``kind, properties, at``."""
    values = {"dialog_ids": list(dialog_ids), "since": since, "limit": limit}
    return list(await session.execute(_INTEREST, values))


async def forget_interest(session: AsyncSession, dialog_ids: Sequence[int]) -> None:
    """Cut the tie between the dialogs and what their people showed interest in."""
    await session.execute(_FORGET_INTEREST, {"dialog_ids": list(dialog_ids)})


async def forget_people(session: AsyncSession, dialog_ids: Sequence[int]) -> None:
    """Cut the tie between the dialogs and all of their events."""
    await session.execute(_FORGET_PEOPLE, {"dialog_ids": list(dialog_ids)})
