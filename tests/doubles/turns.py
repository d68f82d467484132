"""Turns as dialogs make them, for tests of responders."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots.schemas import BotSnapshot
from shared.channels.contract import InboundMessage, Membership, MembershipChange, Person, Platform
from shared.channels.messages import ChoiceContent, InboundContent, ProductCard, ProductCards, TextContent
from shared.dialogs.contract import MemoryMessage, Turn, TurnResult
from shared.kernel.languages import Language

__all__ = ["NOW", "bot", "message", "pressed", "shown_skus", "started", "turn", "typed", "words"]

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_SHOPPER = Person(id="77010000000", name="Айгуль")


def bot(**changes: Any) -> BotSnapshot:
    """A furniture shop's bot in Almaty."""
    return BotSnapshot(
        **{
            "company_id": UUID(int=1),
            "company_name": "Уют",
            "bot_id": UUID(int=2),
            "platform": Platform.TELEGRAM,
            "mode": "assistant",
            "language": Language.RU,
            "city_id": UUID(int=3),
            "city_name": "Алматы",
            "currency": "KZT",
            "timezone": "Asia/Almaty",
            "system_prompt": "",
            "settings": {},
            "config_version": 1,
            "daily_model_budget": None,
            **changes,
        }
    )


def message(content: InboundContent, number: int = 1) -> InboundMessage:
    """A message with any content."""
    return InboundMessage(
        event_id=str(number),
        occurred_at=NOW,
        order_key=number,
        chat_id="1",
        sender=_SHOPPER,
        content=content,
        message_id=str(number),
    )


def typed(text: str) -> InboundMessage:
    """Typed words."""
    return message(TextContent(text=text))


def pressed(button_id: str) -> InboundMessage:
    """A pressed button."""
    return message(ChoiceContent(id=button_id))


def started() -> MembershipChange:
    """The person opened the chat."""
    return MembershipChange(
        event_id="1", occurred_at=NOW, order_key=1, chat_id="1", sender=_SHOPPER, change=Membership.STARTED
    )


@dataclass
class _Sessions:
    """Opens sessions without a database: enough for collaborators that live in memory."""

    opened: list[AsyncSession] = field(default_factory=list)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[AsyncSession]:
        session = AsyncSession()
        self.opened.append(session)
        try:
            yield session
        finally:
            await session.close()


def turn(
    *events: str | InboundMessage | MembershipChange,
    language: Language = Language.RU,
    state: Mapping[str, Any] | None = None,
    after: TurnResult | None = None,
    memory: Sequence[MemoryMessage] = (),
    seconds: float = 60.0,
    session: Any = None,
    dialog_id: int = 7,
    of: BotSnapshot | None = None,
    said_since: int = 0,
) -> Turn:
    """A turn of typed words (plain strings) and other events; ``after`` goes on from an earlier result.

    ``said_since``: messages that others (a notice, the staff) added to the history after a question was put.
    """
    before = (after.state if after is not None else state) or {}
    return Turn(
        bot=of or bot(),
        dialog_id=dialog_id,
        customer_id=_SHOPPER.id,
        customer_name=_SHOPPER.name,
        language=language,
        events=[typed(event) if isinstance(event, str) else event for event in events],
        memory=memory,
        state=before,
        session=session or _Sessions(),
        started_at=NOW,
        history_seq=(before.get("asked") or {}).get("history", 0) + said_since,
        deadline=time.monotonic() + seconds,
    )


def shown_skus(result: TurnResult) -> list[str]:
    """Article numbers on the cards of a reply, in order."""
    skus: list[str] = []
    for outgoing in result.reply.messages:
        if isinstance(outgoing, ProductCard):
            skus.append(outgoing.sku)
        elif isinstance(outgoing, ProductCards):
            skus += [card.sku for card in outgoing.cards]
    return skus


def words(result: TurnResult) -> str:
    """All words of a reply."""
    return result.reply.plain
