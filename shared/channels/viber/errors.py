"""Viber's status codes as Zeta's outcomes: the one table (Viber REST Bot API, Error codes).

Viber answers HTTP 200 even to what it refuses; ``status`` tells (0 is accepted).
"""

from __future__ import annotations

from shared.channels.contract import NotSent, Refusal, Refused, Uncertain
from shared.channels.exchange import raise_for_server_error
from shared.channels.wire import WholeNumber, WireId, WireModel
from shared.runtime.http import HttpAnswer

__all__ = ["Answer", "UnacceptableAsIs", "check"]

_MISCONFIGURED = {
    2: "the token is invalid",
    7: "the account is blocked",
    8: "the account is not found",
    9: "the account is suspended",
    10: "the webhook is not set",
    15: "the account is not authorised",
}
_UNREACHABLE = {
    5: "the person is not registered",
    6: "the person is not subscribed",
    11: "the person has no suitable device",
}
_OTHER_FORM = {
    1: "an address is invalid",
    3: "the data is wrong",
    13: "the person's app is too old",
    14: "the message needs a newer API version",
}
_REJECTED = {
    4: "data is missing",
    16: "this reply is not allowed",
    17: "the account is not inline",
    18: "the account has no public chat",
    19: "broadcasts cannot be sent",
    20: "broadcasts are not allowed",
}
_TOO_MANY_REQUESTS = 12


class UnacceptableAsIs(Refused):
    """Another form of the same message may pass: the call's fallback."""


class Answer(WireModel):
    """The envelope of every answer."""

    status: WholeNumber | None = None
    message_token: WireId | None = None


def check(answer: HttpAnswer) -> Answer:
    """Return the answer where Viber accepted the call.

    Raises:
        UnacceptableAsIs, Refused, NotSent: by the table.
        Uncertain: a 5xx, or an answer without a status.
    """
    raise_for_server_error(answer)
    if answer.status in {401, 403}:
        raise Refused(Refusal.MISCONFIGURED, f"status {answer.status}")
    if answer.status >= 300:
        raise Refused(Refusal.REJECTED, f"status {answer.status}")
    body = answer.json()
    content = Answer.model_validate(body) if isinstance(body, dict) else Answer()
    match content.status:
        case None:
            raise Uncertain("the answer to an accepted request cannot be read")
        case 0:
            return content
        case code:
            raise _error(code)


def _error(code: int) -> NotSent | Refused:
    said = str(code)
    if code in _MISCONFIGURED:
        return Refused(Refusal.MISCONFIGURED, _MISCONFIGURED[code], platform_code=said)
    if code in _UNREACHABLE:
        return Refused(Refusal.UNREACHABLE, _UNREACHABLE[code], platform_code=said)
    if code in _OTHER_FORM:
        return UnacceptableAsIs(Refusal.REJECTED, _OTHER_FORM[code], platform_code=said)
    if code in _REJECTED:
        return Refused(Refusal.REJECTED, _REJECTED[code], platform_code=said)
    # 12 counts messages to one person; any other code is Viber's "general failure".
    return NotSent(f"status {said}", scope="chat", attempt_curve=4 if code == _TOO_MANY_REQUESTS else 2)
