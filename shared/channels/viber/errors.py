"""Viber's status codes as Zeta's outcomes: the one table (Viber REST Bot API, Error codes).

Viber answers HTTP 200 even to what it refuses; ``status`` tells (0 is accepted). These codes come in answers only.
What comes later is the event ``failed``. It has no code, only a text for people in ``desc``: the person's app could
not show the message (a keyboard or a type that it does not know). It has a row of its own.
"""

from __future__ import annotations

from collections.abc import Collection

from shared.channels.contract import NotSent, Refusal, Refused, Uncertain
from shared.channels.error_table import Refuse, Row, Rule, Told, Wait, error_of, row_of
from shared.channels.exchange import raise_for_server_error
from shared.channels.wire import WholeNumber, WireId, WireModel
from shared.runtime.http import HttpAnswer

__all__ = ["FAILED", "ROWS", "Answer", "check", "late_error"]


def _row(codes: Collection[int], rule: Rule) -> Row:
    return Row(Told.AT_ONCE, codes, rule)


_MISCONFIGURED, _UNREACHABLE, _REJECTED = Refusal.MISCONFIGURED, Refusal.UNREACHABLE, Refusal.REJECTED

FAILED = Row(Told.LATER, (), Refuse(_REJECTED, "the person's app could not show it", other_form=True))
"""The event ``failed``, whatever its ``desc``."""

ROWS: tuple[Row, ...] = (
    _row((2,), Refuse(_MISCONFIGURED, "the token is invalid")),
    _row((7,), Refuse(_MISCONFIGURED, "the account is blocked")),
    _row((8,), Refuse(_MISCONFIGURED, "the account is not found")),
    _row((9,), Refuse(_MISCONFIGURED, "the account is suspended")),
    _row((10,), Refuse(_MISCONFIGURED, "the webhook is not set")),
    _row((15,), Refuse(_MISCONFIGURED, "the account is not authorised")),
    _row((5,), Refuse(_UNREACHABLE, "the person is not registered")),
    _row((6,), Refuse(_UNREACHABLE, "the person is not subscribed")),
    _row((11,), Refuse(_UNREACHABLE, "the person has no suitable device")),
    _row((1,), Refuse(_REJECTED, "an address is invalid", other_form=True)),
    _row((3,), Refuse(_REJECTED, "the data is wrong", other_form=True)),
    _row((13,), Refuse(_REJECTED, "the person's app is too old", other_form=True)),
    _row((14,), Refuse(_REJECTED, "the message needs a newer API version", other_form=True)),
    _row((4,), Refuse(_REJECTED, "data is missing")),
    _row((16,), Refuse(_REJECTED, "this reply is not allowed")),
    _row((17,), Refuse(_REJECTED, "the account is not inline")),
    _row((18,), Refuse(_REJECTED, "the account has no public chat")),
    _row((19,), Refuse(_REJECTED, "broadcasts cannot be sent")),
    _row((20,), Refuse(_REJECTED, "broadcasts are not allowed")),
    # 12 counts messages to one person
    _row((12,), Wait("chat", curve=4)),
)
_GENERAL_FAILURE = Wait("chat", curve=2)
"""Any other code, as Viber describes it."""


class Answer(WireModel):
    """The envelope of every answer."""

    status: WholeNumber | None = None
    message_token: WireId | None = None


def late_error(code: str | None) -> NotSent | Refused:
    """What the event ``failed`` means."""
    return error_of(FAILED.rule, code)


def check(answer: HttpAnswer) -> Answer:
    """Return the answer where Viber accepted the call.

    Raises:
        Refused, NotSent: by the table.
        Uncertain: a 5xx, or an answer without a status.
    """
    raise_for_server_error(answer)
    if answer.status in {401, 403}:
        raise Refused(Refusal.MISCONFIGURED, f"status {answer.status}")
    if answer.status >= 300:
        raise Refused(Refusal.REJECTED, f"status {answer.status}")
    body = answer.json()
    content = Answer.model_validate(body) if isinstance(body, dict) else Answer()
    if content.status is None:
        raise Uncertain("the answer to an accepted request cannot be read")
    if content.status == 0:
        return content
    row = row_of(ROWS, content.status)
    raise error_of(_GENERAL_FAILURE if row is None else row.rule, str(content.status))
