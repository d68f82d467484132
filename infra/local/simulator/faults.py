"""Faults on demand: what a messenger does on a bad day, by rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count

__all__ = ["Fault", "FaultKind", "Faults"]


class FaultKind(StrEnum):
    """What happens to a call that a rule catches."""

    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    TIMEOUT_BEFORE_ACCEPTING = "timeout_before_accepting"
    TIMEOUT_AFTER_ACCEPTING = "timeout_after_accepting"
    MALFORMED_ANSWER = "malformed_answer"
    CONNECTION_RESET = "connection_reset"
    RESET_AFTER_ACCEPTING = "reset_after_accepting"
    LATENCY = "latency"
    REFUSE = "refuse"
    FAIL_LATER = "fail_later"


@dataclass(slots=True)
class Fault:
    """One rule.

    It catches calls of ``platform`` and ``method`` (any where None; Telegram's method name, WhatsApp's
    ``messages``/``media``/…, Viber's ``send_message``/…) addressed to ``chat`` (any where None), lets
    the first ``skip`` of them through, and then acts ``count`` times (for ever where None).

    ``retry_after``: seconds told with a 429. ``seconds``: how long time-outs hang and latency lasts.
    ``code`` and ``description``: the error of ``REFUSE`` in that platform's shape, and of
    ``FAIL_LATER`` (the call is accepted and a failed status follows; WhatsApp and Viber).
    """

    kind: FaultKind
    platform: str | None = None
    method: str | None = None
    chat: str | None = None
    count: int | None = None
    skip: int = 0
    retry_after: int = 1
    seconds: float = 60.0
    code: int = 400
    description: str = "Bad Request"
    number: int = field(default=0, init=False)
    hits: int = field(default=0, init=False)

    def catches(self, platform: str, method: str, chat: str) -> bool:
        """Whether the rule is about this call, its count aside."""
        return (
            self.platform in (None, platform)
            and (self.method is None or self.method.lower() == method.lower())
            and self.chat in (None, chat)
        )


class Faults:
    """The rules in force, oldest first; at most 100."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._rules: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force; raises ``ValueError`` above 100 rules."""
        if len(self._rules) >= 100:
            raise ValueError("too many fault rules: clear some first")
        fault.number = next(self._numbers)
        self._rules.append(fault)
        return fault

    def remove(self, number: int) -> bool:
        """Lift the rule of that number; False when there is none."""
        kept = [rule for rule in self._rules if rule.number != number]
        found = len(kept) < len(self._rules)
        self._rules = kept
        return found

    def clear(self) -> None:
        """Lift all rules."""
        self._rules = []

    def list(self) -> list[Fault]:
        """The rules in force."""
        return list(self._rules)

    def take(self, platform: str, method: str, chat: str) -> Fault | None:
        """The rule that acts on this call, counted; None when the call goes through unharmed."""
        for rule in self._rules:
            if not rule.catches(platform, method, chat):
                continue
            if rule.skip > 0:
                rule.skip -= 1
                continue
            rule.hits += 1
            if rule.count is not None:
                rule.count -= 1
                if rule.count <= 0:
                    self._rules.remove(rule)
            return rule
        return None
