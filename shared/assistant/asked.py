"""A question of the last answer that buttons answer: «да» and «нет», typed, press them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.assistant.skills.talk import phrases
from shared.dialogs.contract import Turn

__all__ = ["STATE_KEY", "Asked", "answered_button"]

STATE_KEY = "asked"
"""Where the dialog remembers the question; every other answer forgets it."""

_WAITS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Asked:
    """The buttons of a question that can be answered by yes and no."""

    yes: str
    """The id of the button that agrees."""
    no: str | None = None
    """The id of the one that refuses, where there is one."""

    def kept(self, at: datetime) -> Mapping[str, Any]:
        """As it is kept in the dialog's state."""
        return {"yes": self.yes, "no": self.no, "at": at.isoformat()}


def answered_button(turn: Turn) -> str | None:
    """The id of the button that the turn's words amount to; ``None``: nothing was asked, or this is no answer."""
    kept = turn.state.get(STATE_KEY)
    if not isinstance(kept, Mapping):
        return None
    try:
        asked_at = datetime.fromisoformat(str(kept.get("at")))
    except ValueError:
        return None
    if turn.started_at - asked_at > _WAITS:
        return None
    meant = "yes" if phrases.YES.search(turn.text) else "no" if phrases.NO.search(turn.text) else None
    button_id = kept.get(meant) if meant is not None else None
    return button_id if isinstance(button_id, str) else None
