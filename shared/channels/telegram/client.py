"""Making Telegram's calls. The address holds the bot's token: it is in no error and no log line.

Where a repeated send can happen: Telegram has no idempotency key and no delivery statuses, so nobody can tell
whether a message was delivered when its answer got lost (``Uncertain``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.channels.contract import Call, Credentials, Refused, Sent
from shared.channels.exchange import Budget, call_api, credential_problem
from shared.channels.telegram.destination import names_topic, without_topic
from shared.channels.telegram.errors import Answer, ChatMoved, TopicRefused, check
from shared.channels.wire import WireId, WireModel
from shared.runtime.http import HttpTransport

__all__ = ["call_method", "method_url", "send"]

_TOKEN = re.compile(r"[A-Za-z0-9:_-]+")


class _SentMessage(WireModel):
    message_id: WireId | None = None


async def send(api_url: str, call: Call, credentials: Credentials, http: HttpTransport) -> Sent:
    """Make ``call``; where Telegram cannot take it as it is, its fallback; where the chat moved, once more there;
    where the topic takes no messages, once more into the chat itself.

    Raises:
        NotSent, Refused, Uncertain: by the table in ``errors``.
    """
    budget = Budget(http.timeout)
    moved_to: str | None = None
    form: Call | None = None
    topic = True
    while True:
        payload = call.payload if topic else without_topic(call.payload)
        payload = payload if moved_to is None else {**payload, "chat_id": moved_to}
        try:
            answer = await call_method(api_url, call.method, payload, credentials, http, timeout=budget.left())
        except ChatMoved as moved:
            if moved_to is not None:
                raise
            moved_to = moved.chat_id
        except TopicRefused:
            if not names_topic(payload):
                raise
            topic = False
        except Refused as refused:
            form = call.instead(refused)
            if form is None:
                raise
            call = form
        else:
            return Sent(platform_message_ids=tuple(_message_ids(answer)), new_chat_id=moved_to, form=form)


async def call_method(
    api_url: str,
    method: str,
    payload: Mapping[str, Any],
    credentials: Credentials,
    http: HttpTransport,
    *,
    timeout: float | None = None,
) -> Answer:
    """Call one method once and check its answer.

    Raises:
        NotSent, Refused, Uncertain: by the table in ``errors``.
    """
    url = method_url(api_url, method, credentials)
    return check(await call_api(http, url, json_body=payload, timeout=timeout))


def method_url(api_url: str, method: str, credentials: Credentials) -> str:
    """The address of a method; never write it anywhere.

    Raises:
        Refused: the bot has no token, or one that cannot stand in an address.
    """
    token = credentials["token"].get_secret_value() if "token" in credentials else ""
    if not _TOKEN.fullmatch(token):
        raise credential_problem("token")
    return f"{api_url}/bot{token}/{method}"


def _message_ids(answer: Answer) -> Iterator[str]:
    """The ids of what was sent: one message, or a list of them for an album; other methods answer ``true``."""
    results = answer.result if isinstance(answer.result, list) else [answer.result]
    for result in results:
        if isinstance(result, dict) and (identity := _SentMessage.model_validate(result).message_id):
            yield identity
