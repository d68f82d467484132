"""A turn's rows in Postgres: what it reads before the answer, and the one statement that commits it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.dialogs.contract import MemoryMessage, Role
from shared.dialogs.inbox.events import stored_event
from shared.dialogs.turns.batch import Answered, WaitingRow, in_order
from shared.kernel.errors import Conflict
from shared.kernel.languages import Language, language_of
from shared.runtime.statements import Executor

__all__ = [
    "Committed",
    "DialogRow",
    "LostLease",
    "TurnWrite",
    "commit_turn",
    "load_answered",
    "load_dialog",
    "load_memory",
]

_ROWS_PER_TURN = 50

_LOAD = text("""
SELECT d.chat_id, d.customer_id, d.customer_name, d.phone, d.language, d.language_chosen, d.state, d.history_seq,
       d.memory_from, d.received_seq, d.handover_until, d.created_at, d.last_inbound_at, d.lease_token,
       d.staff_user_id, d.is_group,
       now() AS now,
       coalesce((SELECT jsonb_agg(jsonb_build_array(w.id, w.due_at, w.event, w.received_at)
                                   ORDER BY w.order_key, w.id)
          FROM (SELECT i.id, i.due_at, i.event, i.received_at, i.order_key FROM inbox i
                 WHERE i.dialog_id = d.id AND i.status = 'received'
                 ORDER BY i.order_key, i.id LIMIT :limit) w), '[]') AS waiting
  FROM dialogs d WHERE d.id = :id
""")

_MEMORY = text("""
SELECT role, text, at FROM messages
 WHERE dialog_id = :id AND seq > :memory_from AND role <> 'note' ORDER BY seq DESC LIMIT :limit
""")
_MEMORY_IN_GROUP = text("""
SELECT role, text, at FROM messages
 WHERE dialog_id = :id AND person_id = :person_id AND seq > :memory_from ORDER BY seq DESC LIMIT :limit
""")

# Edits are rare and of recent messages: the newest rows of the dialog's history are read, by its key. A row without
# ``changed`` was written by an earlier version, or erased: nobody knows.
_ANSWERED = text("""
SELECT message_id, (array_agg(text ORDER BY seq DESC))[1] AS words, bool_or(changed) AS changed
  FROM (SELECT seq, text, content ->> 'message_id' AS message_id,
               content ->> 'changed' IS DISTINCT FROM 'false' AS changed
          FROM messages
         WHERE dialog_id = :id AND role = 'shopper' ORDER BY seq DESC LIMIT 500) recent
 WHERE message_id = ANY(:message_ids)
 GROUP BY message_id
