"""A bot's webhooks as ``receive_events`` takes them, and what became of its dialogs."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from shared.channels.contract import AddressChange, AddressNews, InboundMessage, Person
from shared.channels.messages import TextContent
from shared.channels.whatsapp.identity import chat_id_of, phone_of
from shared.dialogs.inbox.events import NO_WINDOWS, inbox_row
from shared.kernel.clock import utc_now

__all__ = ["Book", "Event", "change", "moved", "said"]

_NUMBERS = itertools.count(1)
_BEGAN = utc_now() - timedelta(days=1)

Event = InboundMessage | AddressChange


def said(at: int, *, user: str | None = None, number: str | None = None, chat: str | None = None) -> InboundMessage:
    """Words of whoever has these names, ``at`` seconds after the beginning."""
    name = chat or chat_id_of(user, number)
    assert name is not None
    moment = _BEGAN + timedelta(seconds=at)
    return InboundMessage(
        event_id=f"said:{next(_NUMBERS)}",
        occurred_at=moment,
        order_key=int(moment.timestamp() * 1000),
        chat_id=name,
        number=number,
        sender=Person(id=name, phone=phone_of(number)),
        content=TextContent(text="диван"),
        message_id=str(at),
    )


def change(
    at: int,
    *,
    formerly: Sequence[str],
    user: str | None = None,
    number: str | None = None,
    also: Sequence[str] = (),
    chat: str | None = None,
) -> AddressChange:
    """News: whoever had the names ``formerly`` has these now."""
    moment = _BEGAN + timedelta(seconds=at)
    return AddressChange(
        event_id=f"change:{next(_NUMBERS)}",
        occurred_at=moment,
        order_key=int(moment.timestamp() * 1000),
        chat_id=chat or chat_id_of(user, number) or "",
        number=number,
        change=AddressNews.MOVED,
        also=tuple(also),
        formerly=tuple(formerly),
        phone=phone_of(number),
    )


def moved(at: int, *, old: str, new: str) -> AddressChange:
    """A group became a supergroup."""
    return change(at, formerly=(), also=(old,), chat=new)


@dataclass
class Book:
    """One bot's dialogs. Every event is a transaction of its own."""

    connection: psycopg.Connection[Any]
    bot_id: UUID

    def receive(self, *events: Event) -> None:
        """One webhook for each event."""
        for event in events:
            self.receive_together(event)

    def receive_together(self, *events: Event) -> None:
        """One group commit of all."""
        rows = [inbox_row(event, bot_id=self.bot_id, place=0, windows=NO_WINDOWS) for event in events]
        self.connection.execute("SELECT receive_events(%s::jsonb, '{}')", (json.dumps(rows),))

    def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(statement, {"bot": self.bot_id, **values})
            return cursor.fetchall()

    @property
    def dialogs(self) -> dict[int, dict[str, Any]]:
        """Dialogs that go on, by id."""
        rows = self.rows("SELECT * FROM dialogs WHERE bot_id = %(bot)s AND moved_to IS NULL ORDER BY id")
        return {row["id"]: row for row in rows}

    def dialog_of(self, event: Event) -> int:
        """Where an event waits to be answered."""
        [row] = self.rows(
            "SELECT dialog_id FROM inbox WHERE bot_id = %(bot)s AND event_id = %(event)s", event=event.event_id
        )
        return int(row["dialog_id"])

    def holder_of(self, address: str) -> int | None:
        """Whose name that is now."""
        rows = self.rows(
            "SELECT dialog_id FROM dialog_addresses WHERE bot_id = %(bot)s AND address = %(address)s"
            " AND until IS NULL",
            address=address,
        )
        return int(rows[0]["dialog_id"]) if rows else None

    def is_sound(self) -> bool:
        """Whether each dialog counts the rows that wait in it, and can be found by the name it is written to."""
        counted = self.rows("""
            SELECT d.id FROM dialogs d WHERE d.bot_id = %(bot)s AND d.received_seq - d.done_seq
                <> (SELECT count(*) FROM inbox i WHERE i.dialog_id = d.id AND i.status = 'received')""")
        lost = self.rows("""
            SELECT d.id FROM dialogs d WHERE d.bot_id = %(bot)s AND d.chat_id !~ '^(moved|gone|erased):'
               AND NOT EXISTS (SELECT FROM dialog_addresses a WHERE a.bot_id = d.bot_id
                                  AND a.address = d.chat_id AND a.dialog_id = d.id)""")
        return counted == [] and lost == []
