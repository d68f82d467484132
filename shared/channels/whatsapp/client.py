"""Making WhatsApp's calls (WhatsApp Cloud API, ``POST /{phone_number_id}/messages``).

Our reference goes along as ``biz_opaque_callback_data`` and comes back in every delivery status: a send whose
answer got lost can be resolved by waiting for one.
"""

from __future__ import annotations

import re
from typing import Annotated

from shared.channels.contract import Call, Credentials, Refused, Sent, Uncertain
from shared.channels.exchange import Budget, call_api, credential_problem
from shared.channels.whatsapp.errors import raise_for_error
from shared.channels.wire import WireId, WireModel, WireObjects
from shared.runtime.http import HttpAnswer, HttpTransport

__all__ = ["PATH_PART", "authorization", "credential", "send"]

_REFERENCE_LIMIT = 512
PATH_PART = re.compile(r"[A-Za-z0-9_.-]+")
"""What may stand as one part of an address."""
_TOKEN = re.compile(r"[\x21-\x7e]+")


class _SentMessage(WireModel):
    id: WireId | None = None


class _Accepted(WireModel):
    messages: Annotated[tuple[_SentMessage, ...], WireObjects] = ()


async def send(api_url: str, call: Call, *, reference: str, credentials: Credentials, http: HttpTransport) -> Sent:
    """Make ``call``; where WhatsApp wants another form (a template, words for media), its fallback.

    Raises:
        NotSent, Refused, Uncertain: by the table in ``errors``.
    """
    number = credential(credentials, "phone_number_id", PATH_PART)
    headers = authorization(credentials)
    budget = Budget(http.timeout)
    form: Call | None = None
    while True:
        payload = dict(call.payload)
        if "type" in payload:
            # Read receipts and typing are no messages and carry no reference.
            payload["biz_opaque_callback_data"] = reference[:_REFERENCE_LIMIT]
        url = f"{api_url}/{number}/{call.method}"
        answer = await call_api(http, url, json_body=payload, headers=headers, timeout=budget.left())
        try:
            raise_for_error(answer)
        except Refused as refused:
            form = call.instead(refused)
            if form is None:
                raise
            call = form
        else:
            return Sent(_ids_in(answer, is_message="type" in payload), form=form)


def authorization(credentials: Credentials) -> dict[str, str]:
    """The header that proves who calls.

    Raises:
        Refused: the bot has no access token, or one that cannot stand in a header.
    """
    return {"Authorization": f"Bearer {credential(credentials, 'access_token', _TOKEN)}"}


def credential(credentials: Credentials, name: str, pattern: re.Pattern[str] = PATH_PART) -> str:
    """A credential that has the form its place needs.

    Raises:
        Refused: it is missing or malformed.
    """
    value = credentials[name].get_secret_value() if name in credentials else ""
    if not pattern.fullmatch(value):
        raise credential_problem(name)
    return value


def _ids_in(answer: HttpAnswer, *, is_message: bool) -> tuple[str, ...]:
    body = answer.json()
    if not isinstance(body, dict):
        raise Uncertain("the answer to an accepted request cannot be read")
    ids = tuple(message.id for message in _Accepted.model_validate(body).messages if message.id is not None)
    if is_message and not ids:
        raise Uncertain("the answer to an accepted request names no message")
    return ids
