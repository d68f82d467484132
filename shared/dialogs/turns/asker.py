"""Who a turn is with: in a private chat the dialog's one person, in a group whoever spoke.

A group's talk belongs to the chat and is kept in order like any other. What the bot remembers (the language, the
last list, what «второй» means, what was said before) belongs to each person and is kept in ``group_people``. Of
nobody in particular (``Person.anonymous``) nothing is remembered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.channels.contract import InboundMessage, MembershipChange
from shared.channels.messages import TextContent
from shared.dialogs.openings import STATE_KEY, Press, Say, kept_words, pressed
from shared.dialogs.turns.batch import Batch
from shared.dialogs.turns.rows import DialogRow, TurnWrite
from shared.kernel.languages import Language, language_of
from shared.runtime.statements import Executor

__all__ = ["Asker", "group_asker", "keep_apart", "nobody", "open_wish", "private_asker"]

_LOAD = text("""
SELECT language, language_chosen, state, memory_from, since FROM group_people
 WHERE dialog_id = :dialog_id AND person_id = :person_id
""")

# before the turn's own messages are counted: a new conversation begins with them
_SAVE = text("""
INSERT INTO group_people (company_id, bot_id, dialog_id, person_id, language, language_chosen, state, memory_from)
SELECT d.company_id, d.bot_id, d.id, :person_id, :language, :language_chosen, coalesce(CAST(:state AS jsonb), '{}'),
       CASE WHEN :forget THEN d.history_seq ELSE 0 END
  FROM dialogs d WHERE d.id = :dialog_id
ON CONFLICT (dialog_id, person_id) DO UPDATE
   SET language = coalesce(excluded.language, group_people.language),
       language_chosen = group_people.language_chosen OR excluded.language_chosen,
       state = CASE WHEN CAST(:state AS jsonb) IS NULL THEN group_people.state ELSE excluded.state END,
       memory_from = CASE WHEN :forget THEN excluded.memory_from ELSE group_people.memory_from END
""")

_STATE = text("""
SELECT state FROM group_people WHERE bot_id = :bot_id AND dialog_id = :dialog_id AND person_id = :person_id
""")


@dataclass(frozen=True, slots=True)
class Asker:
    """The person of a turn, and what is remembered of them for it."""

    id: str
    name: str
    language: Language | None
    language_chosen: bool
    state: Mapping[str, Any]
    since: datetime
    """When they were first heard here."""
    memory_from: int
    in_group: bool = False
    anonymous: bool = False

    @property
    def kept_apart(self) -> str | None:
        """The id under which a group's history and memory keep this person; ``None`` in a private chat."""
        return self.id if self.in_group else None


def private_asker(dialog: DialogRow) -> Asker:
    """The person of a private chat: all that is known stands in its dialog."""
    return Asker(
        id=dialog.customer_id,
        name=dialog.customer_name,
        language=dialog.language,
        language_chosen=dialog.language_chosen,
        state=dialog.state,
        since=dialog.created_at,
        memory_from=dialog.memory_from,
    )


def nobody(now: datetime) -> Asker:
    """Whoever speaks where nobody does: a group's turn of news about the group itself."""
    return Asker(
        id="",
        name="",
        language=None,
        language_chosen=False,
        state={},
        since=now,
        memory_from=0,
        in_group=True,
        anonymous=True,
    )


async def group_asker(
    session: Executor, dialog_id: int, events: Sequence[InboundMessage | MembershipChange], now: datetime
) -> Asker:
    """Who speaks in a group's turn (all its events are of one person), as remembered there."""
    sender = events[-1].sender
    row = None
    if not sender.anonymous:
        found = await session.execute(_LOAD, {"dialog_id": dialog_id, "person_id": sender.id})
        row = found.one_or_none()
    return Asker(
        id=sender.id,
        name=sender.name,
        language=(language_of(row.language) if row is not None else None) or sender.language,
        language_chosen=row is not None and row.language_chosen,
        state={} if row is None else row.state,
        since=now if row is None else row.since,
        memory_from=0 if row is None else row.memory_from,
        in_group=True,
        anonymous=sender.anonymous,
    )


async def keep_apart(session: Executor, dialog_id: int, asker: Asker, write: TurnWrite) -> TurnWrite:
    """Keep with the person what a group's turn leaves of them; what is left for the dialog's own row to take.

    In the transaction that commits the turn, before it.
    """
    if not asker.in_group:
        return write
    if not asker.anonymous:
        await session.execute(
            _SAVE,
            {
                "dialog_id": dialog_id,
                "person_id": asker.id,
                "state": None if write.state is None else json.dumps(write.state, ensure_ascii=False, default=str),
                "language": write.language.value if write.language else None,
                "language_chosen": write.language_chosen,
                "forget": write.forget,
            },
        )
    return replace(write, state=None, language=None, language_chosen=False, forget=False)


async def open_wish(
    session: Executor, bot_id: UUID, opening: Press | Say, asker: Asker, batch: Batch
) -> tuple[Asker, Batch]:
    """A private turn that a link out of a group began, as if its wish had been spoken here.

    Words bring along what they refer to («второй»): what the group's talk showed to the speaker. A link to somebody
    else's words, or to words that are forgotten by now, stays the command ``/start``.
    """
    [event] = batch.events
    if not isinstance(event, InboundMessage):
        return asker, batch
    if isinstance(opening, Press):
        return asker, replace(batch, events=(pressed(event, opening),))
    found = await session.execute(
        _STATE, {"bot_id": bot_id, "dialog_id": opening.dialog_id, "person_id": event.sender.id}
    )
    row = found.one_or_none()
    words = None if row is None else kept_words(row.state, opening.message_id)
    if words is None:
        return asker, batch
    spoken = event.model_copy(update={"content": TextContent(text=words)})
    shown = {key: value for key, value in row.state.items() if key != STATE_KEY}
    return replace(asker, state={**asker.state, **shown}), replace(batch, events=(spoken,))
