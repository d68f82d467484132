"""Late failures: a messenger took a call, and a status tells that it was not delivered.

What follows is what would have followed at once (``lane``), through the same row of the channel's table:

    another form may do    the call's next form
    window closed          a template, chosen when it is sent; the same call, if the person has written since
    try later              the same call, after the same wait; at most ``SEND_ATTEMPTS`` times
    misconfigured          the same, and the whole bot rests
    unreachable            the lane rests until the person writes; not if they wrote after the message failed
    rejected               a failure record

All that was sent meanwhile has left already, so what goes instead joins the end of the lane: a row that *replaces*
the failed one. A call whose fate was uncertain holds its lane up, and changes in place. It is done once, because
only the change from "sent" to "failed" does it, under the dialog's lock. Each form that fails has fewer behind it,
and tries are counted across rows, so the chain ends. What was erased is never sent again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.contract import Call, NotSent, Platform, Refusal, Refused
from shared.dialogs.outbox.consequences import BotRest, Consequence, Then, consequence_of
from shared.dialogs.outbox.lane import ChannelOf
from shared.dialogs.outbox.rows import record_failure, rest_bot, settle, stored
from shared.kernel.ids import new_id
from shared.runtime.settings import Settings

__all__ = ["LateFailures", "Rests", "rest_bots"]

_log = logging.getLogger(__name__)

# under the dialog's lock, so nobody takes it or finishes it meanwhile
_FAILED_CALL = text("""
SELECT o.id, o.dialog_id, o.status, o.call, o.about IS NOT NULL AS private, o.attempts, o.template_only, o.delivery,
       o.platform_message_ids, coalesce(d.last_inbound_at > :failed_at, false) AS wrote_since
  FROM outbox o JOIN dialogs d ON d.id = o.dialog_id WHERE o.id = :id FOR NO KEY UPDATE OF o
""")
_MARK = text("""
UPDATE outbox
   SET delivery = 'failed', error_code = coalesce(:error_code, error_code),
       call = CASE WHEN about IS NULL THEN call ELSE '{}' END
 WHERE id = :id
""")
_BEHIND = text("""
WITH tail AS (
    UPDATE dialogs SET outbox_seq = outbox_seq + 1, send_at = greatest(send_at, now() + :wait)
     WHERE id = :dialog_id AND NOT EXISTS (SELECT FROM outbox WHERE replaces = :id)
    RETURNING outbox_seq
)
INSERT INTO outbox (company_id, bot_id, dialog_id, seq, call, about, template_only, attempts, replaces, status)
SELECT o.company_id, o.bot_id, o.dialog_id, tail.outbox_seq, CAST(:call AS jsonb), o.about, :template_only,
       :attempts, o.id, 'waiting'
  FROM outbox o CROSS JOIN tail WHERE o.id = :id
""")
_IN_PLACE = text("""
WITH again AS (
    UPDATE outbox
       SET status = 'waiting', call = CAST(:call AS jsonb), template_only = :template_only, attempts = :attempts,
           error_code = :error_code, delivery = NULL
     WHERE id = :id RETURNING dialog_id
)
UPDATE dialogs d SET send_token = NULL, send_until = NULL, send_at = now() + :wait
  FROM again a WHERE d.id = a.dialog_id
