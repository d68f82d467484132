"""The checkout as a form: which messages answer its question, and which are clearly another wish."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.assistant import buttons
from shared.assistant.edits import nothing_repeated
from shared.assistant.offline.understanding import SearchWords
from shared.assistant.products import ProductFinder
from shared.assistant.skill import Answer, Moment, Said, Strength, Wish
from shared.assistant.skills.cart.views import CHECKOUT
from shared.assistant.skills.checkout import phrases, views
from shared.assistant.skills.checkout.actions import STATE_KEY, CheckoutActions
from shared.assistant.skills.checkout.steps import (
    FREE_TEXT,
    SHARED,
    Step,
    meant_for,
    only_change,
    read_answer,
    read_change,
    read_other_answer,
)
from shared.assistant.skills.search.relaxing import category_word
from shared.assistant.skills.talk.skill import ACKNOWLEDGED, AGREED
from shared.channels.choices import choices_of
from shared.channels.contract import InboundMessage
from shared.channels.messages import ContactContent, LocationContent, Reply, RequestOver
from shared.dialogs.contract import Turn, TurnResult
from shared.orders.schemas import CheckoutDraft

__all__ = ["CheckoutForm"]

_CALL_ME = re.compile(r"(?:пере|по)?звон\w+|call\s+me|хабарлас\w*|қоңырау", re.IGNORECASE)
"""In a comment, a wish for the courier."""
_ANSWERS = frozenset([ACKNOWLEDGED, AGREED, "show_number"])
"""Wishes whose words («да», «нет», «2») say nothing about another subject."""
_LEADS_ON = frozenset([CHECKOUT, buttons.RETURN_TO_BOT])
"""Buttons beside which the way back to the question is not offered."""


class CheckoutForm:
    """A ``Form``: see ``docs/assistant.md`` for the rule that it follows."""

    def __init__(self, actions: CheckoutActions, finder: ProductFinder) -> None:
        self._actions = actions
        self._finder = finder

    def is_open(self, moment: Moment) -> bool:
        """Whether a question of the checkout waits for an answer."""
        return self._actions.step(moment) is not None or _corrects(self._actions, moment)

    async def take(self, moment: Moment, said: Said, other: Wish | None) -> Answer | None:
        """Take a message as an answer; ``None``: it is clearly another wish."""
        if moment.turn.edited:
            return await self._take_edit(moment, other)
        step = self._actions.step(moment)
        return None if step is None else await self._take_answer(moment, step, said, other)

    async def _take_answer(self, moment: Moment, step: Step, said: Said, other: Wish | None) -> Answer | None:
        shared = await self._take_shared(moment, step)
        if shared is not None:
            return shared
        words = said.text.strip()
        if not words or words.startswith("/"):
            return None
        own = await self._own_words(moment, step, words)
        if own is not None:
            return own
        if await self._is_elsewhere(moment, step, words, other):
            return None
        acknowledged = other is not None and other.name in (ACKNOWLEDGED, AGREED)
        # a long text is to be refused, not kept in part
        whole = moment.turn.text if step in FREE_TEXT else words
        answer = None if acknowledged else read_answer(step, whole)
        if answer is not None:
            return await self._actions.note(moment, answer, step=step)
        if other is not None and not meant_for(step, whole) and await self._means_something(moment, words, other):
            return None
        return await self._actions.ask(moment, step, again=True)

    def finish(self, moment: Moment, result: TurnResult) -> TurnResult:
        """The turn's result with a way back to the question that still waits, or without the keyboard of one that
        does not."""
        state = result.state or {}
        if not moment.kept(STATE_KEY) or not result.reply.messages:
            return result
        left_as_it_was = state.get(STATE_KEY) == moment.kept(STATE_KEY)
        if left_as_it_was and self._actions.step(moment) is not None:
            return _with_way_back(moment, result)
        if left_as_it_was:  # it waited too long
            state = {key: value for key, value in state.items() if key != STATE_KEY}
            result = replace(result, state=state)
        if _shares(moment.kept(STATE_KEY)) and not _shares(state.get(STATE_KEY)):
            return replace(result, reply=Reply(messages=(RequestOver(), *result.reply.messages)))
        return result

    async def _take_edit(self, moment: Moment, other: Wish | None) -> Answer | None:
        """The last answer, corrected, replaces what it said while nothing is ordered yet. Any other edit of an
        answer is told where the checkout stands."""
        words = moment.turn.text.strip()
        answered = self._actions.answered(moment)
        if answered is None and words and other is not None and await self._means_something(moment, words, other):
            return None
        corrected = read_answer(answered, words) if answered is not None else None
        if answered is not None and corrected is not None and self._actions.step(moment) is not None:
            return replace(await self._actions.note(moment, corrected, step=answered), corrects=True)
        return nothing_repeated(moment, await self._actions.stand(moment))

    async def _take_shared(self, moment: Moment, step: Step) -> Answer | None:
        """A shared contact or place, where the question is about it."""
        contact, place = _shared(moment.turn)
        if contact is not None and step is Step.PHONE:
            return await self._actions.take_contact(moment, contact)
        if place is not None and step is Step.ADDRESS:
            return await self._actions.note(moment, CheckoutDraft(address=_address(place)))
        return None

    async def _own_words(self, moment: Moment, step: Step, words: str) -> Answer | None:
        """The form's own words."""
        if phrases.CANCEL.search(words):
            return await self._actions.leave(moment)
        if phrases.BACK.search(words):
            return await self._actions.back(moment)
        better = read_other_answer(step, words)
        if better is not None:
            return await self._actions.note(moment, better)
        anew = read_change(words)
        # «подъезд другой, номер 4» is part of an address, «позвоните на другой номер» is a comment
        if anew is not None and (step not in (Step.ADDRESS, Step.COMMENT) or only_change(words)):
            return await self._actions.ask(moment, anew)
        if step is Step.COMMENT and phrases.SKIP.search(words):
            return await self._actions.note(moment, CheckoutDraft(comment=""))
        if step is not Step.SUMMARY:
            return None
        if phrases.EDIT.search(words):
            return await self._actions.edit(moment)
        seen = self._actions.seen(moment)
        return await self._actions.confirm(moment, seen) if seen and phrases.CONFIRM.search(words) else None

    async def _is_elsewhere(self, moment: Moment, step: Step, words: str, other: Wish | None) -> bool:
        """Whether the words are another wish, whatever the question would make of them."""
        if words.rstrip(" )!").endswith("?") or phrases.ASKING.match(words):
            return True
        if other is not None and other.name == "show_number" and step is Step.NAME and moment.state.shown:
            return True
        if other is None or other.name in _ANSWERS:
            return False
        match other.phrase.strength:
            case Strength.URGENT:
                return step is not Step.COMMENT or not _CALL_ME.search(words)
            case Strength.WHOLE:
                return True
            case Strength.PASSING:
                return step not in FREE_TEXT and read_answer(step, words) is None
            case Strength.REST:
                # «уберите диван» is no address, though it may be a comment
                removes = other.name == "remove_named" and step is not Step.COMMENT
                return (removes or step is Step.NAME) and await self._names_goods(moment, words, other)

    async def _means_something(self, moment: Moment, words: str, other: Wish) -> bool:
        """Whether words that answer nothing are a wish; any words at all could be searched for."""
        if other.name in _ANSWERS:
            return False
        return other.phrase.strength is not Strength.REST or await self._names_goods(moment, words, other)

    async def _names_goods(self, moment: Moment, words: str, other: Wish) -> bool:
        """«красный диван» is a wish, though it might be a name."""
        if isinstance(other.read, SearchWords) and (other.read.colour or other.read.priced):
            return True
        async with moment.turn.session() as session:
            categories = await self._finder.categories(session, language=moment.language)
        return category_word(words.split(), categories) is not None


