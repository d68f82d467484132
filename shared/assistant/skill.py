"""What a skill is: one thing that the assistant can do, with every way that leads to it.

A skill lives in a room of its own (``skills/<name>/``) and hands over a ``Skill``:

* ``tools``: what the model may call;
* ``buttons``: the ids of the buttons that are its own;
* ``phrases``: the words that mean it, for turns without a model;
* ``arrivals``: content without words that means it (an order from the messenger's own catalogue);
* ``form``: questions that it asks one after another, where it has any.

All of them lead to the same actions, and an action returns an ``Answer``. An action that changes something does
not do so itself: its answer carries a ``Write``, which runs once, in the transaction that commits the turn, and
tells the rest of the answer there. So a turn that is run again after a crash comes to an equivalent result, and
what a shopper reads is what was committed.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from shared.assistant.asked import Asked
from shared.assistant.facts import Evidence
from shared.assistant.products import FoundProduct, ProductQuery
from shared.assistant.state import AssistantState
from shared.channels.messages import OutboundMessage
from shared.dialogs.contract import AnalyticsEvent, Effect, Turn, TurnResult
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language

__all__ = [
    "Answer",
    "Arrival",
    "ButtonFamily",
    "Form",
    "Found",
    "Label",
    "Moment",
    "Phrase",
    "Said",
    "Skill",
    "Strength",
    "Tool",
    "ToolArguments",
    "Wish",
    "Write",
]


@dataclass(frozen=True, slots=True)
class Moment:
    """What an action knows: the turn, and what the assistant remembers of the dialog."""

    turn: Turn
    state: AssistantState

    @classmethod
    def of(cls, turn: Turn) -> Moment:
        """Read the dialog's state."""
        return cls(turn, AssistantState.of(turn.state))

    @property
    def language(self) -> Language:
        """The language to answer in."""
        return self.turn.language

    def kept(self, key: str) -> Mapping[str, Any]:
        """What a skill left in the dialog's state under its own key; empty where there is nothing readable."""
        value = self.turn.state.get(key)
        return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Found:
    """Products from which the cards under the model's words are chosen."""

    products: tuple[FoundProduct, ...]
    has_more: bool = False
    query: ProductQuery | None = None
    """Set for a list that «ещё» and «дешевле» can go on from; ``None`` for single products."""


Write = Callable[[AsyncSession], Awaitable["Answer"]]
"""A change, made in the session's transaction, and what there is to tell of it.

It runs in the transaction that commits the turn. For the model it is rehearsed before, in a transaction that is
rolled back: it changes nothing but the database, and opens no session of its own.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an action has to say and to leave behind."""

    messages: tuple[OutboundMessage, ...] = ()
    state: AssistantState | None = None
    """What the assistant remembers afterwards; ``None``: as before."""
    analytics: tuple[AnalyticsEvent, ...] = ()
    effects: tuple[Effect, ...] = ()
    """Writes with nothing to tell."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """New values of the skill's own keys in the dialog's state (JSON); ``None`` takes a key away."""
    write: Write | None = None
    """The change, whose own answer follows this one's messages."""
    facts: object = None
    """What the model reads of it: JSON, or words of ours (``error: …``)."""
    evidence: Evidence = field(default_factory=Evidence)
    found: Found | None = None
    """Products to choose cards from; an answer with these leaves its cards to the model's words."""
    refused: bool = False
    """Nothing was changed after all; the facts say why. The model's call for it is then left out of the turn."""
    asks: Asked | None = None
    """The question that the last message puts, for a typed «да» or «нет»."""
    final: bool = False
    """Nothing is to be added by the model: these messages are the whole answer."""
    learns: bool = False
    """It changes something by what it counts: a taste, learnt from ``analytics``."""
    corrects: bool = False
    """It replaces what the edited message said before."""

    @property
    def changes(self) -> bool:
        """Whether anything is changed by it, but for what the assistant remembers of the talk."""
        return self.write is not None or bool(self.effects) or self.learns


# ---- words ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A shopper's words, ready to be read (NFC, straight apostrophes, a bounded length)."""

    text: str
    implied_thousands: bool = False
    """Whether «до 150» means 150 thousand in this shop's currency."""


class Strength(IntEnum):
    """How surely words mean a wish; the surest is asked first, and within one, the order of the skills decides."""

    URGENT = 0
    """A complaint or a call for a person, wherever it stands in a message."""
    WHOLE = 1
    """The phrase is all there is, but for courtesies."""
    PASSING = 2
    """A word that tells the subject, wherever it stands."""
    REST = 3
    """Whatever nobody else understood: the search."""


