"""What groups keep of a person: told and erased with the person's private chat.

Telegram gives a person one id in every chat with a bot, and the private chat has that id too: it leads to what was
said in groups. What waits to be answered there is answered, and a later erasure finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["forget_in_groups", "said_in_groups"]

_PLACES = text("""
SELECT g.dialog_id, g.person_id
  FROM dialogs d JOIN group_people g ON g.bot_id = d.bot_id AND g.person_id = d.customer_id
 WHERE d.id = ANY(:ids) AND NOT d.is_group
""")
_SAID = text("""
SELECT d.id AS dialog_id, b.platform, p.person_id AS person, d.customer_name AS "group",
       coalesce((SELECT jsonb_agg(jsonb_build_object('role', m.role, 'at', m.at, 'text', m.text) ORDER BY m.seq)
                   FROM messages m WHERE m.dialog_id = d.id AND m.person_id = p.person_id), '[]') AS messages
  FROM unnest(CAST(:dialogs AS bigint[]), CAST(:people AS text[])) AS p (dialog_id, person_id)
  JOIN dialogs d ON d.id = p.dialog_id
  JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
 ORDER BY d.id
""")
_FORGET = (
    text("""
DELETE FROM messages m USING unnest(CAST(:dialogs AS bigint[]), CAST(:people AS text[])) AS p (dialog_id, person_id)
 WHERE m.dialog_id = p.dialog_id AND m.person_id = p.person_id
"""),
    text("""
WITH given_up AS (
    UPDATE inbox i SET event = '{}', raw = NULL
      FROM unnest(CAST(:dialogs AS bigint[]), CAST(:people AS text[])) AS p (dialog_id, person_id)
     WHERE i.dialog_id = p.dialog_id AND i.status = 'failed' AND i.event #>> '{sender,id}' = p.person_id
    RETURNING i.id
)
UPDATE failures
   SET detail = '', resolved_at = coalesce(resolved_at, now()), resolution = coalesce(resolution, 'discarded')
 WHERE inbox_id IN (SELECT id FROM given_up)
"""),
    text("""
DELETE FROM group_people g
 USING unnest(CAST(:dialogs AS bigint[]), CAST(:people AS text[])) AS p (dialog_id, person_id)
 WHERE g.dialog_id = p.dialog_id AND g.person_id = p.person_id
"""),
)


async def said_in_groups(session: AsyncSession, dialog_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What the people of private chats said in groups and were told there, as JSON values."""
    places = await _places(session, dialog_ids)
    if places is None:
        return []
    return [dict(row) for row in (await session.execute(_SAID, places)).mappings()]


async def forget_in_groups(session: AsyncSession, dialog_ids: Sequence[int]) -> None:
    """Delete what groups keep of the people of private chats; before those chats lose their address."""
    places = await _places(session, dialog_ids)
    if places is None:
        return
    for statement in _FORGET:
        await session.execute(statement, places)


async def _places(session: AsyncSession, dialog_ids: Sequence[int]) -> dict[str, list[Any]] | None:
    rows = (await session.execute(_PLACES, {"ids": list(dialog_ids)})).all()
    if not rows:
        return None
    return {"dialogs": [row.dialog_id for row in rows], "people": [row.person_id for row in rows]}
