"""Telegram's answers as Zeta's outcomes: the one table (Telegram Bot API, ResponseParameters; error descriptions).

``ROWS`` holds what is decided by an error's code and description, the first row that matches. Before it come:

ok                                              Sent
400 message is not modified, query is too old   Sent (what was asked for is so, or no longer matters)
400 … migrate_to_chat_id                        the client sends once more, to the new chat
400 the topic is closed or gone                 the client sends once more, into the chat itself
429, 503                                        NotSent, after the seconds that Telegram names
other 5xx, no JSON                              Uncertain

All of it comes at once: Telegram has no delivery statuses, and what it took it never reports as failed.
"""

from __future__ import annotations

from collections.abc import Collection

from pydantic import Field

from shared.channels.contract import NotSent, Refusal, Refused, Uncertain
from shared.channels.error_table import Refuse, Row, Told, error_of, row_of
from shared.channels.exchange import raise_for_server_error
from shared.channels.wire import Flag, WholeNumber, WireId, WireModel, WireText
from shared.runtime.http import HttpAnswer

__all__ = ["ROWS", "Answer", "ChatMoved", "TopicRefused", "check", "late_error", "read_answer"]

_AS_WISHED = ("message is not modified", "query is too old", "query id is invalid")
_UNFETCHABLE = (
    "wrong http url specified",
    "wrong file identifier/http url specified",
    "wrong remote file identifier",
    "failed to get http url content",
    "wrong type of the web page content",
    "webpage_media_empty",
    "webpage_curl_failed",
    "media_empty",
    "photo_invalid_dimensions",
    "image_process_failed",
    "wrong file_id",
    "file is too big",
)
_UNPARSABLE = ("can't parse entities", "can't parse caption entities", "entity_bounds_invalid")
_NO_TOPIC = ("message thread not found", "topic not found", "topic_")
"""The server behind the Bot API says TOPIC_CLOSED, TOPIC_DELETED, TOPIC_ID_INVALID and more of that form."""
_UNREACHABLE = ("chat not found", "user not found", "peer_id_invalid", "have no rights to send a message")


def _row(codes: Collection[int], rule: Refuse, phrases: tuple[str, ...] = ()) -> Row:
    return Row(Told.AT_ONCE, codes, rule, phrases)


ROWS: tuple[Row, ...] = (
    _row((401, 404, 409), Refuse(Refusal.MISCONFIGURED, "the token or the webhook is wrong")),
    _row((403,), Refuse(Refusal.UNREACHABLE, "the chat does not take messages")),
    _row((), Refuse(Refusal.UNREACHABLE, "the chat does not take messages"), _UNREACHABLE),
    _row((), Refuse(Refusal.REJECTED, "the file could not be fetched", other_form=True), _UNFETCHABLE),
    _row((), Refuse(Refusal.REJECTED, "the markup could not be parsed", other_form=True), _UNPARSABLE),
    _row((), Refuse(Refusal.REJECTED, "the call is wrong")),
)


class Parameters(WireModel):
    """Why a request failed, as data."""

    migrate_to_chat_id: WireId | None = None
    retry_after: WholeNumber | None = None


class Answer(WireModel):
    """The envelope of every answer; ``result`` is read by whoever knows its type."""

    ok: Flag = False
    error_code: WholeNumber | None = None
    description: WireText = ""
    parameters: Parameters = Parameters()
    result: object = Field(default=None)


class ChatMoved(Refused):
    """The group became a supergroup; ``chat_id`` is its new id."""

    def __init__(self, chat_id: str) -> None:
        super().__init__(Refusal.REJECTED, "the chat moved", platform_code="400")
        self.chat_id = chat_id


class TopicRefused(Refused):
    """The topic takes no messages; the chat itself may."""


def read_answer(answer: HttpAnswer) -> Answer:
    """Read the envelope; a body that is none reads as a failure without a description."""
    body = answer.json()
    return Answer.model_validate(body) if isinstance(body, dict) else Answer()


def check(answer: HttpAnswer) -> Answer:
    """Return the answer where Telegram did what was asked.

    Raises:
        ChatMoved, Refused, NotSent, Uncertain: by the table above.
    """
    content = read_answer(answer)
    status = content.error_code or answer.status
    if content.ok and answer.status < 300:
        return content
    if content.parameters.retry_after is not None:
        raise NotSent("too many requests", after=float(min(max(content.parameters.retry_after, 0), 86_400)))
    raise_for_server_error(answer, scope="chat")
    if answer.status < 300:
        raise Uncertain("the answer to an accepted request cannot be read")
    if status == 400 and any(phrase in content.description.lower() for phrase in _AS_WISHED):
        return content
    if content.parameters.migrate_to_chat_id is not None:
        raise ChatMoved(content.parameters.migrate_to_chat_id)
    if status == 400 and any(phrase in content.description.lower() for phrase in _NO_TOPIC):
        raise TopicRefused(Refusal.REJECTED, "the topic takes no messages", platform_code=str(status))
    row = row_of(ROWS, status, content.description)
    assert row is not None, "the last row matches everything"
    raise error_of(row.rule, str(status))


def late_error(code: str | None) -> NotSent | Refused:
    """What a failure that is told later would mean. Telegram tells none."""
    return error_of(ROWS[-1].rule, code)
