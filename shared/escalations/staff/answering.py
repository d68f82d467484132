"""A member's words on their way to a shopper: whom they are for, and what goes there.

They are for the shopper whose message they quote; else for the one of reply mode. Where the chat has told of
another shopper since, nobody can know: the words are held, and the member is asked. A correction of a sent message
goes where the message went, whoever is answered by now.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.channels.contract import Platform
from shared.channels.messages import MediaContent, MediaKind, Reply
from shared.dialogs.bells import Bell
from shared.dialogs.contract import Turn, TurnResult
from shared.escalations import service
from shared.escalations.desk import REPLY_LIMIT, EscalationDesk
from shared.escalations.records import record_act_of_member
from shared.escalations.staff import cards
from shared.escalations.staff.cases import Case, find_case, in_history, newest_other, quoted_escalation
from shared.escalations.staff.chat import Held, ServingChat
from shared.escalations.staff.people import Member
from shared.escalations.staff.wishes import Words
from shared.kernel.languages import Language

__all__ = ["StaffAnswers", "refusal"]


class StaffAnswers:
    """Passes words on. One per worker."""

    def __init__(self, desk: EscalationDesk) -> None:
        self._desk = desk

    async def write(self, turn: Turn, words: Words, member: Member) -> TurnResult | None:
        """Send words to whom they are for; ``None``: they are for no shopper."""
        chat = ServingChat.of(turn.state)
        if words.edited:
            return await self._correct(turn, words, member, chat)
        quoted = await self._quoted(turn, words)
        target = quoted or chat.answering
        if target is None:
            return None
        case = await self._find(turn, target)
        if case is None:
            left = chat.writing_to(None) if target == chat.answering else chat
            return TurnResult(
                reply=cards.say("staff.not_sent", member.language), state=left.into(turn.state), about=()
            )
        if quoted is None:
            other = await self._other(turn, case, member)
            if other is not None:
                return _asked(turn, words, (case, other), member.language)
        return await self._send(turn, words, case, member, chat)

    async def send_held(self, turn: Turn, case: Case, member: Member) -> TurnResult:
        """Send what was held to the shopper whom the member has named, and go on writing to them."""
        chat = ServingChat.of(turn.state)
        held = chat.held
        chat = chat.writing_to(case.escalation.id)
        turn = replace(turn, state=chat.into(turn.state))
        if held is None:
            return TurnResult(
                reply=cards.while_answering("staff.answering", case, member.language), state=turn.state, about=()
            )
        words = Words(held.text, held.files, held.others, held.parts)
        return await self._send(turn, words, case, member, chat)

    async def _correct(self, turn: Turn, words: Words, member: Member, chat: ServingChat) -> TurnResult | None:
        [(message_id, text)] = words.parts
        target = chat.went_to(message_id)
        if target is None:
            # it was said to the bot, or to a shopper long ago
            if chat.answering is None and await self._kept(turn, message_id):
                return None
            return TurnResult(reply=cards.say("staff.edit_stays", member.language), about=())
        if not chat.changed(message_id, text):
            return TurnResult(about=())
        case = await self._find(turn, target)
        if case is None:
            return TurnResult(reply=cards.say("staff.not_sent", member.language), about=())
        return await self._send(turn, replace(words, files=()), case, member, chat)

    async def _send(self, turn: Turn, words: Words, case: Case, member: Member, chat: ServingChat) -> TurnResult:
        """Send words, or say why not; either way they are held no longer: ``chat`` is what is remembered."""
        escalation, language = case.escalation, member.language
        about, state = [case.shopper.dialog_id], chat.into(turn.state)
        if refused := refusal(turn, case, member):
            after = chat.writing_to(None) if escalation.id == chat.answering else chat
            return TurnResult(reply=refused, state=after.into(turn.state), about=about)
        if case.shopper.blocked:
            return TurnResult(
                reply=cards.about("staff.unreachable", case.shopper, language), state=state, about=about
            )
        if len(words.text) > REPLY_LIMIT:
            too_long = cards.say("staff.too_long", language, limit=REPLY_LIMIT)
            return TurnResult(reply=too_long, state=state, about=about)
        files = [file for file in words.files if _can_be_passed_on(file, turn, case)]
        left = words.others or len(files) < len(words.files)
        stays = cards.say("staff.attachments_stay", language) if left else Reply()
        if not words.text and not files:
            # a correction alone may leave nothing: a photo's caption was taken away
            nothing = stays if left else cards.say("staff.edit_stays", language)
            return TurnResult(reply=nothing, state=state, about=about)

        async def say(session: AsyncSession) -> Bell | None:
            before = await service.get(session, escalation.id, lock=True)
            after = await self._desk.reply(session, escalation.id, words.text, user_id=member.user_id, files=files)
            await record_act_of_member(
                session, member.user_id, turn.bot.platform, "answered", before=before, after=after
            )
            return "deliveries"

        sent = cards.while_answering if escalation.id == chat.answering else cards.offer
        return TurnResult(
            reply=Reply(messages=(*stays.messages, *sent("staff.sent", case, language).messages)),
            state=chat.having_sent(escalation.id, words.parts).into(turn.state),
            effects=(say,),
            about=about,
        )

    async def _kept(self, turn: Turn, message_id: str) -> bool:
        async with turn.session() as session:
            return await in_history(session, turn.dialog_id, message_id)

    async def _quoted(self, turn: Turn, words: Words) -> UUID | None:
        if words.quoted is None:
            return None
        async with turn.session() as session:
            return await quoted_escalation(
                session, own=turn.dialog_id, bot_id=turn.bot.bot_id, message_id=words.quoted
            )

    async def _other(self, turn: Turn, case: Case, member: Member) -> Case | None:
        async with turn.session() as session:
            found = await newest_other(
                session, own=turn.dialog_id, user_id=member.user_id, about=case.shopper.dialog_id
            )
            return None if found is None else await find_case(session, self._desk.notices, found)

    async def _find(self, turn: Turn, escalation_id: UUID) -> Case | None:
        async with turn.session() as session:
            return await find_case(session, self._desk.notices, escalation_id)


def _can_be_passed_on(file: MediaContent, turn: Turn, case: Case) -> bool:
    """Telegram takes a file that the same bot received by its id, as what it was (Bot API, "Sending files")."""
    same_bot = case.shopper.bot_id == turn.bot.bot_id and turn.bot.platform is Platform.TELEGRAM
    return same_bot and file.file_id is not None and file.media in {MediaKind.PHOTO, MediaKind.DOCUMENT}


def _asked(turn: Turn, words: Words, cases: tuple[Case, Case], language: Language) -> TurnResult:
    """Hold the words, with those that are held already, and ask for which of the two shoppers they are."""
    chat = ServingChat.of(turn.state)
    before = chat.held or Held(text="")
    held = Held(
        text="\n".join(filter(None, (before.text, words.text))),
        files=(*before.files, *words.files),
        others=before.others + words.others,
        parts=(*before.parts, *words.parts),
    )
    return TurnResult(
        reply=cards.ask_whom(*cases, language),
        state=chat.holding(held).into(turn.state),
        about=[case.shopper.dialog_id for case in cases],
    )


def refusal(turn: Turn, case: Case, member: Member) -> Reply | None:
    """Why the member may not act on it: it is a colleague's, or their own wish for a person."""
    if case.escalation.dialog_id == turn.dialog_id:
        return cards.say("staff.own", member.language)
    if case.escalation.assignee_id in (None, member.user_id):
        return None
    return cards.taken_by(case, member.language)
