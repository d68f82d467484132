"""Answers what members of staff want in their own messengers, before anything else answers.

A linked member's chat stays a shopper's chat as well: the desk takes its own buttons and commands, and, in reply
mode, the words; everything else goes on to the bot. Reply mode begins with «Ответить», and ends with «Готово», with
/start, or when the escalation is no longer the member's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.messages import Reply
from shared.dialogs.bells import Bell
from shared.dialogs.contract import Turn, TurnResult
from shared.dialogs.notices import Recipient
from shared.escalations import service
from shared.escalations.desk import REPLY_LIMIT, EscalationDesk
from shared.escalations.records import record_act_of_member, record_link_by_member
from shared.escalations.schemas import Escalation
from shared.escalations.staff import cards, links
from shared.escalations.staff.linking import answer_link
from shared.escalations.staff.people import find_member, member_name
from shared.escalations.staff.wishes import StaffWish, Words, link_wish, steps_of
from shared.kernel.errors import NotFound

__all__ = ["StaffResponder"]

_STATE_KEY = "staff"
_NOT_MINE = TurnResult(pass_on=True)


class StaffResponder:
    """A ``Responder`` that passes on whatever is not the staff's."""

    def __init__(self, desk: EscalationDesk) -> None:
        self._desk = desk

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer a code, or a linked member's wish or words; pass on all else. Reads in short transactions."""
        link = link_wish(turn)
        linking = await answer_link(turn, link) if link is not None else None
        if linking is not None and not linking.pass_on:
            return linking
        result = await self._serve(turn) if turn.staff_user_id is not None else _NOT_MINE
        if linking is not None:
            return replace(result, effects=(*linking.effects, *result.effects))
        return result

    async def _serve(self, turn: Turn) -> TurnResult:
        user_id, steps = turn.staff_user_id, steps_of(turn)
        wishes = any(isinstance(step, StaffWish) for step in steps)
        if user_id is None or not (wishes or (steps and _answering(turn.state) is not None)):
            return _NOT_MINE
        if not await self._serves(turn, user_id):
            return TurnResult(reply=cards.say("staff.not_serving", turn.language), state=_with(turn.state, None))
        result = TurnResult()
        for step in steps:
            then = await self._take_step(turn, step, user_id)
            result = _joined(result, then)
            turn = turn if then.state is None else replace(turn, state=then.state)
        return result

    async def _take_step(self, turn: Turn, step: StaffWish | Words, user_id: UUID) -> TurnResult:
        if isinstance(step, StaffWish):
            return await self._act(turn, step, user_id)
        answering = _answering(turn.state)
        return TurnResult() if answering is None else await self._write(turn, answering, step, user_id)

    async def _serves(self, turn: Turn, user_id: UUID) -> bool:
        async with turn.session() as session:
            member = await find_member(session, user_id)
        return member is not None and member.serves

    async def _act(self, turn: Turn, wish: StaffWish, user_id: UUID) -> TurnResult:
        match wish.act:
            case "open":
                return await self._list(turn)
            case "unlink":
                return self._unlink(turn, user_id)
            case "done":
                return TurnResult(reply=cards.say("staff.done", turn.language), state=_with(turn.state, None))
        found = await self._find(turn, wish.escalation_id) if wish.escalation_id is not None else None
        if found is None:
            return TurnResult(reply=cards.say("staff.ended", turn.language))
        if wish.act == "show":
            now = turn.started_at
            return TurnResult(reply=cards.card("staff.heading.open", *found, turn.language, now=now))
        if refusal := await self._refusal(turn, found[0], user_id):
            return TurnResult(reply=refusal)
        return self._change(turn, wish, found, user_id)

    def _change(
        self, turn: Turn, wish: StaffWish, found: tuple[Escalation, Recipient], user_id: UUID
    ) -> TurnResult:
        escalation, shopper = found
        language = turn.language
        if wish.act == "close":
            answering = _answering(turn.state)
            state = turn.state if answering != escalation.id else _with(turn.state, None)

            async def close(session: AsyncSession) -> Bell | None:
                before = await service.get(session, escalation.id, lock=True)
                after = await self._desk.resolve(session, escalation.id, by=user_id)
                await record_act_of_member(
                    session, user_id, turn.bot.platform, "resolved", before=before, after=after
                )
                return "deliveries"

            return TurnResult(reply=cards.about("staff.closed", shopper, language), state=state, effects=(close,))

        async def take(session: AsyncSession) -> None:
            before = await service.get(session, escalation.id, lock=True)
            after = await service.take(session, escalation.id, user_id)
            if after != before:
                await record_act_of_member(session, user_id, turn.bot.platform, "taken", before=before, after=after)

        if wish.act == "take":
            return TurnResult(reply=cards.offer("staff.taken", escalation.id, shopper, language), effects=(take,))
        return TurnResult(
            reply=cards.while_answering("staff.answering", escalation.id, shopper, language),
            state=_with(turn.state, escalation.id),
            effects=(take,),
        )

    async def _write(self, turn: Turn, escalation_id: UUID, words: Words, user_id: UUID) -> TurnResult:
        found = await self._find(turn, escalation_id)
        if found is None:
            return TurnResult(reply=cards.say("staff.not_sent", turn.language), state=_with(turn.state, None))
        escalation, shopper = found
        if refusal := await self._refusal(turn, escalation, user_id):
            return TurnResult(reply=refusal, state=_with(turn.state, None))
        if shopper.blocked:
            return TurnResult(reply=cards.about("staff.unreachable", shopper, turn.language))
        if len(words.text) > REPLY_LIMIT:
            return TurnResult(reply=cards.say("staff.too_long", turn.language, limit=REPLY_LIMIT))
        stays = cards.say("staff.attachments_stay", turn.language) if words.attachments else Reply()
        if not words.text:
            return TurnResult(reply=stays)

        async def say(session: AsyncSession) -> Bell | None:
            before = await service.get(session, escalation.id, lock=True)
            after = await self._desk.reply(session, escalation.id, words.text, user_id=user_id)
            await record_act_of_member(session, user_id, turn.bot.platform, "answered", before=before, after=after)
            return "deliveries"

        sent = cards.while_answering("staff.sent", escalation.id, shopper, turn.language)
        return TurnResult(reply=_together(stays, sent), effects=(say,))

    async def _list(self, turn: Turn) -> TurnResult:
        async with turn.session() as session:
            waiting = [
                (escalation, await self._desk.notices.recipient(session, escalation.dialog_id))
                for escalation in await service.list_open(session, limit=cards.LIST_LIMIT)
            ]
        return TurnResult(reply=cards.listed(waiting, turn.language))

    def _unlink(self, turn: Turn, user_id: UUID) -> TurnResult:
        async def unlink(session: AsyncSession) -> None:
            before = await links.find_link(session, user_id)
            await links.unlink(session, user_id)
            await record_link_by_member(session, user_id, turn.bot.platform, before, None)

        return TurnResult(
            reply=cards.say("link.gone", turn.language), state=_with(turn.state, None), effects=(unlink,)
        )

    async def _find(self, turn: Turn, escalation_id: UUID) -> tuple[Escalation, Recipient] | None:
        """The escalation and its shopper; ``None`` where it has ended or never was this company's."""
        async with turn.session() as session:
            try:
                escalation = await service.get(session, escalation_id)
            except NotFound:
                return None
            if not escalation.active:
                return None
            return escalation, await self._desk.notices.recipient(session, escalation.dialog_id)

    async def _refusal(self, turn: Turn, escalation: Escalation, user_id: UUID) -> Reply | None:
        """Why the member may not act on it: it is a colleague's, or their own wish for a person."""
        if escalation.dialog_id == turn.dialog_id:
            return cards.say("staff.own", turn.language)
        if escalation.assignee_id in (None, user_id):
            return None
        async with turn.session() as session:
            name = await member_name(session, escalation.assignee_id)
        return cards.say("staff.taken_by", turn.language, name=name)


def _answering(state: Mapping[str, Any]) -> UUID | None:
    """The escalation that a member's words go to."""
    kept = state.get(_STATE_KEY)
    try:
        return UUID(str(kept["answering"])) if isinstance(kept, Mapping) else None
    except (KeyError, ValueError):
        return None


def _with(state: Mapping[str, Any], answering: UUID | None) -> Mapping[str, Any]:
    others = {key: value for key, value in state.items() if key != _STATE_KEY}
    return others if answering is None else {**others, _STATE_KEY: {"answering": str(answering)}}


def _together(*replies: Reply) -> Reply:
    return Reply(messages=tuple(message for reply in replies for message in reply.messages))


def _joined(first: TurnResult, then: TurnResult) -> TurnResult:
    """What two steps of one turn come to."""
    return TurnResult(
        reply=_together(first.reply, then.reply),
        state=then.state if then.state is not None else first.state,
        effects=(*first.effects, *then.effects),
    )
