"""The HTTP edge: requests in, answers out, and the one place where errors become answers (RFC 9457)."""

from __future__ import annotations

import json
import logging
import math
import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import azure.functions as func

from shared.api.exchange import ApiAnswer, ApiRequest
from shared.kernel.errors import MethodNotAllowed, RateLimited, TryLater, Unauthenticated, ZetaError
from shared.kernel.languages import DEFAULT_LANGUAGE, Language

__all__ = ["api_answer", "api_request", "failure", "json_answer", "problem", "secured"]

_log = logging.getLogger(__name__)

_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
"""On every answer; one that has a policy of its own keeps it."""


def secured(response: func.HttpResponse, *more: tuple[str, str]) -> func.HttpResponse:
    """The answer with the security headers, and with ``more``."""
    for name, value in _SECURITY.items():
        if name not in response.headers:
            response.headers.add(name, value)
    for name, value in more:
        response.headers.add(name, value)
    return response


def json_answer(body: Mapping[str, Any], *, status: int = 200) -> func.HttpResponse:
    """An answer of JSON."""
    return secured(
        func.HttpResponse(
            json.dumps(body, ensure_ascii=False),
            status_code=status,
            mimetype="application/json",
            charset="utf-8",
        )
    )


def api_request(req: func.HttpRequest) -> ApiRequest:
    """The request as the API reads it."""
    return ApiRequest(
        method=req.method.upper(),
        path=urlsplit(req.url).path,
        query=dict(req.params),
        headers={name.lower(): value for name, value in req.headers.items()},
        route=dict(req.route_params),
        body=req.get_body(),
    )


def api_answer(answer: ApiAnswer) -> func.HttpResponse:
    """The answer as Azure Functions takes it."""
    response = func.HttpResponse(
        answer.body, status_code=answer.status, mimetype=answer.media_type, charset="utf-8"
    )
    for name, value in answer.headers:
        response.headers.add(name, value)
    return secured(response)


def problem(error: ZetaError, language: Language = DEFAULT_LANGUAGE) -> func.HttpResponse:
    """The answer that tells a machine, and a person, what went wrong; no inner text."""
    from shared.api.problems import problem_of

    request_id = str(uuid4())
    body = problem_of(error, language, request_id)
    headers = {"Content-Language": language.value}
    if isinstance(error, TryLater):
        headers["Retry-After"] = str(max(1, math.ceil(error.after)))
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="zeta"'
    if body["status"] >= 500 and not isinstance(error, RateLimited):
        _log.error("a request failed", extra={"code": error.code, "request_id": request_id})
    return secured(
        func.HttpResponse(
            json.dumps(body, ensure_ascii=False),
            status_code=body["status"],
            mimetype="application/problem+json",
            charset="utf-8",
            headers=headers,
        )
    )


def failure(error: Exception, language: Language, function: str) -> func.HttpResponse:
    """The answer to a request that met a defect of ours; the log says where, without any value."""
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-3:]]
    _log.error(
        "function failed", extra={"function": function, "error_type": type(error).__name__, "error_at": places}
    )
    return problem(ZetaError(), language)
