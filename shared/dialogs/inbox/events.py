"""How an event of a channel becomes a row of the inbox: its wait, its order, its stored form."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from shared.channels.contract import (
    AddressChange,
    AddressNews,
    DeliveryUpdate,
    Ignored,
    InboundEvent,
    InboundMessage,
    MembershipChange,
    Person,
)
from shared.channels.messages import EchoContent, TextContent, UnsupportedContent
from shared.kernel.clock import utc_now
from shared.runtime.settings import Settings

__all__ = ["LATE_AFTER", "NO_WINDOWS", "StoredEvent", "Windows", "inbox_row", "stored_event"]

_log = logging.getLogger(__name__)

LATE_AFTER = timedelta(seconds=5)
"""What is received so long after it was written was held up on its way: an outage, here or at the platform."""

StoredEvent = InboundMessage | MembershipChange | AddressChange
"""What an inbox row's ``event`` holds."""

_STORED_EVENT: TypeAdapter[StoredEvent] = TypeAdapter(Annotated[StoredEvent, Field(discriminator="kind")])
_IN_THE_BOOK = {"number", "also", "formerly", "phone"}
"""Names of the chat: ``receive_events`` writes them down where an erasure finds them, not here."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How long rows wait for more, in milliseconds."""

    merge: int
    album: int
    album_limit: int
    late: int

    @classmethod
    def of(cls, settings: Settings) -> Windows:
        """The windows that the settings name."""
        return cls(
            merge=round(settings.merge_window * 1000),
            album=round(settings.album_window * 1000),
            album_limit=round(settings.album_limit * 1000),
            late=round(settings.late_window * 1000),
        )


NO_WINDOWS = Windows(0, 0, 0, 0)
"""For what waits for nothing more."""


def inbox_row(event: InboundEvent, *, bot_id: UUID, place: int, windows: Windows) -> dict[str, Any]:
    """The argument of the SQL function ``receive_events`` for one event.

    Args:
        event: what the channel read.
        bot_id: whose webhook it was.
        place: 1-based index of the raw body to store with it; 0: none.
        windows: how long plain text, album parts, and whatever comes late wait.
    """
    row: dict[str, Any] = {
        "place": place,
        "bot_id": str(bot_id),
        "kind": event.kind,
        "event_id": event.event_id,
        "order_key": event.order_key,
        "occurred_at": event.occurred_at.isoformat(),
    }
    match event:
        case InboundMessage() | MembershipChange() | AddressChange():
            row |= _of_dialog(event, windows)
        case DeliveryUpdate():
            row |= {
                # it only tells copies apart, and stays: WhatsApp's ids of messages hold the person's number
                "event_id": hashlib.sha256(event.event_id.encode()).hexdigest(),
                "platform_message_id": event.platform_message_id,
                "reference": _outbox_id(event.reference),
                "state": event.state.value,
                "error_code": event.error_code,
            }
        case Ignored():
            row |= {"event": {"reason": event.reason}, "place": place if event.keep_raw else 0}
    return row


def stored_event(stored: Mapping[str, Any], *, row_id: int, chat_id: str) -> StoredEvent:
    """Read an inbox row's ``event`` back.

    One that this version cannot read (written by a newer one) becomes a message of an unsupported type: the
    person gets a polite answer, and the dialog goes on.
    """
    try:
        return _STORED_EVENT.validate_python(stored)
    except ValidationError:
        _log.error("a stored event cannot be read", extra={"inbox": row_id})
        return InboundMessage(
            event_id=str(row_id),
            occurred_at=utc_now(),
            order_key=0,
            chat_id=chat_id,
            sender=Person(id=chat_id),
            content=UnsupportedContent(type="unreadable"),
            message_id=str(row_id),
        )


def _of_dialog(event: StoredEvent, windows: Windows) -> dict[str, Any]:
    row: dict[str, Any] = {
        "chat_id": event.chat_id,
        "number": event.number,
        "event": _STORED_EVENT.dump_python(event, mode="json", exclude_none=True, exclude=_IN_THE_BOOK),
        "wait_ms": 0,
    }
    if isinstance(event, AddressChange):
        return row | {
            "customer_id": event.chat_id,
            "phone": event.phone,
            "change": event.change.value,
            "also": list(event.also),
            "formerly": list(event.formerly),
            # only groups move
            "group": event.change is AddressNews.MOVED,
        }
    row |= _person_of_dialog(event)
    if isinstance(event, MembershipChange):
        row["change"] = event.change.value
    elif isinstance(event.content, EchoContent):
        # of the dialog, and not spoken by the person: the platform's reply window stays as it is
        row["kind"] = "membership"
    elif event.album_id is not None:
        row |= {"album_id": event.album_id, "wait_ms": windows.album, "limit_ms": windows.album_limit}
    elif utc_now() - event.occurred_at > LATE_AFTER:
        # what was written before it may come right behind it: platforms deliver a backlog in any order
        row["wait_ms"] = windows.late
    elif isinstance(event.content, TextContent) and not event.content.text.startswith("/"):
        row["wait_ms"] = windows.merge
    return row


def _person_of_dialog(event: InboundMessage | MembershipChange) -> dict[str, Any]:
    """Who the dialog is with. A group is many people: its dialog is with none of them."""
    if isinstance(event, InboundMessage) and event.group:
        return {"group": True, "customer_id": event.chat_id, "customer_name": event.chat_title}
    sender = event.sender
    return {
        "customer_id": sender.id,
        "customer_name": sender.name,
        "phone": sender.phone,
        "language": sender.language.value if sender.language else None,
    }


def _outbox_id(reference: str | None) -> int | None:
    """Our reference is an outbox id; anything else that a platform carries back is not ours."""
    return int(reference) if reference and reference.isdecimal() and len(reference) < 19 else None
