"""What follows in a dialog's order when the names of its chat changed: nothing is said, everything moves along.

Where the names lead is decided when the news arrives (``receive_events``), so that no message goes astray. What
hangs on it follows here, as a turn: in order with what the person wrote, and again if its worker dies.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.contract import AddressChange
from shared.dialogs.bells import Bell
from shared.dialogs.contract import DialogFollower, Effect
from shared.dialogs.notes import add_note

__all__ = ["AddressChanges"]

# in the order of ids, as whatever locks dialogs does
_LOCK = text("SELECT FROM dialogs WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")

# behind what was said here: places in a history are never given anew, and each message tells its own time
_MOVE_HISTORY = text("""
WITH said AS (
    DELETE FROM messages WHERE dialog_id = :source RETURNING company_id, seq, role, text, content, at, person_id
), dialog AS (
    UPDATE dialogs SET history_seq = history_seq + (SELECT count(*) FROM said) WHERE id = :id
    RETURNING id, history_seq - (SELECT count(*) FROM said) AS history_from
)
INSERT INTO messages (company_id, dialog_id, seq, role, text, content, at, person_id)
SELECT s.company_id, d.id, d.history_from + row_number() OVER (ORDER BY s.seq), s.role, s.text, s.content, s.at,
       s.person_id
  FROM said s CROSS JOIN dialog d
""")
# what was given up can be tried again: here
_MOVE_FAILED = text("UPDATE inbox SET dialog_id = :id WHERE dialog_id = :source AND status = 'failed'")
_MOVE_FAILURES = text("""
UPDATE failures SET dialog_id = :id WHERE dialog_id = :source AND kind = 'turn' AND resolved_at IS NULL
""")
_MOVE_PEOPLE = text("""
UPDATE group_people g SET dialog_id = :id
 WHERE g.dialog_id = :source
   AND NOT EXISTS (SELECT FROM group_people k WHERE k.dialog_id = :id AND k.person_id = g.person_id)
""")
_FOLLOWED = text("UPDATE dialogs SET former_phone = NULL WHERE id = :id")


class AddressChanges:
    """Lets everybody follow. One per worker."""

    def __init__(self, followers: Sequence[DialogFollower]) -> None:
        """``followers`` in the order in which they lock: customers first."""
        self._followers = tuple(followers)

    def following(self, dialog_id: int, changes: Sequence[AddressChange]) -> Effect:
        """What a turn commits that consists of these changes."""

        async def follow(session: AsyncSession) -> Bell | None:
            for change in changes:
                for follower in self._followers:
                    await follower.follow(session, dialog_id, source=change.source)
                if change.source is not None:
                    await _join(session, dialog_id, change.source)
                await add_note(session, dialog_id, f"address.{change.change}", {})
            await session.execute(_FOLLOWED, {"id": dialog_id})
            return None

        return follow


async def _join(session: AsyncSession, dialog_id: int, source: int) -> None:
    await session.execute(_LOCK, {"ids": [dialog_id, source]})
    for statement in (_MOVE_HISTORY, _MOVE_PEOPLE, _MOVE_FAILED, _MOVE_FAILURES):
        await session.execute(statement, {"id": dialog_id, "source": source})
