"""What a responder is: the one thing to write for a new kind of bot.

A responder gets a ``Turn`` (what the person said since the last answer, with the memory of the talk) and
returns a ``TurnResult``: what to say, and what else to commit with it. It opens short read transactions
through ``turn.session()``, never holds one over a network call, and writes only by ``effects`` and
``settle``, which the dialog commits in one transaction together with history and outbox. Run again after a
crash, a turn must come to an equivalent result: nothing outside that transaction may change.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeGuard
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots.schemas import BotSnapshot
from shared.channels.contract import InboundMessage, MembershipChange
from shared.channels.messages import ChoiceContent, EchoContent, Reply, TextContent
from shared.dialogs.bells import Bell
from shared.kernel.languages import Language

__all__ = [
    "AnalyticsEvent",
    "DialogFollower",
    "Effect",
    "MemoryMessage",
    "Responder",
    "Role",
    "Settlement",
    "Turn",
    "TurnResult",
    "is_echo",
    "no_link",
]


class Role(StrEnum):
    """Who said a message of the history."""

    SHOPPER = "shopper"
    BOT = "bot"
    STAFF = "staff"
    NOTE = "note"
    """Nobody: a mark of what happened, which neither shoppers nor models read."""


@dataclass(frozen=True, slots=True)
class MemoryMessage:
    """One earlier message, as the model may read it."""

    role: Role
    text: str
    at: datetime


Effect = Callable[[AsyncSession], Awaitable[Bell | None]]
"""A write that is committed with the turn, or not at all; it may name a bell to ring after the commit."""


class DialogFollower(Protocol):
    """A capability that keeps things by dialog, or by what dialogs know of a person. It never commits."""

    async def follow(self, session: AsyncSession, dialog_id: int, *, source: int | None) -> None:
        """The dialog's names changed: another number, or none.

        ``source``: a dialog that proved to be the same chat and ended in this one; all that is kept of it is this
        one's.
        """


Settlement = Callable[[AsyncSession], Awaitable["TurnResult"]]
"""Writes whose outcome is part of the answer, made in the transaction that commits the turn: no network call."""


def no_link(_parameter: str) -> None:
    """The ``private_link`` of a turn that needs none."""


def is_echo(event: InboundMessage | MembershipChange) -> TypeGuard[InboundMessage]:
    """Whether the shop wrote it and not the person."""
    return isinstance(event, InboundMessage) and isinstance(event.content, EchoContent)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a responder answers."""

    bot: BotSnapshot
    dialog_id: int
    customer_id: str
    """The person's identity at the platform, for tools that act on the person's own things."""
    customer_name: str
    language: Language
    events: Sequence[InboundMessage | MembershipChange]
    """All that came since the last answer, in the platform's order; at least one."""
    memory: Sequence[MemoryMessage]
    """Earlier messages, oldest first, without this turn's."""
    state: Mapping[str, Any]
    """What this responder left here last time (JSON), e.g. the last search for «ещё» and «дешевле»."""
    session: Callable[[], AbstractAsyncContextManager[AsyncSession]]
    """Opens a short transaction bound to this dialog's company; other companies do not exist in it."""
    started_at: datetime
    deadline: float
    """``time.monotonic()`` by which the answer must be there."""
    staff_user_id: UUID | None = None
    """The user of the company whose own messenger this is; ``None``: a shopper's."""
    history_seq: int = 0
    """How many messages the history holds before this turn's, whoever said them."""
    language_chosen: bool = False
    """Whether the person asked for ``language``; otherwise it is what their words look like."""
    group: bool = False
    """Everybody in a group reads the answer: nothing personal is said or done. ``customer_id``, ``customer_name``,
    ``memory`` and ``state`` are those of the one who spoke."""
    private_link: Callable[[str], str | None] = no_link
    """Makes the address that opens the person's private chat with the bot and hands it a parameter (see
    ``shared.dialogs.openings``); ``None`` where there is no such address."""
    edited: bool = False
    """Whether this is an edit, and nothing else, of a message that was carried out: the answers to it changed
    something, or nobody knows. What it asks for is not carried out again; the answer tells how things stand."""

    @property
    def text(self) -> str:
        """The words of all text messages and captions of the turn, one per line."""
        lines = []
        for event in self.events:
            if isinstance(event, InboundMessage):
                content = event.content
                lines.append(content.text if isinstance(content, TextContent) else getattr(content, "caption", ""))
        return "\n".join(line for line in lines if line)

    @property
    def echoes(self) -> Sequence[InboundMessage]:
        """What somebody of the shop wrote in this chat outside of Zeta; the person said none of it."""
        return [event for event in self.events if is_echo(event)]

    @property
    def choice(self) -> ChoiceContent | None:
        """The button pressed in this turn, if any; it is all that the turn holds."""
        for event in reversed(self.events):
            if isinstance(event, InboundMessage) and isinstance(event.content, ChoiceContent):
                return event.content
        return None


@dataclass(frozen=True, slots=True)
class AnalyticsEvent:
    """A countable fact (``search``, ``card_viewed``, ``escalated``…) with non-personal properties."""

    kind: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a responder wants said and committed."""

    reply: Reply = field(default_factory=Reply)
    state: Mapping[str, Any] | None = None
    """The new state; ``None`` keeps the old one."""
    effects: Sequence[Effect] = ()
    settle: Settlement | None = None
    """Decides the answer while it is committed, after the effects: an order's number is known only then. What it
    returns replaces the reply and the state of this result; its effects and analytics are added to this one's."""
    analytics: Sequence[AnalyticsEvent] = ()
    forget: bool = False
    """Begin a new conversation: memory before this turn is no longer shown to the model."""
    about: Collection[int] | None = None
    """Set for a private turn, as a member of staff's work is: neither its words nor its answer join the history;
    they are forgotten when it is done and when the answer is sent. The ids of the dialogs whose people the answer
    tells of: when one of them is erased, so is the answer while it waits. ``None``: the turn is kept."""
    language: Language | None = None
    """A language that the person asked for; stored."""
    changed: bool = False
    """Whether the answer changes something that an edit of the message must not change once more. Where it settles,
    what that returns decides."""
    pass_on: bool = False
    """Not mine after all (the hand-over ended): commit my effects and let the bot's own responder answer."""


class Responder(Protocol):
    """Answers turns of one kind of bot. One instance per worker; must be safe to call concurrently."""

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer a turn before ``turn.deadline``. An exception fails the attempt; the turn is tried again."""
