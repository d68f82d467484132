"""Requests and answers of the imitated APIs, before any platform gives them a meaning."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from infra.local.simulator.errors import SimulatorError

__all__ = [
    "ApiAnswer",
    "ApiCall",
    "Json",
    "UnreadableError",
    "UploadedFile",
    "json_answer",
    "read_json_body",
    "read_parameters",
]

Json = dict[str, Any]

MAX_UPLOAD = 60 * 1024 * 1024


class UnreadableError(SimulatorError):
    """The body of a call is not what its content type says."""


@dataclass(slots=True)
class UploadedFile:
    """A file part of a multipart body."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class ApiCall:
    """One call of the bot: which method, with which parameters and files.

    ``token`` is the credential the caller presented, ``chat`` the addressee as far as it is known
    (fault rules can be narrowed to one chat).
    """

    method: str
    token: str = ""
    path: str = ""
    http_method: str = "POST"
    chat: str = ""
    parameters: Json = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)
    size: int = 0


@dataclass(slots=True)
class ApiAnswer:
    """What the messenger answers: status, raw body, headers."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> ApiAnswer:
    """An answer whose body is ``body`` as compact JSON in UTF-8."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return ApiAnswer(status, raw, headers=headers or {})


async def read_json_body(request: web.Request) -> tuple[Json, int]:
    """The JSON object that a body is, whatever its content type says, and its size; empty for no body.

    Raises ``UnreadableError`` when it is none.
    """
    raw = await request.read()
    if not raw:
        return {}, 0
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise UnreadableError(str(error)) from error
    if not isinstance(body, dict):
        raise UnreadableError("a JSON object is expected")
    return body, len(raw)


async def read_parameters(request: web.Request) -> tuple[Json, dict[str, UploadedFile], int]:
    """Parameters of a GET query, JSON, urlencoded or multipart body; uploaded files; body size in bytes.

    Raises ``UnreadableError`` when a JSON body is not a JSON object.
    """
    parameters: Json = dict(request.query)
    files: dict[str, UploadedFile] = {}
    content_type = request.content_type
    if content_type == "application/json":
        body, size = await read_json_body(request)
        return parameters | body, files, size
    if content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form = await request.post()
        for name, value in form.items():
            if isinstance(value, web.FileField):
                files[name] = UploadedFile(value.filename, value.content_type, value.file.read())
            else:
                parameters[name] = value if isinstance(value, str) else bytes(value).decode()
    return parameters, files, request.content_length or 0
