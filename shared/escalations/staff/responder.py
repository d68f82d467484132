"""Answers what members of staff want in their own messengers, before anything else answers.

A linked member's chat stays a shopper's chat as well: the desk takes its own buttons and commands, words that quote
a shopper, and, in reply mode, all words; everything else goes on to the bot. Reply mode begins with «Ответить», and
ends with «Готово», with /start, or when the escalation is no longer the member's. What the desk takes is private:
it joins no history.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.messages import Reply
from shared.dialogs.bells import Bell
from shared.dialogs.contract import Turn, TurnResult
from shared.escalations import service
from shared.escalations.desk import EscalationDesk
from shared.escalations.records import record_act_of_member, record_link_by_member
from shared.escalations.staff import cards, links
from shared.escalations.staff.answering import StaffAnswers, refusal
from shared.escalations.staff.cases import Case, cases_for, find_case
from shared.escalations.staff.chat import ServingChat
from shared.escalations.staff.linking import answer_link
from shared.escalations.staff.people import Member, find_member
from shared.escalations.staff.wishes import StaffWish, Words, link_wish, steps_of

__all__ = ["StaffResponder"]

_NOT_MINE = TurnResult(pass_on=True)


class StaffResponder:
    """A ``Responder`` that passes on whatever is not the staff's."""

    def __init__(self, desk: EscalationDesk) -> None:
        self._desk = desk
        self._answers = StaffAnswers(desk)

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer a code, or a linked member's wish or words; pass on all else. Reads in short transactions."""
        link = link_wish(turn)
        linking = await answer_link(turn, link) if link is not None else None
        if linking is not None and not linking.pass_on:
            return linking
        result = await self._serve(turn)
        if linking is not None:
            return replace(result, effects=(*linking.effects, *result.effects))
        return result

    async def _serve(self, turn: Turn) -> TurnResult:
        steps = steps_of(turn) if turn.staff_user_id is not None else []
        chat = ServingChat.of(turn.state)
        wishes = any(isinstance(step, StaffWish) for step in steps) or (bool(steps) and chat.answering is not None)
        if turn.staff_user_id is None or not (wishes or any(_may_be_mine(step) for step in steps)):
            return _NOT_MINE
        async with turn.session() as session:
            member = await find_member(session, turn.staff_user_id)
        if member is not None and steps == [StaffWish("unlink")]:
            return self._unlink(turn, member)
        if member is None or not member.serves:
            if not wishes:
                return _NOT_MINE
            state = chat.writing_to(None).into(turn.state)
            language = turn.language if member is None else member.language
            return TurnResult(reply=cards.say("staff.not_serving", language), state=state, about=())
        return await self._take_steps(turn, steps, member)

    async def _take_steps(self, turn: Turn, steps: list[StaffWish | Words], member: Member) -> TurnResult:
        result: TurnResult | None = None
        for step in steps:
            if isinstance(step, StaffWish):
                then: TurnResult | None = await self._act(turn, step, member)
            else:
                then = await self._answers.write(turn, step, member)
            if then is None:
                continue
            result = then if result is None else _joined(result, then)
            turn = turn if then.state is None else replace(turn, state=then.state)
        return _NOT_MINE if result is None else result

    async def _act(self, turn: Turn, wish: StaffWish, member: Member) -> TurnResult:
        chat = ServingChat.of(turn.state)
        match wish.act:
            case "open":
                return await self._list(turn, wish.offset, member)
            case "unlink":
                return self._unlink(turn, member)
            case "done":
                done = cards.say("staff.done", member.language)
                return TurnResult(reply=done, state=chat.writing_to(None).into(turn.state), about=())
            case "drop":
                state = chat.writing_to(chat.answering).into(turn.state)
                return TurnResult(reply=cards.say("staff.dropped", member.language), state=state, about=())
        async with turn.session() as session:
            case = await find_case(session, self._desk.notices, wish.escalation_id) if wish.escalation_id else None
        if case is None:
            return TurnResult(reply=cards.say("staff.ended", member.language), about=())
        result = await self._act_on(turn, wish, case, member)
        return replace(result, about=[case.shopper.dialog_id])

    async def _act_on(self, turn: Turn, wish: StaffWish, case: Case, member: Member) -> TurnResult:
        if wish.act == "show":
            now = turn.started_at
            return TurnResult(reply=cards.card("staff.heading.open", case, member.language, now=now))
        if wish.act == "seize" and case.escalation.dialog_id != turn.dialog_id:
            return self._seize(turn, case, member)
        if refused := refusal(turn, case, member):
            return TurnResult(reply=refused)
        if wish.act == "send":
            return await self._answers.send_held(turn, case, member)
        if wish.act == "close":
            return self._close(turn, case, member)
        return self._take(turn, case, member, answer=wish.act == "reply")

    def _close(self, turn: Turn, case: Case, member: Member) -> TurnResult:
        chat = ServingChat.of(turn.state)

        async def close(session: AsyncSession) -> Bell | None:
            before = await service.get(session, case.escalation.id, lock=True)
            after = await self._desk.resolve(session, case.escalation.id, by=member.user_id)
            await record_act_of_member(
                session, member.user_id, turn.bot.platform, "resolved", before=before, after=after
            )
            return "deliveries"

        state = chat.writing_to(None).into(turn.state) if chat.answering == case.escalation.id else None
        closed = cards.about("staff.closed", case.shopper, member.language)
        return TurnResult(reply=closed, state=state, effects=(close,))

    def _take(self, turn: Turn, case: Case, member: Member, *, answer: bool) -> TurnResult:
        async def take(session: AsyncSession) -> None:
            before = await service.get(session, case.escalation.id, lock=True)
            after = await service.take(session, case.escalation.id, member.user_id)
            if after != before:
                await record_act_of_member(
                    session, member.user_id, turn.bot.platform, "taken", before=before, after=after
                )

        # whoever has it has been told all that was said
        new = case.escalation.assignee_id is None
        if not answer:
            taken = cards.offer("staff.taken", case, member.language, show_talk=new)
            return TurnResult(reply=taken, effects=(take,))
        state = ServingChat.of(turn.state).writing_to(case.escalation.id).into(turn.state)
        answering = cards.while_answering("staff.answering", case, member.language, show_talk=new)
        return TurnResult(reply=answering, state=state, effects=(take,))

    def _seize(self, turn: Turn, case: Case, member: Member) -> TurnResult:
        async def seize(session: AsyncSession) -> Bell | None:
            before = await service.get(session, case.escalation.id, lock=True)
            after = await self._desk.seize(session, before, member)
            if after != before:
                await record_act_of_member(
                    session, member.user_id, turn.bot.platform, "assigned", before=before, after=after
                )
            return "deliveries"

        taken = cards.offer("staff.taken", case, member.language, show_talk=True)
        return TurnResult(reply=taken, effects=(seize,))

    async def _list(self, turn: Turn, offset: int, member: Member) -> TurnResult:
        answering = ServingChat.of(turn.state).answering
        async with turn.session() as session:
            notices = self._desk.notices
            page = partial(cases_for, session, notices, member.user_id, own=turn.dialog_id, limit=cards.LIST_LIMIT)
            found = await page(offset=offset)
            if offset and not found.cases:
                # so many have ended since the button was shown
                offset = 0
                found = await page(offset=offset)
            case = await find_case(session, notices, answering) if answering is not None else None
        reply = cards.listed(
            found,
            member.language,
            now=turn.started_at,
            user_id=member.user_id,
            offset=offset,
            writing_to="" if case is None else case.shopper.name,
        )
        return TurnResult(reply=reply, about=[each.shopper.dialog_id for each in found.cases])

    def _unlink(self, turn: Turn, member: Member) -> TurnResult:
        async def unlink(session: AsyncSession) -> None:
            before = await links.find_link(session, member.user_id)
            await links.unlink(session, member.user_id)
            await record_link_by_member(session, member.user_id, turn.bot.platform, before, None)

        state = ServingChat().into(turn.state)
        return TurnResult(reply=cards.say("link.gone", member.language), state=state, effects=(unlink,), about=())


def _may_be_mine(step: StaffWish | Words) -> bool:
    """Whether words outside of reply mode may be for a shopper."""
    return isinstance(step, Words) and (step.quoted is not None or step.edited)


def _joined(first: TurnResult, then: TurnResult) -> TurnResult:
    """What two steps of one turn come to."""
    return TurnResult(
        reply=Reply(messages=(*first.reply.messages, *then.reply.messages)),
        state=then.state if then.state is not None else first.state,
        effects=(*first.effects, *then.effects),
        about={*(first.about or ()), *(then.about or ())},
    )
