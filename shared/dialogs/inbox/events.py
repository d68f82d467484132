"""How an event of a channel becomes a row of the inbox: its wait, its order, its stored form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from shared.channels.contract import DeliveryUpdate, Ignored, InboundEvent, InboundMessage, MembershipChange
from shared.channels.messages import TextContent
from shared.runtime.settings import Settings

__all__ = ["STORED_EVENT", "Windows", "inbox_row"]

STORED_EVENT: TypeAdapter[InboundMessage | MembershipChange] = TypeAdapter(InboundMessage | MembershipChange)
"""Reads an inbox row's ``event`` back."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How long rows wait for more, in milliseconds."""

    merge: int
    album: int
    album_limit: int

    @classmethod
    def of(cls, settings: Settings) -> Windows:
        """The windows that the settings name."""
        return cls(
            merge=round(settings.merge_window * 1000),
            album=round(settings.album_window * 1000),
            album_limit=round(settings.album_limit * 1000),
        )


def inbox_row(event: InboundEvent, *, bot_id: UUID, place: int, windows: Windows) -> dict[str, Any]:
    """The argument of the SQL function ``receive_events`` for one event.

    Args:
        event: what the channel read.
        bot_id: whose webhook it was.
        place: 1-based index of the raw body to store with it; 0: none.
        windows: how long plain text and album parts wait.
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
        case InboundMessage() | MembershipChange():
            row |= _of_dialog(event, windows)
        case DeliveryUpdate():
            row |= {
                "platform_message_id": event.platform_message_id,
                "reference": _outbox_id(event.reference),
                "state": event.state.value,
                "error_code": event.error_code,
                "refusal": event.refusal.value if event.refusal else None,
            }
        case Ignored():
            row |= {"event": {"reason": event.reason}}
    return row


def _of_dialog(event: InboundMessage | MembershipChange, windows: Windows) -> dict[str, Any]:
    sender = event.sender
    row: dict[str, Any] = {
        "chat_id": event.chat_id,
        "customer_id": sender.id,
        "customer_name": sender.name,
        "phone": sender.phone,
        "language": sender.language.value if sender.language else None,
        "event": STORED_EVENT.dump_python(event, mode="json", exclude_defaults=True, exclude_none=True)
        | {"kind": event.kind},
        "wait_ms": 0,
    }
    if isinstance(event, MembershipChange):
        row["change"] = event.change.value
    elif event.album_id is not None:
        row |= {"album_id": event.album_id, "wait_ms": windows.album, "limit_ms": windows.album_limit}
    elif isinstance(event.content, TextContent) and not event.content.text.startswith("/"):
        row["wait_ms"] = windows.merge
    return row


def _outbox_id(reference: str | None) -> int | None:
    """Our reference is an outbox id; anything else that a platform carries back is not ours."""
    return int(reference) if reference and reference.isdecimal() and len(reference) < 19 else None
