"""The outbox in Postgres: the head of a dialog's lane, and what became of it.

A row goes waiting → sending → sent | failed; a ``sending`` row whose sender vanished, or whose call had no answer,
is ``uncertain``. A private call (``about`` is set) is forgotten when it is finished, or once its fate is known,
where the messenger may report a failure later; one that tells of nobody (a link, which is a secret) at once. The
lane's holder has ``send_token``; only row ``sent_seq + 1`` may be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from shared.channels.contract import Call
from shared.kernel.languages import Language, language_of
from shared.runtime.statements import Executor

__all__ = [
    "Finished",
    "Head",
    "Outcome",
    "Taken",
    "finish_head",
    "postpone_head",
    "record_failure",
    "release_lane",
    "rest_bot",
    "settle",
    "stored",
    "take_head",
]

# The head of a lane becomes ours to send. A head that was under way already is uncertain, its sender
# vanished: where delivery statuses tell, it first waits for one, else it is sent again and flagged. A lane
# without rows is given back in the same statement; the row lock decides against a turn that adds one. So is a
# lane that a late failure has told to rest while it was held. What waits in a dialog that ended in another goes
# where that one is written to.
_TAKE = text("""
WITH lane AS (
    UPDATE dialogs d
       SET send_token = CASE WHEN d.outbox_seq > d.sent_seq AND NOT d.blocked AND d.send_at <= now()
                             THEN d.send_token END,
           send_until = CASE WHEN d.outbox_seq > d.sent_seq AND NOT d.blocked AND d.send_at <= now()
                             THEN now() + :lane_time END
     WHERE d.id = :id AND d.send_token = :token
    RETURNING d.id, d.moved_to, d.chat_id, d.phone, d.language, d.last_inbound_at, d.sent_seq, d.outbox_seq,
              d.send_token IS NOT NULL AS ready
), head AS (
    UPDATE outbox o
       SET status = CASE WHEN o.status = 'sending' AND :statuses_tell THEN 'uncertain' ELSE 'sending' END,
           attempts = o.attempts + CASE WHEN o.status = 'sending' AND :statuses_tell THEN 0 ELSE 1 END,
           repeated = o.repeated OR (o.status IN ('sending', 'uncertain')
                                     AND NOT (o.status = 'sending' AND :statuses_tell))
      FROM lane l
     WHERE o.dialog_id = l.id AND o.seq = l.sent_seq + 1 AND l.ready
    RETURNING o.id, o.call, o.attempts, o.status, o.template_only
)
SELECT l.ready AS ours, coalesce(k.chat_id, l.chat_id) AS chat_id,
       CASE WHEN k.id IS NULL THEN l.phone ELSE k.phone END AS phone, l.language,
       greatest(l.last_inbound_at, k.last_inbound_at) AS last_inbound_at,
       l.outbox_seq - l.sent_seq - 1 AS behind, h.id, h.call, h.attempts, h.status, h.template_only,
       now() AS now
  FROM lane l LEFT JOIN head h ON true LEFT JOIN dialogs k ON k.id = l.moved_to
