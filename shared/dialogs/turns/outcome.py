"""What a turn's result comes to: its writes, whom it tells of, its language, what is counted of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots.schemas import BotSnapshot
from shared.channels.contract import InboundMessage
from shared.channels.messages import Reply, RichText, TextMessage
from shared.dialogs.bells import Bell
from shared.dialogs.contract import AnalyticsEvent, TurnResult, is_echo
from shared.dialogs.texts import TEXTS
from shared.dialogs.turns.asker import Asker
from shared.dialogs.turns.batch import Batch
from shared.kernel.detection import detect_language
from shared.kernel.languages import Language

__all__ = ["counted", "language_of_turn", "limited", "settled", "told_of"]


async def settled(session: AsyncSession, result: TurnResult) -> tuple[TurnResult, set[Bell]]:
    """Carry out a result's writes; the result as they left it, and the bells to ring after the commit."""
    bells = [await effect(session) for effect in result.effects]
    if result.settle is not None:
        decided = await result.settle(session)
        bells += [await effect(session) for effect in decided.effects]
        result = replace(
            result,
            reply=decided.reply,
            state=decided.state,
            analytics=[*result.analytics, *decided.analytics],
            changed=decided.changed,
        )
    return result, {bell for bell in bells if bell is not None}


def told_of(result: TurnResult, asker: Asker, status: str) -> list[int] | None:
    """Whom the turn's events and calls tell of; where it is set, they are forgotten once they are done. In a group
    they always are, since only its history is kept by person; what was given up stays, to be tried again."""
    if result.about is not None:
        return sorted(result.about)
    return [] if asker.in_group and status != "failed" else None


def language_of_turn(bot: BotSnapshot, asker: Asker, batch: Batch) -> Language:
    """The chosen language, else that of the words, else the one known, else the bot's."""
    if asker.language_chosen and asker.language is not None:
        return asker.language
    for event in reversed(batch.events):
        if isinstance(event, InboundMessage):
            words = getattr(event.content, "text", "") or getattr(event.content, "caption", "")
            if words and not words.startswith("/") and (found := detect_language(words)) is not None:
                return found
    return asker.language or bot.language


def counted(batch: Batch, result: TurnResult, now: datetime) -> tuple[AnalyticsEvent, ...]:
    """The event ``turn``: what a shopper wrote and was told, and how long they waited for it."""
    reply = result.reply
    messages = sum(isinstance(event, InboundMessage) and not is_echo(event) for event in batch.events)
    if not messages or batch.received_at is None or result.about is not None:
        return ()
    properties = {"messages": messages, "replies": len(reply.messages)}
    if reply.messages:
        properties["ms"] = max(0, round((now - batch.received_at).total_seconds() * 1000))
    return (AnalyticsEvent("turn", properties),)


def limited(warn_seconds: float | None, language: Language) -> TurnResult:
    """The answer to somebody who writes too much: one warning, then silence."""
    analytics = (AnalyticsEvent("limited"),)
    if warn_seconds is None:
        return TurnResult(analytics=analytics)
    text = TEXTS.count("limited", round(warn_seconds), language)
    return TurnResult(reply=Reply(messages=(TextMessage(text=RichText.of(text)),)), analytics=analytics)