""")
_BLOCK = text("UPDATE dialogs SET blocked = true WHERE id = :dialog_id")


Rests = dict[UUID, BotRest]
"""Bots that failures let rest."""


@dataclass(frozen=True, slots=True)
class _Next:
    """What is sent instead; ``attempts`` are those that it starts with."""

    call: Call
    template_only: bool = False
    attempts: int = 0
    wait: float = 0.0


class LateFailures:
    """Follows up statuses ``failed``. One per worker; works within the transaction that applies them."""

    def __init__(self, channel_of: ChannelOf, settings: Settings) -> None:
        self._channel_of = channel_of
        self._settings = settings

    async def apply(self, session: AsyncSession, company_id: UUID, event: Any, rests: Rests) -> bool:
        """Follow up one status whose dialog is locked; ``False``: its call is under way, so it has to wait.

        A bot that has to rest is put into ``rests``, for ``rest_bots`` to lock after all rows of the outbox.
        """
        values = {"id": event.outbox_id, "failed_at": event.occurred_at}
        failed = (await session.execute(_FAILED_CALL, values)).one_or_none()
        if failed is not None and failed.status in {"waiting", "sending"}:
            return bool(event.too_old)
        if failed is None or not _is_news(failed, event):
            return True
        _log.warning("a message failed after it was sent", extra={"outbox": failed.id, "code": event.error_code})
        error = self._channel_of(Platform(event.platform)).late_error(event.error_code)
        follows = consequence_of(error, attempts=failed.attempts, settings=self._settings)
        instead = self._instead(failed, error, follows)
        if follows.bot is not None:
            rests[event.bot_id] = _longer(follows.bot, rests.get(event.bot_id))
        await self._replace(session, failed, event, instead)
        if follows.then is Then.UNREACHABLE:
            if not failed.wrote_since:
                await session.execute(_BLOCK, {"dialog_id": failed.dialog_id})
        elif instead is None and not _is_erased(failed):
            await _record(session, company_id, failed, event)
        return True

    def _instead(self, failed: Any, error: NotSent | Refused, follows: Consequence) -> _Next | None:
        call = Call.model_validate(failed.call) if failed.call else None
        if call is None:
            return None
        tries_left = failed.attempts < self._settings.send_attempts
        if isinstance(error, Refused):
            if error.refusal is Refusal.WINDOW_CLOSED and not (call.template or failed.template_only):
                opened = failed.wrote_since and tries_left
                return _Next(call, attempts=failed.attempts) if opened else _Next(call, template_only=True)
            form = call.instead(error)
            if form is not None:
                return _Next(form, template_only=failed.template_only)
        if follows.then is Then.AGAIN and tries_left:
            return _Next(call, failed.template_only, failed.attempts, follows.wait)
        return None

    async def _replace(self, session: AsyncSession, failed: Any, event: Any, instead: _Next | None) -> None:
        """End the failed call, and put what is sent instead in its place or behind all others."""
        values = {"id": failed.id, "error_code": event.error_code}
        in_place = failed.status == "uncertain"
        if in_place and instead is None:
            await settle(session, failed.id, status="failed", message_id=event.platform_message_id)
        if not in_place or instead is None:
            await session.execute(_MARK, values)
        if instead is not None:
            values |= {
                "dialog_id": failed.dialog_id,
                "call": stored(instead.call),
                "template_only": instead.template_only,
                "attempts": instead.attempts,
                "wait": timedelta(seconds=instead.wait),
            }
            await session.execute(_IN_PLACE if in_place else _BEHIND, values)


async def rest_bots(session: AsyncSession, rests: Rests) -> None:
    """Let the bots rest, in the order of their ids."""
    for bot_id, rest in sorted(rests.items()):
        seconds = timedelta(seconds=rest.seconds)
        await rest_bot(session, bot_id, rest=seconds, misconfigured=rest.misconfigured)


def _longer(rest: BotRest, other: BotRest | None) -> BotRest:
    if other is None:
        return rest
    return BotRest(max(rest.seconds, other.seconds), rest.misconfigured or other.misconfigured)


def _is_news(failed: Any, event: Any) -> bool:
    """Whether the status ends the call: it was not seen, has not failed before, and no second copy of it is out."""
    if failed.status == "uncertain":
        return True
    known = failed.platform_message_ids
    ours = not known or event.platform_message_id in known
    return bool(failed.status == "sent" and failed.delivery in {None, "sent"} and ours)


def _is_erased(failed: Any) -> bool:
    """Whether it was forgotten with its person. A private call may be forgotten for its age alone."""
    return not failed.call and not failed.private


async def _record(session: AsyncSession, company_id: UUID, failed: Any, event: Any) -> None:
    await record_failure(
        session,
        company_id=company_id,
        failure_id=new_id(),
        kind="send",
        dialog_id=failed.dialog_id,
        outbox_id=failed.id,
        code=(event.error_code or "failed")[:100],
        detail="delivery status",
        attempts=max(1, failed.attempts),
    )