""")

# Recorded by sequence number, not by counting: a writer that never learnt whether its commit arrived says the
# same thing again, and one whose claim ran out still tells what it knows. A row is finished exactly when
# ``sent_seq`` has reached it. Only the lane's holder may fail a row, and only it gives the lane back or goes on.
# What was erased while it was under way stays erased.
_FINISH = text("""
WITH lane AS (
    UPDATE dialogs d
       SET sent_seq = greatest(d.sent_seq, o.seq),
           blocked = d.blocked OR :blocked,
           send_at = CASE WHEN d.send_token = :token THEN greatest(d.send_at, now() + :rest) ELSE d.send_at END,
           send_token = CASE WHEN d.send_token = :token AND NOT (d.outbox_seq > o.seq AND :go_on) THEN NULL
                             ELSE d.send_token END,
           send_until = CASE WHEN d.send_token IS DISTINCT FROM :token THEN d.send_until
                             WHEN d.outbox_seq > o.seq AND :go_on THEN now() + :lane_time END
      FROM outbox o
     WHERE o.id = :id AND d.id = o.dialog_id AND (d.send_token = :token OR :status = 'sent')
    RETURNING d.send_token IS NOT DISTINCT FROM CAST(:token AS uuid) AS ours
), finished AS (
    UPDATE outbox SET status = :status, sent_at = CASE WHEN :status = 'sent' THEN now() END,
           platform_message_ids = CASE WHEN call = '{}' THEN '{}' ELSE CAST(:message_ids AS text[]) END,
           error_code = :error_code,
           call = CASE WHEN call <> '{}' AND (about IS NULL OR :fate_follows AND cardinality(about) > 0)
                       THEN coalesce(CAST(:form AS jsonb), call) ELSE '{}' END
     WHERE id = :id AND status <> 'sent' AND EXISTS (SELECT FROM lane)
)
SELECT ours FROM lane
""")

_POSTPONE = text("""
WITH lane AS (
    UPDATE dialogs SET send_token = NULL, send_until = NULL, send_at = greatest(send_at, now() + :rest)
     WHERE id = :dialog_id AND send_token = :token RETURNING id
)
UPDATE outbox o SET status = :status, attempts = greatest(0, o.attempts - :refund), error_code = :error_code
  FROM lane WHERE o.id = :id AND o.dialog_id = lane.id AND o.status <> 'sent'
""")

_RELEASE = text("""
UPDATE dialogs SET send_token = NULL, send_until = NULL, send_at = greatest(send_at, now() + :rest)
 WHERE id = :dialog_id AND send_token = :token
""")

# The fate of an uncertain send became known, it arrived or it failed: it is finished, and the lane goes on.
_SETTLE = text("""
WITH settled AS (
    UPDATE outbox
       SET status = :status, platform_message_ids = ARRAY[CAST(:message_id AS text)],
           sent_at = CASE WHEN :status = 'sent' THEN now() END,
           call = CASE WHEN about IS NULL OR :status = 'sent' AND cardinality(about) > 0 THEN call ELSE '{}' END
     WHERE id = :outbox_id AND status = 'uncertain' RETURNING dialog_id, seq
)
UPDATE dialogs d SET sent_seq = s.seq, send_token = NULL, send_until = NULL, send_at = now()
  FROM settled s WHERE d.id = s.dialog_id AND d.sent_seq = s.seq - 1
""")

_REST_BOT = text("""
UPDATE bots SET misconfigured = coalesce(:misconfigured, misconfigured),
       send_after = greatest(send_after, now() + :rest) WHERE id = :bot_id
""")

_FAILURE = text("""
INSERT INTO failures (company_id, id, kind, dialog_id, inbox_id, outbox_id, code, detail, attempts)
VALUES (:company_id, :id, :kind, :dialog_id, :inbox_id, :outbox_id, :code, :detail, :attempts)
ON CONFLICT (company_id, id) DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class Head:
    """The call at the head of a lane, under way in our hands."""

    id: int
    call: Call | None
    """``None``: it was erased while it waited."""
    attempts: int
    """This try's number, 1 for the first."""
    chat_id: str
    phone: str | None
    language: Language | None
    last_inbound_at: datetime | None
    behind: int
    """Calls that wait behind it."""
    template_only: bool
    """The messenger said that the reply window is closed: a template goes instead."""
    now: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What ``take_head`` found: the lane is still ours or not; the head, started; or one that must wait."""

    ours: bool
    head: Head | None = None
    awaits_status: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a head that is finished."""

    status: Literal["sent", "failed"]
    message_ids: tuple[str, ...] = ()
    error_code: str | None = None
    blocked: bool = False
    form: Call | None = None
    """What was sent, where it is another form of the call."""
    fate_follows: bool = False
    """A status may tell later that it failed: its call is kept for that, though it be private."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What ``finish_head`` did: whether the outcome was ours to record, and whether the lane is ours with more."""

    recorded: bool
    ours: bool


