"""Failures: work that was given up, and what an administrator does about it. Functions never commit.

A ``turn`` failure is an inbox row whose attempts ran out; replayed, it waits to be answered again. A ``send``
failure is an outbox call that the platform refused, at once or in a later status; replayed, it is put anew at the
end of its dialog's outbox. Whoever replays should ring the drainers after the commit (``Bells``); the sweep does
otherwise.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.dialogs.schemas import FailureFilter, FailureView, Kind
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.paging import Page, decode_cursor, encode_cursor

__all__ = ["FailureView", "discard", "get_failure", "list_failures", "page_failures", "replay"]

_COLUMNS = "id, kind, dialog_id, code, detail, attempts, created_at, resolved_at, resolution"
_LIST = text(
    f"SELECT {_COLUMNS} FROM failures WHERE :resolved OR resolved_at IS NULL "  # noqa: S608 - constants only
    "ORDER BY created_at DESC, id LIMIT :limit"
)
_PAGE = text(f"""
    SELECT {_COLUMNS} FROM failures
     WHERE (:resolved OR resolved_at IS NULL) AND (CAST(:kind AS text) IS NULL OR kind = :kind)
       AND (CAST(:at AS timestamptz) IS NULL OR (created_at, id) < (:at, CAST(:id AS uuid)))
     ORDER BY created_at DESC, id DESC LIMIT :n
""")  # noqa: S608 - constants only
_GET = text(f"SELECT {_COLUMNS} FROM failures WHERE id = :id")  # noqa: S608 - constants only
_LOCK = text("SELECT kind, dialog_id, inbox_id, outbox_id, resolution FROM failures WHERE id = :id FOR UPDATE")
_RESOLVE = text("UPDATE failures SET resolved_at = now(), resolution = :resolution WHERE id = :id")

# the dialog's row before all else: it is what webhooks, drainers and send lanes lock
_LOCK_DIALOG = text("SELECT FROM dialogs WHERE id = :dialog FOR NO KEY UPDATE")
_RECEIVE_AGAIN = text("""
    UPDATE inbox SET status = 'received', due_at = clock_timestamp(), done_at = NULL
     WHERE id = :inbox AND dialog_id = :dialog AND status = 'failed' RETURNING id
""")
# as for a new event: a dialog that waits after a failed attempt keeps its delay
_HAS_WORK = text("""
    UPDATE dialogs
       SET received_seq = received_seq + 1,
           due_at = CASE WHEN received_seq > done_seq AND attempts > 0 AND lease_token IS NULL THEN due_at
                         ELSE clock_timestamp() END
     WHERE id = :dialog
""")
_SEND_AGAIN = text("""
    WITH tail AS (
        UPDATE dialogs SET outbox_seq = outbox_seq + 1, send_at = clock_timestamp()
         WHERE id = :dialog
           AND EXISTS (SELECT FROM outbox
                        WHERE id = :outbox AND dialog_id = :dialog AND call <> '{}'
                          AND (status = 'failed' OR delivery = 'failed'))
        RETURNING outbox_seq
    )
    INSERT INTO outbox (company_id, bot_id, dialog_id, seq, call, status)
    SELECT o.company_id, o.bot_id, o.dialog_id, tail.outbox_seq, o.call, 'waiting'
      FROM outbox o CROSS JOIN tail WHERE o.id = :outbox
    RETURNING id
""")


async def list_failures(session: AsyncSession, *, resolved: bool = False, limit: int = 100) -> list[FailureView]:
    """The company's failures, newest first; ``resolved`` adds those that were dealt with."""
    rows = await session.execute(_LIST, {"resolved": resolved, "limit": limit})
    return [FailureView(**row) for row in rows.mappings()]


async def page_failures(session: AsyncSession, filters: FailureFilter) -> Page[FailureView]:
    """One page of the company's failures, newest first.

    Raises:
        InvalidInput: the cursor is none of this list.
    """
    at, after = (None, None)
    if filters.cursor is not None:
        at, after = decode_cursor(filters.cursor, "newest", [datetime, UUID])
    values = {"resolved": filters.resolved, "kind": filters.kind, "at": at, "id": after, "n": filters.limit + 1}
    rows = (await session.execute(_PAGE, values)).mappings().all()
    shown = [FailureView(**row) for row in rows[: filters.limit]]
    more = len(rows) > filters.limit
    return Page(items=shown, next=encode_cursor("newest", [shown[-1].created_at, shown[-1].id]) if more else None)


async def get_failure(session: AsyncSession, failure_id: UUID) -> FailureView:
    """One failure.

    Raises:
        NotFound: there is no such failure for this session.
    """
    row = (await session.execute(_GET, {"id": failure_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("failure", failure_id)
    return FailureView(**row)


async def replay(session: AsyncSession, failure_id: UUID) -> Kind:
    """Let the work be done again, from its first attempt; the kind tells which drainer to ring for.

    Raises:
        NotFound: there is no such failure for this session.
        Conflict: it was dealt with already, or its row is gone or no longer failed.
    """
    failure = await _lock(session, failure_id)
    dialog = failure["dialog_id"]
    if dialog is None:
        raise Conflict("the failure belongs to no dialog: it can only be discarded")
    await session.execute(_LOCK_DIALOG, {"dialog": dialog})
    if failure["kind"] == "turn":
        found = await session.execute(_RECEIVE_AGAIN, {"inbox": failure["inbox_id"], "dialog": dialog})
    else:
        found = await session.execute(_SEND_AGAIN, {"outbox": failure["outbox_id"], "dialog": dialog})
    if found.first() is None:
        raise Conflict("what failed is gone or no longer failed: the failure can only be discarded")
    if failure["kind"] == "turn":
        await session.execute(_HAS_WORK, {"dialog": dialog})
    await session.execute(_RESOLVE, {"id": failure_id, "resolution": "replayed"})
    kind: Kind = failure["kind"]
    return kind


async def discard(session: AsyncSession, failure_id: UUID) -> None:
    """Note that nothing more will be done; the dialog has gone on without it.

    Raises:
        NotFound: there is no such failure for this session.
        Conflict: it was dealt with already.
    """
    await _lock(session, failure_id)
    await session.execute(_RESOLVE, {"id": failure_id, "resolution": "discarded"})


async def _lock(session: AsyncSession, failure_id: UUID) -> RowMapping:
    """The open failure, held until the transaction ends, so that two administrators cannot both act on it."""
    row = (await session.execute(_LOCK, {"id": failure_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("failure", failure_id)
    if row["resolution"] is not None:
        raise Conflict(f"the failure was {row['resolution']} already")
    return row