def _never(_read: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that mean a wish, and what is done about it."""

    wish: str
    """Its name, unique among all skills."""
    strength: Strength
    read: Callable[[Said], object | None]
    """What the words tell (a place in the list, a quantity, or just ``True``); ``None``: they do not mean this."""
    answer: Callable[[Moment, Any], Awaitable[Answer | None]]
    """Gets what was read; ``None``: nothing to do now, the words count as not understood."""
    public: bool = False
    """Answered in groups although its skill is not ``public``: it neither does nor tells anything personal."""
    goes_on: Callable[[Any], bool] = _never
    """Whether what was read is often said in one breath with the next message, so that the two are one request:
    «привет», «второй», «беру». Gets what was read. Words that fall to the search always may."""

    @classmethod
    def matching(
        cls,
        wish: str,
        strength: Strength,
        pattern: re.Pattern[str],
        answer: Callable[[Moment], Awaitable[Answer | None]],
        *,
        public: bool = False,
        goes_on: bool = False,
    ) -> Phrase:
        """A phrase that says no more than its pattern does; ``goes_on``: whatever it reads."""

        async def just_answer(moment: Moment, _read: object) -> Answer | None:
            return await answer(moment)

        return cls(
            wish,
            strength,
            lambda said: True if pattern.search(said.text) else None,
            just_answer,
            public=public,
            goes_on=lambda _read: goes_on,
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """What was understood of a message."""

    phrase: Phrase
    read: object

    @property
    def name(self) -> str:
        """The wish's name."""
        return self.phrase.wish

    @property
    def goes_on(self) -> bool:
        """Whether the next message may belong to it."""
        return self.phrase.goes_on(self.read)

    async def answer(self, moment: Moment) -> Answer | None:
        """Do it."""
        return await self.phrase.answer(moment, self.read)


# ---- buttons ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ButtonFamily:
    """Buttons of one kind: one id (``more``), or all that begin so, where it ends in ``:`` or ``#`` (``card:``)."""

    start: str
    press: Callable[[Moment, str], Awaitable[Answer | None]]
    """Gets the whole id; ``None``: the button means nothing any more."""

    def owns(self, button_id: str) -> bool:
        """Whether the button is one of these."""
        if self.start[-1] in ":#":
            return button_id.startswith(self.start)
        return button_id == self.start


@dataclass(frozen=True, slots=True)
class Label:
    """The words on a button, in every language: some messengers send labels back, and people type them."""

    words: Callable[[], Collection[str]]
    button_id: str


# ---- content ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrival:
    """Content of one kind that needs no words: it has one right answer, which needs no model."""

    content: type[BaseModel]
    answer: Callable[[Moment, Any], Awaitable[Answer]]
    """Gets the content; the moment's turn holds nothing else."""
    words: Callable[[Any], str] = lambda _content: ""
    """Words that came with it: they are answered like typed ones."""


# ---- the model --------------------------------------------------------------------------------------------


class ToolArguments(BaseModel):
    """Arguments of a tool; an invented field is an error: dropped silently, it would change what is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Tool:
    """What the model may call. It acts for one turn: no argument names a company, a dialog or a person."""

    name: str
    description: str
    arguments: type[ToolArguments]
    run: Callable[[Moment, Any], Awaitable[Answer]]
    """Gets the validated arguments. A ``write`` in its answer is rehearsed; the model reads the facts of that."""


# ---- forms ------------------------------------------------------------------------------------------------


class Form(Protocol):
    """Questions that are asked one after another; the step is kept in the dialog's state under the skill's key.

    While it is open, a message goes to it first. ``other`` is what the words would mean without the form.
    """

    def is_open(self, moment: Moment) -> bool:
        """Whether a question of it waits for an answer."""

    async def take(self, moment: Moment, said: Said, other: Wish | None) -> Answer | None:
        """Take a message as an answer; ``None``: it is clearly another wish, and the form stays open."""

    def finish(self, moment: Moment, result: TurnResult) -> TurnResult:
        """The decided result of any turn, with what the form adds: that its question still waits, or is over."""


@dataclass(frozen=True, slots=True)
class Skill:
    """One thing that the assistant can do."""

    name: str
    tools: tuple[Tool, ...] = ()
    buttons: tuple[ButtonFamily, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    labels: tuple[Label, ...] = ()
    texts: tuple[Texts, ...] = ()
    """The catalogues whose texts ``button.…`` stand on its buttons."""
    phrases: tuple[Phrase, ...] = ()
    form: Form | None = None
    now: Callable[[Moment], Awaitable[Answer]] | None = None
    """How things stand, of what its actions change: the answer to an edit that would have changed them again."""
    rules: str = ""
    """What the model has to know to use the tools well: a sentence or two of its prompt."""
    public: bool = False
    """Answered in groups too, before everybody's eyes. Any other skill is a person's own affair: in a group it
    leads into the private chat (``shared.assistant.groups``)."""
