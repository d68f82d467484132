"""WhatsApp's error codes as Zeta's outcomes: the one table (WhatsApp Cloud API, error codes; decided on ``code``).

The same codes come back in a refused call and, later, in a ``failed`` status. A 5xx that carries a code of this
table is WhatsApp's own word that the message was not taken; one without is uncertain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from shared.channels.contract import NotSent, Refusal, Refused, SendError
from shared.channels.exchange import raise_for_server_error
from shared.channels.wire import WholeNumber, WireModel
from shared.runtime.http import HttpAnswer

__all__ = ["UnacceptableAsIs", "raise_for_error", "refusal_of"]


class UnacceptableAsIs(Refused):
    """Another form of the same message may pass: the call's fallback."""


@dataclass(frozen=True, slots=True)
class _Wait:
    """Not taken; the same call may pass later."""

    scope: Literal["chat", "bot"]
    after: float | None = None
    curve: float | None = None


@dataclass(frozen=True, slots=True)
class _Refuse:
    """Never will be taken; ``other_form`` marks what a fallback may mend."""

    refusal: Refusal
    reason: str
    other_form: bool = False


_Rule = _Wait | _Refuse


def _rules(codes: Iterable[int], rule: _Rule) -> dict[int, _Rule]:
    return dict.fromkeys(codes, rule)


_SPAM_PAUSE = 600.0
_MISCONFIGURED = Refusal.MISCONFIGURED
_REJECTED = Refusal.REJECTED

_TABLE: dict[int, _Rule] = {
    **_rules((0, 190), _Refuse(_MISCONFIGURED, "the access token is invalid or expired")),
    **_rules((3, 10, *range(200, 300)), _Refuse(_MISCONFIGURED, "a permission is missing")),
    **_rules((131031, 368, 130497), _Refuse(_MISCONFIGURED, "the account is locked or restricted")),
    **_rules((131042,), _Refuse(_MISCONFIGURED, "the account has a payment problem")),
    **_rules((4, 80007, 130429), _Wait("bot", curve=2)),
    **_rules((131056,), _Wait("chat", curve=4)),
    **_rules((131048, 131064), _Wait("bot", after=_SPAM_PAUSE)),
    **_rules((1, 2, 131000, 131016, 131057, 133016), _Wait("bot", curve=2)),
    **_rules((131047,), _Refuse(Refusal.WINDOW_CLOSED, "the reply window is closed")),
    **_rules((131026,), _Refuse(Refusal.UNREACHABLE, "undeliverable to this person")),
    **_rules((131052, 131053), _Refuse(_REJECTED, "the media could not be loaded", other_form=True)),
    **_rules((131062,), _Refuse(_REJECTED, "the type needs a phone number", other_form=True)),
    **_rules((131049,), _Refuse(_REJECTED, "held back to keep the ecosystem healthy")),
    **_rules((131050,), _Refuse(_REJECTED, "the person stopped marketing messages")),
    **_rules((130472,), _Refuse(_REJECTED, "the person is part of an experiment")),
    **_rules((131021, 131030), _Refuse(_REJECTED, "the recipient is not allowed")),
    **_rules((131051, 131008, 131009, 100), _Refuse(_REJECTED, "the request is wrong")),
    **_rules(
        (132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016),
        _Refuse(_REJECTED, "the template is missing, wrong, paused or disabled"),
    ),
}


class _Error(WireModel):
    code: WholeNumber | None = None


class _ErrorBody(WireModel):
    error: _Error = _Error()


def refusal_of(code: int | None) -> Refusal | None:
    """What a ``failed`` status with this code means; ``None`` where it means nothing for the next message."""
    rule = _TABLE.get(code) if code is not None else None
    return rule.refusal if isinstance(rule, _Refuse) else None


def raise_for_error(answer: HttpAnswer) -> None:
    """Return where the call was accepted.

    Raises:
        UnacceptableAsIs, Refused, NotSent: by the table.
        Uncertain: a 5xx without a code of the table.
    """
    if answer.status < 300:
        return
    body = answer.json()
    code = _ErrorBody.model_validate(body).error.code if isinstance(body, dict) else None
    if code is not None and code in _TABLE:
        raise _error(_TABLE[code], code)
    raise_for_server_error(answer)
    refusal = _MISCONFIGURED if answer.status in {401, 403} else _REJECTED
    raise Refused(refusal, f"status {answer.status}", platform_code=None if code is None else str(code))


def _error(rule: _Rule, code: int) -> SendError:
    match rule:
        case _Wait():
            return NotSent(f"code {code}", after=rule.after, scope=rule.scope, attempt_curve=rule.curve)
        case _Refuse():
            kind = UnacceptableAsIs if rule.other_form else Refused
            return kind(rule.refusal, rule.reason, platform_code=str(code))
