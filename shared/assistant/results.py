"""From what skills answered to what the dialog commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant import buttons, replies
from shared.assistant.asked import OFFERED_MANAGER
from shared.assistant.asked import STATE_KEY as ASKED
from shared.assistant.skill import Answer, Moment, Write
from shared.assistant.state import MISSES_BEFORE_OFFER
from shared.channels.messages import OutboundMessage, Reply
from shared.dialogs.contract import AnalyticsEvent, TurnResult

__all__ = ["followed_by", "miss", "once_decided", "one_after_another", "preceded", "result_of"]


def result_of(moment: Moment, answer: Answer, *, writes: Sequence[Write] = ()) -> TurnResult:
    """An answer as the turn's result; its change, and ``writes`` before it, are made while the turn is committed.

    Of several changes the last one's messages are said: it tells how things stand after all of them.
    """
    to_write = (*writes, *((answer.write,) if answer.write is not None else ()))
    if not to_write:
        return _plain(moment, answer)

    async def settle(session: AsyncSession) -> TurnResult:
        told, changed = Answer(), False
        for write in to_write:
            written = await write(session)
            changed = changed or not written.refused
            told = followed_by(replace(told, messages=()), written)
        return _plain(moment, followed_by(answer, told), changed=changed)

    return TurnResult(settle=settle)


def preceded(result: TurnResult, messages: Sequence[OutboundMessage]) -> TurnResult:
    """The result with ``messages`` before its own, also before those that are known only once it is committed."""
    if not messages:
        return result
    return once_decided(result, lambda told: replace(told, reply=Reply(messages=(*messages, *told.reply.messages))))


def once_decided(result: TurnResult, change: Callable[[TurnResult], TurnResult]) -> TurnResult:
    """The result changed as soon as its reply and its state are known: now, or while the turn is committed."""
    if result.settle is None:
        return change(result)
    decide = result.settle

    async def settle(session: AsyncSession) -> TurnResult:
        return once_decided(await decide(session), change)

    return replace(result, settle=settle)


def one_after_another(first: TurnResult, second: TurnResult, before: Mapping[str, Any]) -> TurnResult:
    """Two results of one turn as one; both went out from the state ``before``."""
    if first.settle is None and second.settle is None:
        return _joined(first, second, before)

    async def settle(session: AsyncSession) -> TurnResult:
        return _joined(await _decided(first, session), await _decided(second, session), before)

    return TurnResult(
        settle=settle,
        effects=(*first.effects, *second.effects),
        analytics=(*first.analytics, *second.analytics),
    )


async def _decided(result: TurnResult, session: AsyncSession) -> TurnResult:
    """What a result comes to besides the effects and the analytics that it brought itself."""
    if result.settle is not None:
        return await result.settle(session)
    return replace(result, effects=(), analytics=())


def _joined(first: TurnResult, second: TurnResult, before: Mapping[str, Any]) -> TurnResult:
    state = second.state if first.state is None else first.state
    if first.state is not None and second.state is not None:
        # the second's word counts wherever it changed anything
        keys = {*before, *first.state, *second.state}
        latest = {key: first.state if second.state.get(key) == before.get(key) else second.state for key in keys}
        state = {key: kept[key] for key, kept in latest.items() if key in kept}
    return TurnResult(
        reply=Reply(messages=(*first.reply.messages, *second.reply.messages)),
        state=state,
        effects=(*first.effects, *second.effects),
        analytics=(*first.analytics, *second.analytics),
        changed=first.changed or second.changed,
    )


def followed_by(first: Answer, second: Answer) -> Answer:
    """Two answers of one turn as one."""
    return Answer(
        messages=(*first.messages, *second.messages),
        state=second.state if second.state is not None else first.state,
        analytics=(*first.analytics, *second.analytics),
        effects=(*first.effects, *second.effects),
        learns=first.learns or second.learns,
        kept={**first.kept, **second.kept},
        asks=second.asks if second.messages else first.asks,
    )


def miss(moment: Moment) -> Answer:
    """The answer where nothing was understood; the second in a row offers a person instead."""
    missed = moment.state.with_miss()
    counted = (AnalyticsEvent("not_understood"),)
    if missed.misses >= MISSES_BEFORE_OFFER:
        return Answer((), missed, counted)
    catalogue = replies.button("categories", buttons.CATEGORIES, moment.language)
    return Answer((replies.say("not_understood", moment.language, catalogue),), missed, counted)


def _plain(moment: Moment, answer: Answer, *, changed: bool = False) -> TurnResult:
    after = answer.state if answer.state is not None else moment.state
    messages, asks = answer.messages, answer.asks
    if answer.state is not None and after.misses >= MISSES_BEFORE_OFFER:
        messages, asks = (*messages, replies.offer_of_manager(moment.language)), OFFERED_MANAGER
    asked = {ASKED: None if asks is None else asks.kept(moment.turn)}
    state = {
        key: value for key, value in {**moment.turn.state, **answer.kept, **asked}.items() if value is not None
    }
    return TurnResult(
        reply=Reply(messages=messages),
        state=after.into(state),
        effects=answer.effects,
        analytics=answer.analytics,
        changed=changed or answer.changes,
    )
