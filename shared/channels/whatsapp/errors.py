"""WhatsApp's error codes as Zeta's outcomes: the one table (WhatsApp Cloud API, error codes; decided on ``code``).

The same codes come back in a refused call and, later, in a ``failed`` status. A 5xx that carries a code of this
table is WhatsApp's own word that the message was not taken; one without is uncertain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from shared.channels.contract import NotSent, Refusal, Refused
from shared.channels.error_table import Refuse, Row, Rule, Told, Wait, error_of, row_of
from shared.channels.exchange import raise_for_server_error
from shared.channels.wire import WholeNumber, WireModel
from shared.runtime.http import HttpAnswer

__all__ = ["ROWS", "deciding_code", "late_error", "raise_for_error"]


def _row(codes: Collection[int], rule: Rule) -> Row:
    """Any code may come in an answer as well as in a status."""
    return Row(Told.EITHER, codes, rule)


_SPAM_PAUSE = 600.0
_MISCONFIGURED = Refusal.MISCONFIGURED
_REJECTED = Refusal.REJECTED

ROWS: tuple[Row, ...] = (
    _row((0, 190), Refuse(_MISCONFIGURED, "the access token is invalid or expired")),
    _row((3, 10, *range(200, 300)), Refuse(_MISCONFIGURED, "a permission is missing")),
    _row((131031, 368, 130497), Refuse(_MISCONFIGURED, "the account is locked or restricted")),
    _row((131042,), Refuse(_MISCONFIGURED, "the account has a payment problem")),
    _row((4, 80007, 130429), Wait("bot", curve=2)),
    _row((131056,), Wait("chat", curve=4)),
    _row((131048, 131064), Wait("bot", after=_SPAM_PAUSE)),
    _row((1, 2, 131000, 131016, 131057, 133016), Wait("bot", curve=2)),
    _row((131047,), Refuse(Refusal.WINDOW_CLOSED, "the reply window is closed")),
    _row((131026,), Refuse(Refusal.UNREACHABLE, "undeliverable to this person")),
    _row((131052, 131053), Refuse(_REJECTED, "the media could not be loaded", other_form=True)),
    _row((131062,), Refuse(_REJECTED, "the type needs a phone number", other_form=True)),
    _row((131049,), Refuse(_REJECTED, "held back to keep the ecosystem healthy")),
    _row((131050,), Refuse(_REJECTED, "the person stopped marketing messages")),
    _row((130472,), Refuse(_REJECTED, "the person is part of an experiment")),
    _row((131021, 131030), Refuse(_REJECTED, "the recipient is not allowed")),
    _row((131051, 131008, 131009, 100), Refuse(_REJECTED, "the request is wrong")),
    _row(
        (132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016),
        Refuse(_REJECTED, "the template is missing, wrong, paused or disabled"),
    ),
)
_UNKNOWN = Refuse(_REJECTED, "the code is not known, or there is none")


class _Error(WireModel):
    code: WholeNumber | None = None


class _ErrorBody(WireModel):
    error: _Error = _Error()


def deciding_code(codes: Iterable[int | None]) -> int | None:
    """The code to go by where a status names several errors: a refusal says more than "try later", and what the
    table knows more than what it does not."""
    named = [code for code in codes if code is not None]
    return min(named, key=_vagueness, default=None)


def _vagueness(code: int) -> int:
    row = row_of(ROWS, code)
    return 2 if row is None else int(isinstance(row.rule, Wait))


def late_error(code: str | None) -> NotSent | Refused:
    """What a ``failed`` status with this code means."""
    row = row_of(ROWS, int(code)) if code is not None and code.isdecimal() else None
    return error_of(_UNKNOWN if row is None else row.rule, code)


def raise_for_error(answer: HttpAnswer) -> None:
    """Return where the call was accepted.

    Raises:
        Refused, NotSent: by the table.
        Uncertain: a 5xx without a code of the table.
    """
    if answer.status < 300:
        return
    body = answer.json()
    code = _ErrorBody.model_validate(body).error.code if isinstance(body, dict) else None
    said = None if code is None else str(code)
    row = row_of(ROWS, code)
    if row is not None:
        raise error_of(row.rule, said)
    raise_for_server_error(answer)
    if answer.status in {401, 403}:
        raise Refused(_MISCONFIGURED, f"status {answer.status}", platform_code=said)
    raise error_of(_UNKNOWN, said)
