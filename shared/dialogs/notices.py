"""Saying something in a dialog outside of a turn: an order's status, an alert, a manager's answer.

What is said joins the dialog's history and the end of its send lane, in the transaction of whatever it tells about:
both happen, or neither. It leaves after the commit, in order with the bot's own replies.

What is not for those who read the history (a one-time link, a shopper's words for a manager) is said *privately*:
it has its place in the lane and none in the history, and the call is forgotten once it is sent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.channels.contract import Call, Channel, ChannelAddress, Platform
from shared.channels.messages import Reply, TemplateMessage
from shared.dialogs.bells import Bells
from shared.dialogs.contract import Role
from shared.dialogs.outbox.lane import ChannelOf
from shared.kernel.errors import NotFound
from shared.kernel.languages import Language
from shared.runtime.statements import Executor

__all__ = ["Notice", "Notices", "Recipient"]

_log = logging.getLogger(__name__)
_ON_ITS_WAY = 600.0
"""Seconds that a message may be on its way, behind others of its lane."""

_RECIPIENTS = text("""
SELECT d.id, g.chat_id, g.phone, coalesce(g.language, b.language) AS language, g.last_inbound_at, g.blocked,
       g.customer_name, b.id AS bot_id, b.platform, b.settings, now() AS now
  FROM dialogs d JOIN dialogs g ON g.company_id = d.company_id AND g.id = coalesce(d.moved_to, d.id)
  JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
 WHERE d.id = ANY(:ids)
""")

# The lane is only opened here, never taken: whoever holds it goes on to these rows, else a deliverer is rung for.
# Dialogs are locked in the order of their ids, as webhooks lock them.
_SAY = text("""
WITH spoken AS (
    SELECT * FROM jsonb_to_recordset(CAST(:dialogs AS jsonb)) AS s (id bigint, said bigint, calls bigint)
), locked AS MATERIALIZED (
    SELECT d.id, s.said, s.calls FROM dialogs d JOIN spoken s ON s.id = d.id ORDER BY d.id FOR NO KEY UPDATE OF d
), dialog AS (
    UPDATE dialogs d
       SET history_seq = d.history_seq + l.said,
           outbox_seq = d.outbox_seq + l.calls,
           send_at = CASE WHEN d.outbox_seq = d.sent_seq THEN now() ELSE d.send_at END
      FROM locked l WHERE d.id = l.id
    RETURNING d.id, d.company_id, d.bot_id, d.history_seq - l.said AS history_from,
              d.outbox_seq - l.calls AS outbox_from
), history AS (
    INSERT INTO messages (company_id, dialog_id, seq, role, text, content, at)
    SELECT d.company_id, d.id, d.history_from + m.place, m.role, m.text, m.content, now()
      FROM dialog d
      JOIN jsonb_to_recordset(CAST(:messages AS jsonb))
           AS m (dialog_id bigint, place bigint, role text, text text, content jsonb) ON m.dialog_id = d.id
)
INSERT INTO outbox (company_id, bot_id, dialog_id, seq, call, about, status)
SELECT d.company_id, d.bot_id, d.id, d.outbox_from + c.place, c.call, c.about, 'waiting'
  FROM dialog d
  JOIN jsonb_to_recordset(CAST(:outbox AS jsonb)) AS c (dialog_id bigint, place bigint, call jsonb, about bigint[])
       ON c.dialog_id = d.id
 ORDER BY d.id, c.place
""")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is spoken to."""

    dialog_id: int
    bot_id: UUID
    platform: Platform
    name: str
    language: Language
    chat_id: str
    phone: str | None
    blocked: bool
    """The chat takes no messages until the person writes again."""
    silent_for: float | None
    """Seconds since the person last wrote; ``None``: never."""
    settings: Mapping[str, Any]
    """The bot's settings, e.g. the names of its approved templates."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say in a dialog; the fields are the arguments of ``Notices.say``."""

    dialog_id: int
    compose: Callable[[Language], Reply]
    role: Role = Role.BOT
    template: Callable[[Language], TemplateMessage] | None = None
    about: Collection[int] | None = None
    in_window_only: bool = False
    """Not worth a template: left unsaid where the platform's reply window is closed."""


