"""A question of the last answer that buttons answer: «да» and «нет», typed, press them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.assistant import buttons
from shared.assistant.offline.understanding import readable
from shared.assistant.skills.talk.phrases import NO, YES, Question
from shared.channels.contract import InboundMessage
from shared.dialogs.contract import Turn

__all__ = ["OFFERED_MANAGER", "STATE_KEY", "Asked", "answered_button"]

STATE_KEY = "asked"
"""Where the dialog remembers the question; every other answer forgets it."""

_WAITS = timedelta(minutes=30)
_LONGEST = 100
"""Characters of an answer: a longer text says more than yes or no."""
_AGAINST = re.compile(r"[👎❌🚫⛔🙅]")
"""Signs that take back the words beside them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The buttons of a question that can be answered by yes and no."""

    yes: str
    """The id of the button that agrees."""
    no: str | None = None
    """The id of the one that refuses, where there is one."""
    question: Question = Question.OFFER
    """What is asked: it decides which words agree."""

    def kept(self, turn: Turn) -> Mapping[str, Any]:
        """As the turn that asks keeps it in the dialog's state: with how much the history will hold then."""
        said = sum(isinstance(event, InboundMessage) for event in turn.events) + 1
        return {
            "yes": self.yes,
            "no": self.no,
            "question": self.question.value,
            "at": turn.started_at.isoformat(),
            "history": turn.history_seq + said,
        }


OFFERED_MANAGER = Asked(buttons.MANAGER, question=Question.MANAGER)
"""Whether to call a person."""


def answered_button(turn: Turn) -> str | None:
    """The id of the button that the turn's words amount to; ``None``: nothing was asked, or this is no answer.

    A question is over once anything else was said: a notice, a manager's words, what was written to a manager.
    """
    kept = turn.state.get(STATE_KEY)
    if not isinstance(kept, Mapping):
        return None
    try:
        asked_at = datetime.fromisoformat(str(kept.get("at")))
        question = Question(str(kept.get("question")))
    except ValueError:
        return None
    if turn.started_at - asked_at > _WAITS or turn.history_seq != kept.get("history"):
        return None
    if len(turn.text) > _LONGEST or _AGAINST.search(turn.text):
        return None
    words = readable(turn.text)
    meant = "yes" if YES[question].search(words) else "no" if NO[question].search(words) else None
    button_id = kept.get(meant) if meant is not None else None
    return button_id if isinstance(button_id, str) else None
