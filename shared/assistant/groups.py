"""The assistant in a group: everybody reads the answer, so it searches and tells facts, and does nothing personal.

A skill that is not ``public`` is a person's own affair: a cart, orders, alerts, their data, a call for a manager.
In a group its words, its buttons and the model give a link into the private chat (``shared.dialogs.openings``),
where the person finds what they asked for. The link of a button works for whoever presses it, for themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.assistant import replies
from shared.assistant.skill import Answer, ButtonFamily, Moment, Phrase, Skill, Strength, Tool, ToolArguments
from shared.assistant.skillset import Skills
from shared.channels.contract import InboundMessage
from shared.channels.messages import (
    AnyButton,
    Button,
    ButtonRows,
    ContactButton,
    LinkButton,
    LocationButton,
    OutboundMessage,
    ProductCards,
    Reply,
    TextMessage,
)
from shared.dialogs.contract import Turn, TurnResult
from shared.dialogs.openings import STATE_KEY, button_parameter, words_parameter
from shared.kernel.languages import Language

__all__ = ["GroupSkills"]

_LONGEST_WORDS = 500
_NO_WISH = "group"
"""The link's parameter where there is no wish to keep: it opens the chat."""


class _Nothing(ToolArguments):
    pass


class GroupSkills:
    """All skills as groups get them.

    Args:
        skills: all skills of the private chat.
    """

    def __init__(self, skills: Skills) -> None:
        self._personal = tuple(family for skill in skills if not skill.public for family in skill.buttons)
        self.skills = Skills(
            (*(skill if skill.public else _led_away(skill) for skill in skills), _leading_away()),
            cards=skills.cards,
        )
        """What understands words, buttons and the model's calls in a group."""

    def for_everybody(self, turn: Turn, result: TurnResult) -> TurnResult:
        """A reply as a group may read it: each button of a personal skill is a link into the private chat."""
        messages = tuple(self._shown(message, turn) for message in result.reply.messages)
        return replace(result, reply=Reply(messages=messages))

    def _shown(self, message: OutboundMessage, turn: Turn) -> OutboundMessage:
        changes: dict[str, Any] = {}
        if isinstance(message, ProductCards):
            changes["cards"] = tuple(self._shown(card, turn) for card in message.cards)
        rows: ButtonRows = getattr(message, "buttons", ())
        if rows:
            linked = (tuple(filter(None, (self._linked(one, turn) for one in row))) for row in rows)
            changes["buttons"] = tuple(row for row in linked if row)
        return message.model_copy(update=changes) if changes else message

    def _linked(self, button: AnyButton, turn: Turn) -> AnyButton | None:
        """A button as it may stand in a group; ``None``: it may not."""
        if isinstance(button, ContactButton | LocationButton):
            return None
        if not isinstance(button, Button) or not any(family.owns(button.id) for family in self._personal):
            return button
        url = turn.private_link(button_parameter(button.id) or _NO_WISH)
        return None if url is None else LinkButton(title=button.title, url=url)


def _led_away(skill: Skill) -> Skill:
    """A personal skill of which only its words and buttons are known, to lead into the private chat."""
    return replace(
        skill,
        tools=(),
        rules="",
        form=None,
        now=None,
        arrivals=(),
        buttons=tuple(ButtonFamily(family.start, _press_in_private) for family in skill.buttons),
        # what is left over for a skill to guess at is a search here
        phrases=tuple(_led_phrase(phrase) for phrase in skill.phrases if phrase.strength is not Strength.REST),
    )


def _led_phrase(phrase: Phrase) -> Phrase:
    return phrase if phrase.public else replace(phrase, answer=_say_in_private)


def _leading_away() -> Skill:
    """What the model calls instead of a personal skill's tools."""
    return Skill(
        name="private",
        public=True,
        tools=(
            Tool(
                "continue_in_private",
                "Give the person a link into the private chat, where their request is carried out.",
                _Nothing,
                _say_in_private,
            ),
        ),
        rules="This is a group: everybody reads your words. Never speak of anybody's cart, orders, address, phone"
        " or other personal matters. When somebody wants to buy or order something, asks about an order, wants"
        " to be told of a lower price, asks what is known of them or for a manager, call continue_in_private.",
    )


async def _press_in_private(moment: Moment, button_id: str) -> Answer:
    return _invitation(moment, button_parameter(button_id) or _NO_WISH)


async def _say_in_private(moment: Moment, _read: object) -> Answer:
    """Keep the words for their speaker, who goes on with them in private."""
    turn = moment.turn
    event = next(event for event in reversed(turn.events) if isinstance(event, InboundMessage))
    parameter = None if event.sender.anonymous else words_parameter(turn.dialog_id, event.message_id)
    if parameter is None:
        return _invitation(moment, _NO_WISH)
    words = {"message_id": event.message_id, "words": turn.text[:_LONGEST_WORDS]}
    return _invitation(moment, parameter, kept={STATE_KEY: words})


def _invitation(moment: Moment, parameter: str, *, kept: Mapping[str, Any] | None = None) -> Answer:
    return Answer(
        (_invite(moment.turn.private_link(parameter), moment.language),),
        moment.state.with_help(),
        kept=kept or {},
        facts="ok: the person gets a link into the private chat",
        final=True,
    )


def _invite(url: str | None, language: Language) -> TextMessage:
    if url is None:
        return replies.say("private.write", language)
    title = replies.TEXTS.get("button.private", language)
    return replies.say("private", language, LinkButton(title=title, url=url))
