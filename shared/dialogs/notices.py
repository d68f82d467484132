"""Saying something in a dialog outside of a turn: an order's status, an alert, a manager's answer.

What is said joins the dialog's history and the end of its send lane, in the transaction of whatever it tells about:
both happen, or neither. It leaves after the commit, in order with the bot's own replies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
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

__all__ = ["Notices", "Recipient"]

_RECIPIENT = text("""
SELECT d.chat_id, d.phone, coalesce(d.language, b.language) AS language, d.last_inbound_at, d.blocked,
       d.customer_name, b.id AS bot_id, b.platform, now() AS now
  FROM dialogs d JOIN bots b ON b.company_id = d.company_id AND b.id = d.bot_id
 WHERE d.id = :id
""")

# The lane is only opened here, never taken: whoever holds it goes on to these rows, else a deliverer is rung for.
_SAY = text("""
WITH dialog AS (
    UPDATE dialogs d
       SET history_seq = d.history_seq + 1,
           outbox_seq = d.outbox_seq + :calls,
           send_at = CASE WHEN d.outbox_seq = d.sent_seq THEN now() ELSE d.send_at END
     WHERE d.id = :id
    RETURNING d.id, d.company_id, d.bot_id, d.history_seq, d.outbox_seq - :calls AS outbox_from
), history AS (
    INSERT INTO messages (company_id, dialog_id, seq, role, text, content, at)
    SELECT d.company_id, d.id, d.history_seq, :role, :text, CAST(:content AS jsonb), now() FROM dialog d
)
INSERT INTO outbox (company_id, bot_id, dialog_id, seq, call, status)
SELECT d.company_id, d.bot_id, d.id, d.outbox_from + c.place, c.call, 'waiting'
  FROM dialog d, jsonb_to_recordset(CAST(:outbox AS jsonb)) AS c (place bigint, call jsonb)
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
        row = (await session.execute(_RECIPIENT, {"id": dialog_id})).one_or_none()
        if row is None:
            raise NotFound("dialog", dialog_id)
        return Recipient(
            dialog_id=dialog_id,
            bot_id=row.bot_id,
            platform=Platform(row.platform),
            name=row.customer_name,
            language=Language(row.language),
            chat_id=row.chat_id,
            phone=row.phone,
            blocked=row.blocked,
            silent_for=_seconds_between(row.last_inbound_at, row.now),
        )

    async def say(
        self,
        session: Executor,
        dialog_id: int,
        compose: Callable[[Language], Reply],
        *,
        role: Role = Role.BOT,
        template: Callable[[Language], TemplateMessage] | None = None,
    ) -> bool:
        """Queue what ``compose`` writes in the dialog's language; committed with the session.

        Args:
            session: a transaction of the dialog's company.
            dialog_id: the dialog.
            compose: writes the messages.
            role: who speaks, for the history.
            template: the approved template to send instead where the platform's reply window is closed
                (WhatsApp: 24 hours after the person's last message); without one the bot's ``window_template``.

        Returns:
            Whether it was queued; a chat that blocked the bot is told nothing.

        Raises:
            NotFound: the company has no such dialog.
        """
        to = await self.recipient(session, dialog_id)
        reply = compose(to.language)
        if to.blocked or not reply.messages:
            return False
        calls = self._calls(to, reply, template)
        await session.execute(
            _SAY,
            {
                "id": dialog_id,
                "calls": len(calls),
                "role": role.value,
                "text": reply.plain,
                "content": _json(reply.model_dump(mode="json", exclude_none=True)),
                "outbox": _json(
                    [
                        {"place": place, "call": call.model_dump(mode="json", exclude_defaults=True)}
                        for place, call in enumerate(calls, start=1)
                    ]
                ),
            },
        )
        return True

    async def ring(self) -> None:
        """Have it sent now; a ring that is lost only delays, until the sweep."""
        await self._bells.ring("deliveries")

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
        return [calls[0] if calls[0].fallback else calls[0].model_copy(update={"fallback": instead[0]}), *calls[1:]]


def _window_is_closed(channel: Channel, to: Recipient) -> bool:
    return channel.reply_window is not None and (to.silent_for is None or to.silent_for > channel.reply_window)


def _seconds_between(earlier: datetime | None, later: datetime) -> float | None:
    return None if earlier is None else (later - earlier).total_seconds()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