def _corrects(actions: CheckoutActions, moment: Moment) -> bool:
    """Whether the turn is an edit of the answer that was given last, also after the order was placed."""
    return moment.turn.edited and actions.answered(moment) is not None


def _with_way_back(moment: Moment, result: TurnResult) -> TurnResult:
    """A button back, but where one leads back already, or the bot falls silent for a person."""
    *others, last = result.reply.messages
    if any(choice.id in _LEADS_ON for choice in choices_of(last)):
        return result
    return replace(result, reply=Reply(messages=(*others, views.with_way_back(last, moment.language))))


def _shares(kept: Any) -> bool:
    """Whether the question is one that puts up a keyboard."""
    return isinstance(kept, Mapping) and kept.get("step") in SHARED


def _shared(turn: Turn) -> tuple[ContactContent | None, LocationContent | None]:
    """The contact and the place that were shared last in the turn."""
    contact = place = None
    for event in turn.events:
        if isinstance(event, InboundMessage) and isinstance(event.content, ContactContent):
            contact = event.content
        if isinstance(event, InboundMessage) and isinstance(event.content, LocationContent):
            place = event.content
    return contact, place


def _address(place: LocationContent) -> str:
    """A place as the courier reads it: what it is called, and where it lies in degrees."""
    degrees = f"{place.latitude:.5f}, {place.longitude:.5f}"
    return ", ".join(filter(None, (place.name.strip(), place.address.strip(), degrees)))[:500]