""")

# Everything of a turn in one statement: its first part succeeds only for the holder of the lease, and the
# other parts hang on it. The lease is given back in the same breath, unless more rows came meanwhile: the
# row lock makes that comparison and the webhook's increment take turns, so no wake-up is lost. Where the
# send lane is free and the platform did not ask the bot to pause, the turn takes it too and its first call is
# marked as under way. A lease that is kept begins the first attempt of the next turn.
_COMMIT = text("""
WITH turn AS (
    UPDATE dialogs d
       SET done_seq = d.done_seq + :finished,
           attempts = CASE WHEN d.received_seq > d.done_seq + :finished AND :stay THEN 1 ELSE 0 END,
           lease_token = CASE WHEN d.received_seq > d.done_seq + :finished AND :stay THEN d.lease_token END,
           lease_until = CASE WHEN d.received_seq > d.done_seq + :finished AND :stay THEN d.lease_until END,
           state = coalesce(CAST(:state AS jsonb), d.state),
           language = coalesce(:language, d.language),
           language_chosen = d.language_chosen OR :language_chosen,
           history_seq = d.history_seq + :history,
           memory_from = CASE WHEN :forget THEN d.history_seq ELSE d.memory_from END,
           outbox_seq = d.outbox_seq + :calls,
           send_token = CASE WHEN :calls > 0 AND :lane AND d.outbox_seq = d.sent_seq AND NOT d.blocked
                                  AND coalesce(b.send_after <= now(), true)
                             THEN CAST(:send_token AS uuid) ELSE d.send_token END,
           send_until = CASE WHEN :calls > 0 AND :lane AND d.outbox_seq = d.sent_seq AND NOT d.blocked
                                  AND coalesce(b.send_after <= now(), true)
                             THEN now() + :lane_time ELSE d.send_until END,
           send_at = CASE WHEN :calls > 0 AND d.outbox_seq = d.sent_seq THEN now() ELSE d.send_at END
      FROM bots b
     WHERE d.id = :id AND d.lease_token = :token AND b.id = d.bot_id
    RETURNING d.id, d.company_id, d.bot_id, d.history_seq - :history AS history_from,
              d.outbox_seq - :calls AS outbox_from, d.lease_token IS NOT NULL AS more,
              d.send_token IS NOT DISTINCT FROM CAST(:send_token AS uuid) AS lane,
              d.received_seq > d.done_seq AS waiting, d.chat_id, d.phone
), finished AS (
    UPDATE inbox i SET status = :row_status, done_at = now(),
           event = CASE WHEN CAST(:about AS bigint[]) IS NULL THEN i.event ELSE '{}' END,
           raw = CASE WHEN CAST(:about AS bigint[]) IS NULL THEN i.raw END
      FROM turn t WHERE i.dialog_id = t.id AND i.id = ANY(:row_ids) AND i.status = 'received'
    RETURNING 1
), history AS (
    INSERT INTO messages (company_id, dialog_id, seq, role, text, content, at, person_id)
    SELECT t.company_id, t.id, t.history_from + m.place, m.role, m.text, m.content, m.at, :person_id
      FROM turn t, jsonb_to_recordset(CAST(:messages AS jsonb))
           AS m (place bigint, role text, text text, content jsonb, at timestamptz)
), queued AS (
    INSERT INTO outbox (company_id, bot_id, dialog_id, seq, call, about, status, attempts)
    SELECT t.company_id, t.bot_id, t.id, t.outbox_from + c.place, c.call, CAST(:about AS bigint[]),
           CASE WHEN t.lane AND c.place = 1 THEN 'sending' ELSE 'waiting' END,
           CASE WHEN t.lane AND c.place = 1 THEN 1 ELSE 0 END
      FROM turn t, jsonb_to_recordset(CAST(:outbox AS jsonb)) AS c (place bigint, call jsonb)
    RETURNING id, seq
), counted AS (
    INSERT INTO analytics_events (company_id, dialog_id, bot_id, kind, properties)
    SELECT t.company_id, t.id, t.bot_id, a.kind, coalesce(a.properties, '{}')
      FROM turn t, jsonb_to_recordset(CAST(:analytics AS jsonb)) AS a (kind text, properties jsonb)
)
SELECT t.more, t.lane, t.waiting, t.chat_id, t.phone, t.history_from + :history AS history_seq,
       (SELECT count(*) FROM finished) AS rows, (SELECT id FROM queued ORDER BY seq LIMIT 1) AS head
  FROM turn t
""")


class LostLease(Conflict):
    """The lease ran out and somebody else answers this dialog: nothing of this turn was committed."""

    code = "lost_lease"


@dataclass(frozen=True, slots=True)
class DialogRow:
    """A dialog as a turn reads it, with its waiting rows in the order of their writing."""

    chat_id: str
    customer_id: str
    customer_name: str
    phone: str | None
    language: Language | None
    language_chosen: bool
    state: Mapping[str, Any]
    history_seq: int
    memory_from: int
    received_seq: int
    handover_until: datetime | None
    created_at: datetime
    last_inbound_at: datetime | None
    now: datetime
    staff_user_id: UUID | None
    is_group: bool
    waiting: tuple[WaitingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnWrite:
    """All that a turn commits besides its effects."""

    row_ids: Sequence[int]
    row_status: str = "done"
    stay: bool = True
    """Keep the lease while rows are left."""
    state: Mapping[str, Any] | None = None
    language: Language | None = None
    language_chosen: bool = False
    forget: bool = False
    messages: Sequence[Mapping[str, Any]] = ()
    """``role, text, content, at`` of each message said, in order."""
    person_id: str | None = None
    """Who said or was told them, in a group."""
    calls: Sequence[Mapping[str, Any]] = ()
    """Rendered calls, in order."""
    analytics: Sequence[Mapping[str, Any]] = ()
    about: Sequence[int] | None = None
    """A private turn (``TurnResult.about``): its events are forgotten at once, its calls once they are sent."""
    take_lane: bool = True
    """Whether this worker sends at once."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What the commit left: whether lease and lane are ours, where to write to, the first call's outbox id."""

    keeps_lease: bool
    has_lane: bool
    waiting: bool
    chat_id: str
    phone: str | None
    history_seq: int
    head: int | None


