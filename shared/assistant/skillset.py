"""All skills together: who understands these words, whose button this is, which tools there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from shared.assistant.asked import answered_button
from shared.assistant.cards import Cards
from shared.assistant.edits import unrepeated
from shared.assistant.offline.understanding import readable
from shared.assistant.skill import Answer, Arrival, ButtonFamily, Form, Moment, Phrase, Said, Skill, Tool, Wish
from shared.assistant.tool_schema import tool_schema
from shared.channels.contract import InboundMessage, MembershipChange
from shared.dialogs.contract import Turn

__all__ = ["Skills"]


class Skills:
    """The skills in their order, which decides among phrases of the same strength.

    Args:
        skills: all of them.
        cards: makes the cards of products, with the skills' buttons on them.

    Raises:
        ValueError: two skills claim one name, wish, button or tool.
    """

    def __init__(self, skills: Sequence[Skill], *, cards: Cards) -> None:
        self.cards = cards
        self._skills = skills = tuple(unrepeated(skill) for skill in skills)
        self._phrases: tuple[Phrase, ...] = tuple(
            sorted((phrase for skill in skills for phrase in skill.phrases), key=lambda phrase: phrase.strength)
        )
        self._buttons: tuple[ButtonFamily, ...] = tuple(family for skill in skills for family in skill.buttons)
        self._labels = tuple(label for skill in skills for label in skill.labels)
        self.tools: Mapping[str, Tool] = {tool.name: tool for skill in skills for tool in skill.tools}
        """By name, in the order in which the model is told of them."""
        self._arrivals = tuple(arrival for skill in skills for arrival in skill.arrivals)
        self.forms: tuple[Form, ...] = tuple(skill.form for skill in skills if skill.form is not None)
        _each_once("skill", [skill.name for skill in skills])
        _each_once("wish", [phrase.wish for phrase in self._phrases])
        _each_once("button", [family.start for family in self._buttons])
        _each_once("content", [arrival.content.__name__ for arrival in self._arrivals])
        _each_once("tool", [tool.name for skill in skills for tool in skill.tools])

    def __iter__(self) -> Iterator[Skill]:
        return iter(self._skills)

    def understand(self, said: Said) -> Wish | None:
        """What words mean, or ``None``."""
        for phrase in self._phrases:
            read = phrase.read(said)
            if read is not None:
                return Wish(phrase, read)
        return None

    def is_whole_request(self, text: str) -> bool:
        """Whether a text says all of a request, so that a message beside it is another one.

        A question, the words on a button, and whatever a phrase understands are; not the words that fall to the
        search («красный», «до 150 000»), nor what often begins or ends a thought («привет», «второй»).
        """
        words = text.strip()
        if words.rstrip(" )!.").endswith("?") or words.casefold() in self._titles:
            return True
        wish = self.understand(Said(readable(words)))
        return wish is not None and not wish.goes_on

    @cached_property
    def _titles(self) -> frozenset[str]:
        """The words on all buttons, in every language: some messengers send them back, and people type them."""
        of_texts = (title for skill in self._skills for texts in skill.texts for title in texts.starting("button."))
        of_labels = (title for label in self._labels for title in label.words())
        return frozenset(title.casefold() for title in (*of_texts, *of_labels))

    def typed_button(self, turn: Turn) -> str | None:
        """The id of the button that a turn's words press: «да» and «нет» to the question put last, or its label."""
        return answered_button(turn) or self.labelled(turn.text)

    def labelled(self, text: str) -> str | None:
        """The id of the button whose label is all that was said."""
        words = text.strip().casefold()
        if not words:
            return None
        return next(
            (label.button_id for label in self._labels if any(words == one.casefold() for one in label.words())),
            None,
        )

    def arrival(self, event: InboundMessage | MembershipChange) -> Arrival | None:
        """Whose the content of an event is, where it is an answerable wish by itself."""
        if not isinstance(event, InboundMessage):
            return None
        return next((one for one in self._arrivals if isinstance(event.content, one.content)), None)

    async def press(self, moment: Moment, button_id: str) -> Answer | None:
        """What a button's skill answers; ``None``: no skill knows it (any more)."""
        for family in self._buttons:
            if family.owns(button_id):
                return await family.press(moment, button_id)
        return None

    def open_form(self, moment: Moment) -> Form | None:
        """The form that waits for an answer."""
        return next((form for form in self.forms if form.is_open(moment)), None)

    @property
    def rules(self) -> tuple[str, ...]:
        """What the model has to know, skill by skill."""
        return tuple(skill.rules for skill in self._skills if skill.rules)

    @cached_property
    def tool_definitions(self) -> tuple[Mapping[str, Any], ...]:
        """The tools as a request carries them; made once, since a schema takes pydantic most of a millisecond."""
        return tuple(
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool_schema(tool.arguments),
                },
            }
            for tool in self.tools.values()
        )


def _each_once(what: str, names: Sequence[str]) -> None:
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise ValueError(f"more than one skill claims the {what} {', '.join(repeated)}")
