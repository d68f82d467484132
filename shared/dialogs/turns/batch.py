"""What of a dialog's waiting rows makes the next turn. Pure: rows in, turn out.

Rows are answered in the order in which they were written. A turn begins when the row in front is due, and takes
along the rows that go on with the same thought: fragments, typed within a second of one another. The platform's
times tell how far apart they were written, for what is delivered late comes all at once. A row that came in time
must also have come within the merge window of the one before it.

Turns of their own are news of the chat's names, a whole request (the bot's responder knows those), an edit of a
message that was answered, and a pressed button (pressed twice within a second, it is one press). An album that is
still arriving is waited for. An edit of a message that still waits replaces it in place, wherever the edit stands.
After a failed attempt only the first row is taken, so that one bad row does not hold the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from shared.channels.contract import AddressChange, InboundMessage, MembershipChange
from shared.channels.messages import ChoiceContent, FormContent, OrderContent
from shared.dialogs.contract import is_echo
from shared.dialogs.inbox.events import LATE_AFTER, StoredEvent
from shared.dialogs.turns.history import words_of

__all__ = ["Answered", "Batch", "MergeRule", "WaitingRow", "form_batch", "in_order", "with_edits_judged"]

_WHOLE_CONTENT = (OrderContent, FormContent)
"""What says all by itself, whatever words come with it."""
_SAME_THOUGHT = timedelta(seconds=1)
"""Fragments are written at most so far apart; Telegram and WhatsApp tell whole seconds."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One inbox row that was not answered yet."""

    id: int
    due_at: datetime
    event: StoredEvent
    received_at: datetime

    @property
    def late(self) -> bool:
        """Whether it came long after it was written: the time of its receipt tells nothing then."""
        return self.received_at - self.event.occurred_at > LATE_AFTER


@dataclass(frozen=True, slots=True)
class MergeRule:
    """Which rows may be parts of one thought.

    Args:
        window: rows that came in time are received at most so far apart.
        is_whole: whether a message says all of a request, so that nothing may be added to it.
    """

    window: timedelta
    is_whole: Callable[[InboundMessage], bool] = lambda _message: False

    def joins(self, earlier: WaitingRow, later: WaitingRow) -> bool:
        """Whether ``later``, the next one written after ``earlier``, goes on with it."""
        first, second = earlier.event, later.event
        if not _same_talk(first, second):
            return False
        if _inseparable(first, second):
            return True
        if _pressed(earlier.event) != _pressed(later.event):
            return False
        if abs(later.event.occurred_at - earlier.event.occurred_at) > _SAME_THOUGHT:
            return False
        if _pressed(earlier.event) is not None:
            return True
        in_time = not (earlier.late or later.late)
        if in_time and abs(later.received_at - earlier.received_at) > self.window:
            return False
        return not (self._stands_alone(earlier.event) or self._stands_alone(later.event))

    def _stands_alone(self, event: StoredEvent) -> bool:
        if not isinstance(event, InboundMessage):
            return False
        return event.edited or isinstance(event.content, _WHOLE_CONTENT) or self.is_whole(event)


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of a turn and the events that they amount to."""

    row_ids: tuple[int, ...]
    events: tuple[InboundMessage | MembershipChange, ...]
    due_at: datetime | None
    """When the rows that are left fall due; ``None``: none is left."""
    received_at: datetime | None
    """When the last row of the turn arrived; ``None`` in an empty batch."""
    repeats: bool = False
    """Whether it edits what was carried out: its answers changed something, or nobody knows."""
    changes: tuple[AddressChange, ...] = ()
    """What happened to the chat's names: a turn of its own, before whatever was said after it."""

    @property
    def edited_ids(self) -> list[str]:
        """The platform's ids of the messages that were edited."""
        return [event.message_id for event in self.events if isinstance(event, InboundMessage) and event.edited]


@dataclass(frozen=True, slots=True)
class Answered:
    """What is known of a message that was answered before it was edited."""

    words: str
    """What it said when it was answered last."""
    changed: bool
    """Whether any answer to it changed something, as far as is known."""


def in_order(rows: Sequence[WaitingRow]) -> list[WaitingRow]:
    """Rows that stand in the order of their keys, in the order of their writing.

    Of a platform that tells whole seconds, what was written in one second keeps the order of receipt. Its keys hold
    the place in the body behind the second, which says nothing about rows of other bodies; ids follow both.
    """
    return [row for _, same in groupby(rows, key=_moment) for row in sorted(same, key=lambda row: row.id)]


