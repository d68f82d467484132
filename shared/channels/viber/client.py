"""Making Viber's calls (Viber REST Bot API).

Where a repeated send can happen: Viber has no idempotency key, and its delivery callbacks name only a token that
came in the answer. So nobody can tell what became of a message whose answer got lost (``Uncertain``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shared.channels.contract import BotIdentity, Call, Credentials, Refused, Sent
from shared.channels.exchange import Budget, call_api, credential_problem
from shared.channels.text_layout import clip
from shared.channels.viber.errors import check
from shared.runtime.http import HttpAnswer, HttpTransport

__all__ = ["call_method", "send", "sender_of"]

_TOKEN = re.compile(r"[\x21-\x7e]+")
_SENDER_LIMIT = 28


async def send(api_url: str, call: Call, credentials: Credentials, http: HttpTransport, bot: BotIdentity) -> Sent:
    """Make ``call``; where Viber or the person's app cannot take it as it is, its fallback.

    Raises:
        NotSent, Refused, Uncertain: by the table in ``errors``.
    """
    budget = Budget(http.timeout)
    form: Call | None = None
    while True:
        payload = {**call.payload, "sender": sender_of(bot)}
        answer = await call_method(api_url, call.method, payload, credentials, http, timeout=budget.left())
        try:
            token = check(answer).message_token
        except Refused as refused:
            form = call.instead(refused)
            if form is None:
                raise
            call = form
        else:
            return Sent(platform_message_ids=(token,) if token is not None else (), form=form)


async def call_method(
    api_url: str,
    method: str,
    payload: Mapping[str, Any],
    credentials: Credentials,
    http: HttpTransport,
    *,
    timeout: float | None = None,
) -> HttpAnswer:
    """Call one method once; the answer is not checked yet.

    Raises:
        NotSent, Refused, Uncertain: no connection; no usable token; no answer.
    """
    token = credentials["auth_token"].get_secret_value() if "auth_token" in credentials else ""
    if not _TOKEN.fullmatch(token):
        raise credential_problem("auth_token")
    headers = {"X-Viber-Auth-Token": token}
    return await call_api(http, f"{api_url}/pa/{method}", json_body=payload, headers=headers, timeout=timeout)


def sender_of(bot: BotIdentity) -> dict[str, str]:
    """The name above a message; Viber refuses a message without one."""
    name = clip(bot.name or bot.username or "bot", _SENDER_LIMIT)
    avatar = bot.settings.get("avatar")
    return {"name": name, "avatar": avatar} if isinstance(avatar, str) and avatar else {"name": name}
