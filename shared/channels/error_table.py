"""What the rows of the channels' error tables are made of: one row, one meaning, whenever the platform says it.

A platform refuses a call in its answer (*at once*), or takes it and reports later that it failed (*later*). Both go
through the same row, so both have the same consequence.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from typing import Literal

from shared.channels.contract import NotSent, Refusal, Refused

__all__ = ["Refuse", "Row", "Rule", "Told", "Wait", "error_of", "row_of"]


class Told(Flag):
    """When a platform can say what a row is about."""

    AT_ONCE = auto()
    """In its answer to the call."""
    LATER = auto()
    """In a delivery status, after it took the call."""
    EITHER = AT_ONCE | LATER


@dataclass(frozen=True, slots=True)
class Wait:
    """Not taken; the same call may pass after ``after`` seconds, else after ``curve`` to the power of its tries."""

    scope: Literal["chat", "bot"]
    after: float | None = None
    curve: float | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Never will be taken as it is; ``other_form`` marks what the call's fallback may mend."""

    refusal: Refusal
    reason: str
    other_form: bool = False


Rule = Wait | Refuse


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it matches, what that means, and when it can be told."""

    told: Told
    codes: Collection[int]
    """The platform's codes; empty: any."""
    rule: Rule
    phrases: tuple[str, ...] = ()
    """Where the code alone does not tell: what the description holds, in lower case; empty: any."""

    def matches(self, code: int | None, said: str) -> bool:
        """Whether the row is about this error."""
        return (not self.codes or code in self.codes) and (
            not self.phrases or any(phrase in said for phrase in self.phrases)
        )


def row_of(rows: Sequence[Row], code: int | None, said: str = "") -> Row | None:
    """The first row that matches; ``said`` is the platform's description."""
    lowered = said.lower()
    return next((row for row in rows if row.matches(code, lowered)), None)


def error_of(rule: Rule, code: str | None) -> NotSent | Refused:
    """A row's meaning as the error that the outbox acts on."""
    match rule:
        case Wait():
            return NotSent(f"code {code}", after=rule.after, scope=rule.scope, attempt_curve=rule.curve)
        case Refuse():
            return Refused(rule.refusal, rule.reason, platform_code=code, other_form=rule.other_form)
