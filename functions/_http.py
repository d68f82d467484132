"""The HTTP edge: the one place where errors become answers (RFC 9457, ``application/problem+json``)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import azure.functions as func

from shared.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    TooLarge,
    TryLater,
    Unauthenticated,
    ZetaError,
)

__all__ = ["json_answer", "problem"]

_log = logging.getLogger(__name__)

_STATUSES: tuple[tuple[type[ZetaError], int], ...] = (
    (TooLarge, 413),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (InvalidInput, 400),
    (TryLater, 503),
)


def json_answer(body: Mapping[str, Any], *, status: int = 200) -> func.HttpResponse:
    """An answer of JSON."""
    return func.HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status_code=status,
        mimetype="application/json",
        charset="utf-8",
    )


def problem(error: ZetaError) -> func.HttpResponse:
    """The answer that tells a machine what went wrong: a type, a title by status, our code; no inner text."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    headers = {}
    if isinstance(error, TryLater):
        headers["Retry-After"] = str(max(1, round(error.after)))
    if status == 500:
        _log.error("a request failed", extra={"code": error.code})
    body = {"type": f"urn:zeta:error:{error.code}", "status": status, "code": error.code}
    return func.HttpResponse(
        json.dumps(body), status_code=status, mimetype="application/problem+json", headers=headers
    )
