"""Answers a turn that consists of a code: the chat becomes the code's owner's own messenger."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared.dialogs.contract import AnalyticsEvent, Effect, Turn, TurnResult
from shared.escalations.records import record_link_by_member
from shared.escalations.staff import cards, links
from shared.escalations.staff.people import Member, find_member
from shared.escalations.staff.wishes import LinkWish

__all__ = ["answer_link"]


async def answer_link(turn: Turn, wish: LinkWish) -> TurnResult:
    """Link, or say why not. A wrong code that nobody announced is passed on: it may be an article number."""
    if wish.code is None:
        return TurnResult(reply=cards.say("link.how", turn.language))
    if turn.group:
        # everybody of the group would be that member of staff
        return _refused(turn, wish, "link.group")
    async with turn.session() as session:
        if await links.guessing(session, turn.dialog_id):
            return _refused(turn, wish, "link.guessing")
        user_id = await links.owner_of(session, wish.code)
        member = await find_member(session, user_id) if user_id is not None else None
    if member is None:
        return _refused(turn, wish, "link.wrong", effects=(_counting(turn.dialog_id),))
    return _linked(turn, wish.code, member)


def _linked(turn: Turn, code: str, member: Member) -> TurnResult:
    async def use_code(session: AsyncSession) -> None:
        before = await links.find_link(session, member.user_id)
        user_id = await links.link(session, code, turn.dialog_id)
        after = await links.find_link(session, user_id)
        await record_link_by_member(session, user_id, turn.bot.platform, before, after)

    key = "link.done" if member.serves else "link.done_viewer"
    return TurnResult(
        reply=cards.say(key, turn.language, name=member.name),
        effects=(use_code,),
        analytics=(AnalyticsEvent("staff_linked"),),
    )


def _refused(turn: Turn, wish: LinkWish, key: str, effects: tuple[Effect, ...] = ()) -> TurnResult:
    if not wish.asked:
        return TurnResult(effects=effects, pass_on=True)
    return TurnResult(reply=cards.say(key, turn.language), effects=effects)


def _counting(dialog_id: int) -> Effect:
    async def count(session: AsyncSession) -> None:
        await links.count_try(session, dialog_id)

    return count
