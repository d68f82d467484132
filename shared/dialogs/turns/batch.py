"""What of a dialog's waiting rows makes the next turn. Pure: rows in, turn out.

Rows come in the platform's own order. A turn begins when the row in front is due, and takes along what came
after it: whose own window is still open would only be answered apart. An album that is still arriving is waited
for. A pressed button is a turn of its own, for it has its own answer; pressed twice, it is one. An edit of a
message in the same turn replaces it in place; after a failed attempt only the first row is taken, so that one bad
row does not hold the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.channels.contract import AddressChange, InboundMessage, MembershipChange
from shared.channels.messages import ChoiceContent
from shared.dialogs.inbox.events import StoredEvent
from shared.dialogs.turns.history import words_of

__all__ = ["Batch", "WaitingRow", "form_batch", "without_invisible_edits"]


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One inbox row that was not answered yet."""

    id: int
    due_at: datetime
    event: StoredEvent
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of a turn and the events that they amount to."""

    row_ids: tuple[int, ...]
    events: tuple[InboundMessage | MembershipChange, ...]
    due_at: datetime | None
    """When the rows that are left fall due; ``None``: none is left."""
    received_at: datetime | None
    """When the last row of the turn arrived; ``None`` in an empty batch."""
    changes: tuple[AddressChange, ...] = ()
    """What happened to the chat's names: a turn of its own, before whatever was said after it."""

    @property
    def edited_ids(self) -> list[str]:
        """The platform's ids of the messages that were edited."""
        return [event.message_id for event in self.events if isinstance(event, InboundMessage) and event.edited]


def form_batch(rows: Sequence[WaitingRow], *, now: datetime, merge: bool) -> Batch:
    """Form the turn of ``rows`` (in the platform's order) at the moment ``now``.

    ``merge`` off takes the first row alone. Returns an empty batch when the first row is not due yet.
    """
    taken = 0
    for row in rows if merge else rows[:1]:
        if row.due_at > now and (taken == 0 or _is_album_part(row)):
            break
        if taken and isinstance(row.event, AddressChange) != isinstance(rows[0].event, AddressChange):
            break
        if taken and _pressed(row.event) != _pressed(rows[taken - 1].event):
            break
        taken += 1
    rest = rows[taken:]
    return Batch(
        row_ids=tuple(row.id for row in rows[:taken]),
        events=tuple(_with_edits(rows[:taken])),
        due_at=rest[0].due_at if rest else None,
        received_at=max((row.received_at for row in rows[:taken]), default=None),
        changes=tuple(row.event for row in rows[:taken] if isinstance(row.event, AddressChange)),
    )


def without_invisible_edits(batch: Batch, last_words: Mapping[str, str]) -> Batch:
    """The batch without edits that change no word of an answered message (Telegram reports those too).

    ``last_words``: what the edited messages said when they were answered, by message id.
    """
    kept = tuple(event for event in batch.events if not _is_invisible(event, last_words))
    return replace(batch, events=kept)


def _is_invisible(event: InboundMessage | MembershipChange, last_words: Mapping[str, str]) -> bool:
    if not isinstance(event, InboundMessage) or not event.edited:
        return False
    return last_words.get(event.message_id) == words_of(event.content)


def _pressed(event: StoredEvent) -> str | None:
    """The id of the button, where one was pressed."""
    if isinstance(event, InboundMessage) and isinstance(event.content, ChoiceContent):
        return event.content.id
    return None


def _is_album_part(row: WaitingRow) -> bool:
    return isinstance(row.event, InboundMessage) and row.event.album_id is not None


def _with_edits(rows: Sequence[WaitingRow]) -> list[InboundMessage | MembershipChange]:
    events: list[InboundMessage | MembershipChange] = []
    for row in rows:
        event = row.event
        if isinstance(event, AddressChange):
            continue
        if isinstance(event, InboundMessage) and event.edited:
            place = next(
                (
                    index
                    for index, earlier in enumerate(events)
                    if isinstance(earlier, InboundMessage) and earlier.message_id == event.message_id
                ),
                None,
            )
            if place is not None:
                events[place] = event
                continue
        events.append(event)
    return events
