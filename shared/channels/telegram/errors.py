"""Telegram's answers as Zeta's outcomes: the one table (Telegram Bot API, ResponseParameters; error descriptions).

ok                                          Sent
400 message is not modified, query is too old   Sent (what was asked for is so, or no longer matters)
400 … migrate_to_chat_id                    the client sends once more, to the new chat
400 the topic is closed or gone             the client sends once more, into the chat itself
400 address not fetched, markup not parsed  the call's fallback, else Refused(REJECTED)
400 chat not found, 403                     Refused(UNREACHABLE)
400 other, 413                              Refused(REJECTED)
401, 404, 409                               Refused(MISCONFIGURED)
429, 503                                    NotSent, after the seconds that Telegram names
other 5xx, no JSON                          Uncertain
"""

from __future__ import annotations

from pydantic import Field

from shared.channels.contract import NotSent, Refusal, Refused, Uncertain
from shared.channels.exchange import raise_for_server_error
from shared.channels.wire import Flag, WholeNumber, WireId, WireModel, WireText
from shared.runtime.http import HttpAnswer

__all__ = ["Answer", "ChatMoved", "TopicRefused", "UnacceptableAsIs", "check", "read_answer"]

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


class UnacceptableAsIs(Refused):
    """Another form of the same message may pass: the call's fallback."""


def read_answer(answer: HttpAnswer) -> Answer:
    """Read the envelope; a body that is none reads as a failure without a description."""
    body = answer.json()
    return Answer.model_validate(body) if isinstance(body, dict) else Answer()


def check(answer: HttpAnswer) -> Answer:
    """Return the answer where Telegram did what was asked.

    Raises:
        ChatMoved, UnacceptableAsIs, Refused, NotSent, Uncertain: by the table above.
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
    raise _refusal(status, content)


def _refusal(status: int, content: Answer) -> Refused:
    said = content.description.lower()
    code = str(status)
    if content.parameters.migrate_to_chat_id is not None:
        return ChatMoved(content.parameters.migrate_to_chat_id)
    if status in {401, 404, 409}:
        return Refused(Refusal.MISCONFIGURED, f"status {code}", platform_code=code)
    if status == 403 or any(phrase in said for phrase in _UNREACHABLE):
        return Refused(Refusal.UNREACHABLE, "the chat does not take messages", platform_code=code)
    if any(phrase in said for phrase in _NO_TOPIC):
        return TopicRefused(Refusal.REJECTED, "the topic takes no messages", platform_code=code)
    if any(phrase in said for phrase in _UNFETCHABLE):
        return UnacceptableAsIs(Refusal.REJECTED, "the file could not be fetched", platform_code=code)
    if any(phrase in said for phrase in _UNPARSABLE):
        return UnacceptableAsIs(Refusal.REJECTED, "the markup could not be parsed", platform_code=code)
    return Refused(Refusal.REJECTED, f"status {code}", platform_code=code)