async def take_head(
    session: Executor, dialog_id: int, *, token: UUID, lane_time: timedelta, statuses_tell: bool
) -> Taken:
    """Start the head of a lane that is ours; its try is counted. An empty lane is given back.

    A lane that is ours without a head has a row that was committed after this statement began: look again.
    """
    row = (
        await session.execute(
            _TAKE, {"id": dialog_id, "token": token, "lane_time": lane_time, "statuses_tell": statuses_tell}
        )
    ).one_or_none()
    if row is None or not row.ours:
        return Taken(ours=False)
    if row.id is None:
        return Taken(ours=True)
    head = Head(
        id=row.id,
        call=Call.model_validate(row.call) if row.call else None,
        attempts=row.attempts,
        chat_id=row.chat_id,
        phone=row.phone,
        language=language_of(row.language),
        last_inbound_at=row.last_inbound_at,
        behind=row.behind,
        template_only=row.template_only,
        now=row.now,
    )
    return Taken(ours=True, head=head, awaits_status=row.status == "uncertain")


async def finish_head(
    session: Executor,
    outbox_id: int,
    outcome: Outcome,
    *,
    token: UUID,
    lane_time: timedelta,
    rest: timedelta | None,
) -> Finished:
    """Record a finished call and free the next; ``rest`` gives the lane back that long (``None``: go on)."""
    row = (
        await session.execute(
            _FINISH,
            {
                "id": outbox_id,
                "token": token,
                "lane_time": lane_time,
                "status": outcome.status,
                "message_ids": list(outcome.message_ids),
                "error_code": outcome.error_code,
                "blocked": outcome.blocked,
                "form": None if outcome.form is None else stored(outcome.form),
                "fate_follows": outcome.fate_follows,
                "rest": rest or timedelta(),
                "go_on": rest is None and not outcome.blocked,
            },
        )
    ).one_or_none()
    return Finished(recorded=row is not None, ours=row is not None and row.ours)


async def postpone_head(
    session: Executor,
    outbox_id: int,
    *,
    dialog_id: int,
    token: UUID,
    rest: timedelta,
    status: Literal["waiting", "uncertain"],
    error_code: str | None,
    refund: bool = False,
) -> None:
    """Leave the head for later and give the lane back for ``rest``; ``refund`` takes the try back."""
    await session.execute(
        _POSTPONE,
        {
            "id": outbox_id,
            "dialog_id": dialog_id,
            "token": token,
            "rest": rest,
            "status": status,
            "error_code": error_code,
            "refund": int(refund),
        },
    )


async def release_lane(session: Executor, dialog_id: int, *, token: UUID, rest: timedelta) -> None:
    """Give a lane back untouched for ``rest``."""
    await session.execute(_RELEASE, {"dialog_id": dialog_id, "token": token, "rest": rest})


async def settle(session: Executor, outbox_id: int, *, status: Literal["sent", "failed"], message_id: str) -> None:
    """Finish an uncertain send whose fate a status told; any other stays as it is."""
    await session.execute(_SETTLE, {"outbox_id": outbox_id, "status": status, "message_id": message_id})


def stored(call: Call) -> str:
    """A call as the outbox keeps it."""
    return call.model_dump_json(exclude_defaults=True)


async def rest_bot(session: Executor, bot_id: UUID, *, rest: timedelta, misconfigured: str | None = None) -> None:
    """Let all lanes of a bot rest; ``misconfigured`` says what a person has to mend."""
    await session.execute(_REST_BOT, {"bot_id": bot_id, "rest": rest, "misconfigured": misconfigured})


async def record_failure(
    session: Executor,
    *,
    company_id: UUID,
    failure_id: UUID,
    kind: str,
    dialog_id: int,
    code: str,
    detail: str,
    attempts: int,
    inbox_id: int | None = None,
    outbox_id: int | None = None,
) -> None:
    """Record what was given up, for an administrator to replay or discard. ``detail`` holds no message text.

    The same ``failure_id`` again changes nothing.
    """
    await session.execute(
        _FAILURE,
        {
            "company_id": company_id,
            "id": failure_id,
            "kind": kind,
            "dialog_id": dialog_id,
            "inbox_id": inbox_id,
            "outbox_id": outbox_id,
            "code": code,
            "detail": detail[:500],
            "attempts": attempts,
        },
    )
