"""Dialogs and their histories as administrators read them. Functions take the caller's transaction, never commit.

The search over what was said goes through a function of the definer role: the operator of full text search cannot
use an index under row level security. Its words carry the company: no other company's messages are even read.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.dialogs.schemas import (
    DialogFilter,
    DialogView,
    FoundMessage,
    MessageFilter,
    MessageSearch,
    MessageView,
)
from shared.kernel.errors import NotFound
from shared.kernel.paging import Page, decode_cursor, encode_cursor

__all__ = ["get_dialog", "list_dialogs", "list_messages", "search_messages"]

_DIALOG = """
SELECT d.id, d.bot_id, b.platform, b.city_id, l.customer_id, d.customer_name, d.is_group AS "group", d.language,
       d.history_seq AS messages, d.blocked, d.created_at, d.last_inbound_at,
       CASE WHEN d.handover_until > now() THEN d.handover_until END AS handover_until
  FROM dialogs d
  JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
  LEFT JOIN customer_dialogs l ON l.company_id = d.company_id AND l.dialog_id = d.id
"""
_GET = text(f"{_DIALOG} WHERE d.id = :id")
_CONDITIONS = """
 WHERE (CAST(:bots AS uuid[]) IS NULL OR d.bot_id = ANY(:bots))
   AND (CAST(:blocked AS boolean) IS NULL OR d.blocked = :blocked)
   AND (CAST(:handed_over AS boolean) IS NULL OR (:handed_over AND d.handover_until > now())
        OR (NOT :handed_over AND coalesce(d.handover_until <= now(), true)))
"""
_BOTS = text("""
SELECT id FROM bots WHERE (CAST(:bot AS uuid) IS NULL OR id = :bot)
   AND (CAST(:city AS uuid) IS NULL OR city_id = :city)
   AND (CAST(:platform AS text) IS NULL OR platform = :platform)
""")
_LIST = {
    "id": text(
        f"{_DIALOG} {_CONDITIONS} AND (CAST(:after AS bigint) IS NULL OR d.id > :after) ORDER BY d.id LIMIT :n"
    ),
    "-id": text(
        f"{_DIALOG} {_CONDITIONS} AND (CAST(:after AS bigint) IS NULL OR d.id < :after) ORDER BY d.id DESC LIMIT :n"
    ),
}
_MESSAGES = {
    "seq": text(
        "SELECT seq, role, text, at, person_id FROM messages WHERE dialog_id = :dialog "
        "AND seq > coalesce(CAST(:after AS bigint), -1) ORDER BY seq LIMIT :n"
    ),
    "-seq": text(
        "SELECT seq, role, text, at, person_id FROM messages WHERE dialog_id = :dialog "
        "AND seq < coalesce(CAST(:after AS bigint), 9223372036854775807) ORDER BY seq DESC LIMIT :n"
    ),
}
_SEARCH = text("""
SELECT f.dialog_id, d.bot_id, d.customer_name, f.seq, f.role, f.text, f.at
  FROM search_messages(:words, :at, :dialog, :seq, :n) f JOIN dialogs d ON d.id = f.dialog_id
 ORDER BY f.at DESC, f.dialog_id DESC, f.seq DESC
""")
_WORD = re.compile(r"[^\W_]+")
_WORDS = 10


async def get_dialog(session: AsyncSession, dialog_id: int) -> DialogView:
    """One dialog.

    Raises:
        NotFound: there is none of that id for this session.
    """
    found = (await session.execute(_GET, {"id": dialog_id})).mappings().one_or_none()
    if found is None:
        raise NotFound("dialog", dialog_id)
    return DialogView.model_validate(dict(found))


async def list_dialogs(session: AsyncSession, filters: DialogFilter) -> Page[DialogView]:
    """One page of the company's dialogs.

    Raises:
        InvalidInput: the cursor is none of this list.
    """
    values = {
        "bots": await _bots(session, filters),
        "blocked": filters.blocked,
        "handed_over": filters.handed_over,
        "after": _after(filters.cursor, filters.sort),
        "n": filters.limit + 1,
    }
    rows = (await session.execute(_LIST[filters.sort], values)).mappings().all()
    shown = [DialogView.model_validate(dict(row)) for row in rows[: filters.limit]]
    more = len(rows) > filters.limit
    return Page(items=shown, next=encode_cursor(filters.sort, [shown[-1].id]) if more else None)


async def list_messages(session: AsyncSession, dialog_id: int, filters: MessageFilter) -> Page[MessageView]:
    """One page of what was said in a dialog.

    Raises:
        NotFound: there is no such dialog for this session.
        InvalidInput: the cursor is none of this list.
    """
    await get_dialog(session, dialog_id)
    values = {"dialog": dialog_id, "after": _after(filters.cursor, filters.sort), "n": filters.limit + 1}
    rows = (await session.execute(_MESSAGES[filters.sort], values)).mappings().all()
    shown = [MessageView.model_validate(dict(row)) for row in rows[: filters.limit]]
    more = len(rows) > filters.limit
    return Page(items=shown, next=encode_cursor(filters.sort, [shown[-1].seq]) if more else None)


async def search_messages(session: AsyncSession, search: MessageSearch) -> Page[FoundMessage]:
    """One page of the messages in which all of the words occur, the newest first; without a word, an empty one.

    Raises:
        InvalidInput: the cursor is none of this list.
    """
    values: dict[str, Any] = {"at": None, "dialog": None, "seq": None}
    if search.cursor is not None:
        at, dialog, seq = decode_cursor(search.cursor, "found", [datetime, int, int])
        values = {"at": at, "dialog": dialog, "seq": seq}
    words = _WORD.findall(search.q.lower())[:_WORDS]
    if not words:
        return Page(items=[])
    rows = (await session.execute(_SEARCH, {**values, "words": words, "n": search.limit + 1})).mappings().all()
    shown = [FoundMessage.model_validate(dict(row)) for row in rows[: search.limit]]
    if len(rows) <= search.limit:
        return Page(items=shown)
    last = shown[-1]
    return Page(items=shown, next=encode_cursor("found", [last.at, last.dialog_id, last.seq]))


async def _bots(session: AsyncSession, filters: DialogFilter) -> list[UUID] | None:
    """The bots whose dialogs are wanted, ``None`` for all; named outright, those of few dialogs are found fast."""
    wanted = {"bot": filters.bot_id, "city": filters.city_id, "platform": filters.platform}
    if not any(wanted.values()):
        return None
    return list((await session.scalars(_BOTS, wanted)).all())


def _after(cursor: str | None, sort: str) -> int | None:
    return None if cursor is None else int(decode_cursor(cursor, sort, [int])[0])