async def load_dialog(session: Executor, dialog_id: int, token: UUID) -> DialogRow:
    """Read a leased dialog.

    Raises:
        LostLease: the lease is somebody else's by now.
    """
    row = (await session.execute(_LOAD, {"id": dialog_id, "limit": _ROWS_PER_TURN})).one_or_none()
    if row is None or row.lease_token != token:
        raise LostLease(f"dialog {dialog_id}")
    waiting = in_order(
        [
            WaitingRow(
                id=id_,
                due_at=datetime.fromisoformat(due_at),
                event=stored_event(event, row_id=id_, chat_id=row.chat_id),
                received_at=datetime.fromisoformat(received_at),
            )
            for id_, due_at, event, received_at in row.waiting
        ]
    )
    return DialogRow(
        chat_id=row.chat_id,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        phone=row.phone,
        language=language_of(row.language),
        language_chosen=row.language_chosen,
        state=row.state,
        history_seq=row.history_seq,
        memory_from=row.memory_from,
        received_seq=row.received_seq,
        handover_until=row.handover_until,
        created_at=row.created_at,
        last_inbound_at=row.last_inbound_at,
        now=row.now,
        staff_user_id=row.staff_user_id,
        is_group=row.is_group,
        waiting=tuple(waiting),
    )


async def load_memory(
    session: Executor, dialog_id: int, *, memory_from: int, limit: int, person_id: str | None = None
) -> list[MemoryMessage]:
    """The last ``limit`` messages of the current conversation, oldest first; in a group, those with one person."""
    values = {"id": dialog_id, "memory_from": memory_from, "limit": limit}
    if person_id is None:
        rows = await session.execute(_MEMORY, values)
    else:
        rows = await session.execute(_MEMORY_IN_GROUP, {**values, "person_id": person_id})
    return [MemoryMessage(Role(row.role), row.text, row.at) for row in reversed(rows.all())]


async def load_answered(session: Executor, dialog_id: int, message_ids: Sequence[str]) -> Mapping[str, Answered]:
    """What is known of messages that were answered, by the platform's message id."""
    rows = await session.execute(_ANSWERED, {"id": dialog_id, "message_ids": list(message_ids)})
    return {row.message_id: Answered(row.words, row.changed) for row in rows}


async def commit_turn(
    session: Executor,
    *,
    dialog_id: int,
    token: UUID,
    send_token: UUID,
    lane_time: Any,
    write: TurnWrite,
) -> Committed:
    """Write a turn.

    Raises:
        LostLease: the lease is somebody else's by now; the caller's transaction must roll back.
    """
    messages = [{"place": place, **message} for place, message in enumerate(write.messages, start=1)]
    outbox = [{"place": place, "call": call} for place, call in enumerate(write.calls, start=1)]
    row = (
        await session.execute(
            _COMMIT,
            {
                "id": dialog_id,
                "token": token,
                "send_token": send_token,
                "lane_time": lane_time,
                "lane": write.take_lane,
                "finished": len(write.row_ids),
                "row_ids": list(write.row_ids),
                "row_status": write.row_status,
                "stay": write.stay,
                "state": _json(write.state) if write.state is not None else None,
                "language": write.language.value if write.language else None,
                "language_chosen": write.language_chosen,
                "forget": write.forget,
                "history": len(messages),
                "messages": _json(messages),
                "person_id": write.person_id,
                "calls": len(outbox),
                "outbox": _json(outbox),
                "about": None if write.about is None else list(write.about),
                "analytics": _json(list(write.analytics)),
            },
        )
    ).one_or_none()
    if row is None or row.rows != len(write.row_ids):
        raise LostLease(f"dialog {dialog_id}")
    return Committed(row.more, row.lane, row.waiting, row.chat_id, row.phone, row.history_seq, row.head)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
