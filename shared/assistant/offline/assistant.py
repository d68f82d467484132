"""The offline assistant: answers every kind of turn by the skills' phrases and buttons, without a model."""

from __future__ import annotations

from dataclasses import replace

from shared.assistant import replies
from shared.assistant.attachments import notes_on_attachments
from shared.assistant.offline.hearing import said_in
from shared.assistant.results import miss, result_of
from shared.assistant.skill import Answer, Moment
from shared.assistant.skills.talk.skill import greeting
from shared.assistant.skillset import Skills
from shared.channels.contract import InboundMessage, Membership, MembershipChange
from shared.dialogs.contract import Turn, TurnResult

__all__ = ["OfflineAssistant"]


class OfflineAssistant:
    """Answers turns by rules; deterministic for a given catalogue and state."""

    def __init__(self, skills: Skills) -> None:
        self._skills = skills

    async def respond(self, turn: Turn) -> TurnResult:
        """Answer whatever the turn holds; only a turn of nothing but a block stays unanswered."""
        moment = Moment.of(turn)
        answer = await self._answer(moment)
        return TurnResult() if answer is None else result_of(moment, answer)

    async def _answer(self, moment: Moment) -> Answer | None:
        turn = moment.turn
        if turn.choice is not None:
            return await self.press(moment, turn.choice.id)
        taken = await self.fill_form(moment)
        if taken is not None:
            return taken
        notes = notes_on_attachments(turn)
        # «есть такой?» under a photo says no more than the photo does
        if turn.text.strip() and not (notes and self._skills.understand(said_in(turn)) is None):
            answer = await self._hear(moment)
            return replace(answer, messages=(*notes, *answer.messages))
        if notes:
            return Answer(notes, moment.state.with_help())
        if any(
            isinstance(event, MembershipChange) and event.change is not Membership.BLOCKED for event in turn.events
        ):
            return await greeting(moment)
        if any(isinstance(event, InboundMessage) for event in turn.events):
            return miss(moment)
        return None

    async def press(self, moment: Moment, button_id: str) -> Answer:
        """What a button does; one that nobody knows any more is explained."""
        answer = await self._skills.press(moment, button_id)
        if answer is not None:
            return answer
        return Answer((replies.say("button.expired", moment.language),), moment.state.with_help())

    async def fill_form(self, moment: Moment) -> Answer | None:
        """What the open form makes of the turn; ``None``: none is open, or this is clearly another wish."""
        form = self._skills.open_form(moment)
        if form is None or self._skills.typed_button(moment.turn) is not None:
            return None
        said = said_in(moment.turn)
        return await form.take(moment, said, self._skills.understand(said))

    async def _hear(self, moment: Moment) -> Answer:
        typed = self._skills.typed_button(moment.turn)
        if typed is not None:
            return await self.press(moment, typed)
        wish = self._skills.understand(said_in(moment.turn))
        answer = await wish.answer(moment) if wish is not None else None
        return miss(moment) if answer is None else answer