class Notices:
    """Says things in dialogs. One per worker; ``say`` within a transaction, ``ring`` after its commit."""

    def __init__(self, channel_of: ChannelOf, bells: Bells) -> None:
        self._channel_of = channel_of
        self._bells = bells

    async def recipient(self, session: Executor, dialog_id: int) -> Recipient:
        """Who that dialog of the session's company is with.

        Raises:
            NotFound: the company has no such dialog.
        """
        found = await self.recipients(session, [dialog_id])
        if dialog_id not in found:
            raise NotFound("dialog", dialog_id)
        return found[dialog_id]

    async def recipients(self, session: Executor, dialog_ids: Sequence[int]) -> Mapping[int, Recipient]:
        """Who those dialogs of the session's company are with; those that are gone are left out."""
        rows = (await session.execute(_RECIPIENTS, {"ids": list(dialog_ids)})).all()
        return {
            row.id: Recipient(
                dialog_id=row.id,
                bot_id=row.bot_id,
                platform=Platform(row.platform),
                name=row.customer_name,
                language=Language(row.language),
                chat_id=row.chat_id,
                phone=row.phone,
                blocked=row.blocked,
                silent_for=_seconds_between(row.last_inbound_at, row.now),
                settings=row.settings,
            )
            for row in rows
        }

    async def say(
        self,
        session: Executor,
        dialog_id: int,
        compose: Callable[[Language], Reply],
        *,
        role: Role = Role.BOT,
        template: Callable[[Language], TemplateMessage] | None = None,
        about: Collection[int] | None = None,
    ) -> bool:
        """Queue what ``compose`` writes in the dialog's language; committed with the session.

        Args:
            session: a transaction of the dialog's company.
            dialog_id: the dialog.
            compose: writes the messages.
            role: who speaks, for the history.
            template: the approved template to send instead where the platform's reply window is closed
                (WhatsApp: 24 hours after the person's last message); without one the bot's ``window_template``.
            about: set: say it privately. The ids of the dialogs whose people it tells of (none for a link): when
                one of them is erased, so is this while it waits.

        Returns:
            Whether it was queued; a chat that blocked the bot is told nothing.

        Raises:
            NotFound: the company has no such dialog.
        """
        if not await self._say(session, [Notice(dialog_id, compose, role, template, about)]):
            await self.recipient(session, dialog_id)
            return False
        return True

    async def say_all(self, session: Executor, notices: Sequence[Notice]) -> Sequence[Notice]:
        """As ``say`` for many dialogs in two statements; the notices that were queued.

        One call for all that a transaction says: dialogs are locked in order within a call, not between two.

        Several notices of one dialog are said in their order. What cannot be composed is logged and left out: one
        dialog's trouble is not the others'. So is a dialog that is gone.
        """
        return await self._say(session, notices, careful=True)

    async def _say(self, session: Executor, notices: Sequence[Notice], *, careful: bool = False) -> list[Notice]:
        """Queue notices; those that were."""
        recipients = await self.recipients(session, sorted({notice.dialog_id for notice in notices}))
        written = _Written()
        for notice in notices:
            to = recipients.get(notice.dialog_id)
            if to is None or to.blocked or (notice.in_window_only and self._is_late(to)):
                continue
            try:
                reply = notice.compose(to.language)
                calls = self._calls(to, reply, notice.template) if reply.messages else ()
            except (ValueError, KeyError):
                if not careful:
                    raise
                _log.exception("a notice could not be composed", extra={"dialog": notice.dialog_id})
                continue
            if calls:
                written.add(notice, reply, calls)
        if written.said:
            await session.execute(_SAY, written.values())
        return written.said

    async def may_write_freely(self, session: Executor, dialog_id: int) -> bool:
        """Whether words of any kind will reach that dialog.

        Not where the bot is blocked, nor where the reply window is closed, or closes within minutes.

        Raises:
            NotFound: the company has no such dialog.
        """
        to = await self.recipient(session, dialog_id)
        return not to.blocked and not _window_is_closed(self._channel_of(to.platform), to, margin=_ON_ITS_WAY)

    async def ring(self) -> None:
        """Have it sent now; a ring that is lost only delays, until the sweep."""
        await self._bells.ring("deliveries")

    def _is_late(self, to: Recipient) -> bool:
        return _window_is_closed(self._channel_of(to.platform), to)

    def _calls(
        self, to: Recipient, reply: Reply, template: Callable[[Language], TemplateMessage] | None
    ) -> Sequence[Call]:
        channel = self._channel_of(to.platform)
        address = ChannelAddress(chat_id=to.chat_id, language=to.language, phone=to.phone)
        calls = [call for message in reply.messages for call in channel.render(message, address)]
        if template is None or channel.reply_window is None:
            return calls
        instead = channel.render(template(to.language), address)
        if _window_is_closed(channel, to):
            return instead
        # it may close before the call leaves
        return [calls[0].with_last_form(instead[0]), *calls[1:]]


class _Written:
    """Notices as the rows that a statement takes."""

    def __init__(self) -> None:
        self.said: list[Notice] = []
        self._messages: list[dict[str, object]] = []
        self._outbox: list[dict[str, object]] = []
        self._counts: dict[int, tuple[int, int]] = {}

    def add(self, notice: Notice, reply: Reply, calls: Sequence[Call]) -> None:
        """Put a notice behind those of the same dialog."""
        said, called = self._counts.get(notice.dialog_id, (0, 0))
        if notice.about is None:
            said += 1
            self._messages.append(
                {
                    "dialog_id": notice.dialog_id,
                    "place": said,
                    "role": notice.role.value,
                    "text": reply.plain,
                    "content": reply.model_dump(mode="json", exclude_none=True),
                }
            )
        self._outbox += [
            {
                "dialog_id": notice.dialog_id,
                "place": place,
                "call": call.model_dump(mode="json", exclude_defaults=True),
                "about": None if notice.about is None else sorted(notice.about),
            }
            for place, call in enumerate(calls, start=called + 1)
        ]
        self._counts[notice.dialog_id] = (said, called + len(calls))
        self.said.append(notice)

    def values(self) -> dict[str, str]:
        """The parameters of ``_SAY``."""
        dialogs = [{"id": id_, "said": said, "calls": calls} for id_, (said, calls) in self._counts.items()]
        return {"dialogs": _json(dialogs), "messages": _json(self._messages), "outbox": _json(self._outbox)}


def _window_is_closed(channel: Channel, to: Recipient, *, margin: float = 0.0) -> bool:
    if channel.reply_window is None:
        return False
    return to.silent_for is None or to.silent_for + margin > channel.reply_window


def _seconds_between(earlier: datetime | None, later: datetime) -> float | None:
    return None if earlier is None else (later - earlier).total_seconds()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
