"""What a member's chat remembers of serving shoppers, as it is kept in the dialog's state. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.channels.messages import MediaContent

__all__ = ["Held", "ServingChat"]

_KEY = "staff"
_REMEMBERED = 30
"""Sent messages whose edits are still known to belong to a shopper."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Held(_Frozen):
    """Words that wait for the member to say whom they are for."""

    text: str
    files: tuple[MediaContent, ...] = ()
    others: int = 0
    """Contacts, places on the map and the like."""
    parts: tuple[tuple[str, str], ...] = ()


class _SentPart(_Frozen):
    message_id: str
    escalation_id: UUID
    digest: str
    """Of the words: an edit that changes none is no correction."""


class ServingChat(_Frozen):
    """To whom the member writes now, and what was sent to whom."""

    answering: UUID | None = None
    """The escalation that the member's words go to: reply mode."""
    held: Held | None = None
    sent: tuple[_SentPart, ...] = ()

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """Read a dialog's state; what cannot be read is as good as nothing."""
        try:
            return cls.model_validate(state.get(_KEY) or {})
        except ValidationError:
            return cls()

    def into(self, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """The dialog's state with this in it."""
        others = {key: value for key, value in state.items() if key != _KEY}
        kept = self.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        return {**others, _KEY: kept} if kept else others

    def writing_to(self, escalation_id: UUID | None) -> Self:
        """Reply mode for that escalation, or the end of it; nothing is held any more."""
        return self.model_copy(update={"answering": escalation_id, "held": None})

    def holding(self, held: Held) -> Self:
        """With words that wait."""
        return self.model_copy(update={"held": held})

    def having_sent(self, escalation_id: UUID, parts: Sequence[tuple[str, str]]) -> Self:
        """With messages whose words the shopper of that escalation has."""
        ids = {message_id for message_id, _ in parts}
        new = [
            _SentPart(message_id=message_id, escalation_id=escalation_id, digest=_digest(words))
            for message_id, words in parts
        ]
        old = [part for part in self.sent if part.message_id not in ids]
        return self.model_copy(update={"sent": (*old, *new)[-_REMEMBERED:]})

    def went_to(self, message_id: str) -> UUID | None:
        """The escalation whose shopper has that message."""
        return next((part.escalation_id for part in self.sent if part.message_id == message_id), None)

    def changed(self, message_id: str, words: str) -> bool:
        """Whether an edit of a sent message changes its words."""
        return not any(part.message_id == message_id and part.digest == _digest(words) for part in self.sent)


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]
