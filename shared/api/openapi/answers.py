"""The answers of an operation: its success, and every problem that gate, parameters or handler may raise."""

from __future__ import annotations

from typing import Any

from shared.api.endpoint import PUBLIC, Endpoint
from shared.api.openapi.examples import example_of
from shared.api.openapi.schemas import Schemas
from shared.api.problems import TEXTS, status_of
from shared.api.signature import AnswerKind, Signature
from shared.kernel.errors import ZetaError
from shared.kernel.languages import Language

__all__ = ["PROBLEM_SCHEMAS", "answers_of", "problem_responses"]

PROBLEM_SCHEMAS: dict[str, Any] = {
    "FieldProblem": {
        "type": "object",
        "required": ["field", "code", "message"],
        "properties": {
            "field": {"type": "string", "description": "Dotted path in the body, or the parameter's name."},
            "code": {"type": "string", "description": "Which rule is broken: a word for programs."},
            "message": {"type": "string", "description": "For the person who filled it in."},
        },
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457.",
        "required": ["type", "title", "status", "code", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri", "description": "`urn:zeta:error:` and the code."},
            "title": {"type": "string", "description": "What to do, in the reader's language."},
            "status": {"type": "integer", "description": "The answer's HTTP status."},
            "code": {"type": "string", "description": "For programs; never changes its meaning."},
            "instance": {"type": "string", "description": "The request's number, as our log knows it."},
            "errors": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/FieldProblem"},
                "description": "Every rule that is broken.",
            },
        },
    },
}

_REASONS = {
    400: ("invalid_input", "A parameter or the body breaks a rule."),
    401: ("unauthenticated", "No token, or one that does not hold."),
    403: ("forbidden", "The caller's role does not allow it, or the CSRF header is missing."),
    404: ("not_found", "There is no such thing in the company."),
    409: ("conflict", "The state of the thing forbids it, a name is taken, or a copy is being served."),
    412: ("precondition_failed", "It was changed since it was read."),
    413: ("too_large", "The body is larger than allowed."),
    415: ("unsupported_media_type", "The body is of another kind."),
    422: ("idempotency_key_reused", "The key came with another request before."),
    429: ("rate_limited", "Too many requests."),
    503: ("unavailable", "A part of ours does not answer; try again."),
}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}}


def problem_responses() -> dict[str, Any]:
    """``components.responses``: one for each status that a problem can have, with the codes that it can have."""
    found = {}
    codes: dict[int, set[str]] = {}
    for kind in _tree(ZetaError):
        codes.setdefault(status_of(kind), set()).add(kind.code)
    for status, (code, description) in _REASONS.items():
        told = ", ".join(f"`{one}`" for one in sorted(codes[status]))
        example = {
            "type": f"urn:zeta:error:{code}",
            "title": TEXTS.get(f"problem.{code}", Language.EN),
            "status": status,
            "code": code,
            "instance": "urn:zeta:request:0b6f8c2e-6d1c-4c7e-9b1a-3f0d7b5a2c11",
        }
        schema = {"$ref": "#/components/schemas/Problem"}
        found[f"Problem{status}"] = {
            "description": f"{description} `code`: {told}.",
            "content": {"application/problem+json": {"schema": schema, "example": example}},
            **({"headers": _RETRY} if status in (429, 503) else {}),
        }
    return found


def answers_of(endpoint: Endpoint, signature: Signature, schemas: Schemas) -> dict[str, Any]:
    """``responses`` of one operation."""
    found = {str(signature.answer.status): _success(signature, schemas)}
    if endpoint.method == "GET" and signature.tagged:
        found["304"] = {"description": "It still has the `ETag` of `If-None-Match`."}
    for status in sorted(_problems(endpoint, signature)):
        found[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return found


def _success(signature: Signature, schemas: Schemas) -> dict[str, Any]:
    if signature.answer is AnswerKind.EMPTY:
        return {"description": "Done."}
    if signature.answer is AnswerKind.DOWNLOAD:
        return {"description": "The file; its type is in `Content-Type`.", "content": {"*/*": {}}}
    schema = schemas.of(signature.model, "serialization")
    headers: dict[str, Any] = {}
    if signature.tagged:
        headers["ETag"] = {"description": "Its version.", "schema": {"type": "string"}}
    if signature.answer in {AnswerKind.CREATED, AnswerKind.ACCEPTED}:
        headers["Location"] = {"description": "Where it can be read.", "schema": {"type": "string"}}
    content = {"schema": schema, "example": example_of(schema, schemas.components)}
    answer: dict[str, Any] = {"description": "Done.", "content": {"application/json": content}}
    return answer | ({"headers": headers} if headers else {})


def _problems(endpoint: Endpoint, signature: Signature) -> set[int]:
    found = {400, 429, 503}
    if endpoint.permission != PUBLIC:
        found |= {401, 403}
    elif endpoint.method == "POST":  # whoever sends it proves something by the body: a password, an invitation
        found.add(401)
    if endpoint.parameters:
        found.add(404)
    if endpoint.method != "GET":
        found |= {409, 413}
    if "if_match" in signature.supplied:
        found.add(412)
    if signature.body is not None or "upload" in signature.supplied:
        found.add(415)
    if endpoint.method == "POST" and endpoint.permission != PUBLIC:
        found.add(422)
    return found | {status for name in signature.raises if (status := _status(name)) is not None}


def _status(name: str) -> int | None:
    """The status of an error of ours by its class's name, as a docstring gives it."""
    known = {kind.__name__: kind for kind in _tree(ZetaError)}
    if name not in known:
        return None
    return status_of(known[name])


def _tree(kind: type[ZetaError]) -> list[type[ZetaError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _tree(child))]