def form_batch(rows: Sequence[WaitingRow], *, now: datetime, rule: MergeRule | None) -> Batch:
    """Form the turn of ``rows`` (in the order of their writing) at the moment ``now``.

    ``rule`` ``None`` takes the first row alone. Returns an empty batch when the first row is not due yet.
    """
    taken: list[WaitingRow] = []
    if rows and rows[0].due_at <= now:
        taken = [rows[0]] if rule is None else _front(rows, now=now, rule=rule)
    row_ids = tuple(row.id for row in taken)
    left = [row for row in rows if row.id not in row_ids]
    return Batch(
        row_ids=row_ids,
        events=tuple(_with_edits(taken)),
        due_at=left[0].due_at if left else None,
        received_at=max((row.received_at for row in taken), default=None),
        changes=tuple(row.event for row in taken if isinstance(row.event, AddressChange)),
    )


def with_edits_judged(batch: Batch, answered: Mapping[str, Answered]) -> Batch:
    """The batch without edits that change no word of an answered message (Telegram reports those too), and whether
    the edits that are left are of something that was carried out.

    ``answered``: what is known of the edited messages, by message id.
    """
    kept: list[InboundMessage | MembershipChange] = []
    repeats = False
    for event in batch.events:
        if isinstance(event, InboundMessage) and event.edited:
            before = answered.get(event.message_id)
            if before is not None and before.words == words_of(event.content):
                continue
            repeats = repeats or before is None or before.changed
        kept.append(event)
    return replace(batch, events=tuple(kept), repeats=repeats)


def _front(rows: Sequence[WaitingRow], *, now: datetime, rule: MergeRule) -> list[WaitingRow]:
    """The first row, what goes on with it, and the edits of either."""
    replaced = _edits_of_waiting(rows)
    written = [row for row in rows if row.id not in replaced]
    taken = [written[0]]
    for row in written[1:]:
        if (row.due_at > now and _album_of(row.event) is not None) or not rule.joins(taken[-1], row):
            break
        taken.append(row)
    ids = {row.id for row in taken}
    return [row for row in rows if row.id in ids or replaced.get(row.id) in ids]


def _edits_of_waiting(rows: Sequence[WaitingRow]) -> dict[int, int]:
    """The edits of messages that wait themselves: the edit's row, and the row of what it replaces."""
    originals: dict[tuple[str, str], int] = {}
    found: dict[int, int] = {}
    for row in rows:
        event = row.event
        if not isinstance(event, InboundMessage):
            continue
        key = (event.sender.id, event.message_id)
        if event.edited and key in originals:
            found[row.id] = originals[key]
        elif not isinstance(event.content, ChoiceContent):  # a press bears the id of the message with the button
            originals.setdefault(key, row.id)
    return found


def _with_edits(rows: Sequence[WaitingRow]) -> list[InboundMessage | MembershipChange]:
    """The rows' events; one that was edited has its last content, at its place."""
    replaced = _edits_of_waiting(rows)
    events = {row.id: row.event for row in rows if not isinstance(row.event, AddressChange)}
    for edit, original in replaced.items():
        newest, event = events.pop(edit), events[original]
        assert isinstance(newest, InboundMessage)
        events[original] = event.model_copy(update={"content": newest.content})
    return list(events.values())


def _inseparable(first: StoredEvent, second: StoredEvent) -> bool:
    """Whether two events of one talk are one turn whenever they were written: news of the chat's names, parts of an
    album, and what stands beside the shop's own words, which have seen it: the bot has nothing to add."""
    if isinstance(first, AddressChange) or isinstance(second, AddressChange):
        return True
    if is_echo(first) or is_echo(second):
        return True
    return _album_of(first) is not None and _album_of(first) == _album_of(second)


def _same_talk(first: StoredEvent, second: StoredEvent) -> bool:
    """Whether both are of one person in one talk, or both news of its names: only then can they be one turn. A
    private chat is of one person, whatever names the messenger tells them by."""
    if isinstance(first, AddressChange) or isinstance(second, AddressChange):
        return isinstance(first, AddressChange) and isinstance(second, AddressChange)
    if not (isinstance(first, InboundMessage) and isinstance(second, InboundMessage)):
        return True
    same_person = not first.group or first.sender.id == second.sender.id
    return same_person and first.thread_id == second.thread_id


def _pressed(event: StoredEvent) -> str | None:
    """The id of the button, where one was pressed."""
    if isinstance(event, InboundMessage) and isinstance(event.content, ChoiceContent):
        return event.content.id
    return None


def _album_of(event: StoredEvent) -> str | None:
    return event.album_id if isinstance(event, InboundMessage) else None


def _moment(row: WaitingRow) -> tuple[int, datetime | None]:
    """Rows of one moment, as far as the platform tells it, have the same; a key that is no time is unique."""
    event = row.event
    second = int(event.occurred_at.astimezone(UTC).timestamp())
    if event.order_key // 1000 == second and event.occurred_at.microsecond == 0:
        return second, event.occurred_at
    return event.order_key, None
