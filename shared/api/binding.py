"""From a request to a handler's arguments; whatever does not fit is told field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError

from shared.api.exchange import ApiRequest
from shared.api.query import query_model
from shared.api.signature import Signature
from shared.api.uploads import upload_of
from shared.kernel.errors import FieldError, InvalidInput, NotFound, UnsupportedMedia
from shared.kernel.etags import IfMatch
from shared.kernel.json import decode_object, storable
from shared.kernel.requests import Client

__all__ = ["arguments_of"]

_BIGINT = 1 << 63


def arguments_of(signature: Signature, request: ApiRequest) -> dict[str, Any]:
    """The arguments that the request holds; the caller is not among them.

    Raises:
        NotFound: a path parameter cannot be the identity of anything.
        InvalidInput: query, body or ``If-Match`` break rules.
        UnsupportedMedia: the body is not JSON where JSON is read.
    """
    found: dict[str, Any] = {name: _path_value(kind, name, request) for name, kind in signature.path.items()}
    if signature.filters is not None:
        found["filters"] = _query(signature.filters, request.query)
    elif request.query:
        raise InvalidInput("unknown parameters", errors=[FieldError(name, "unknown") for name in request.query])
    if signature.body is not None or "upload" in signature.supplied:
        _refuse_packed(request)
    if signature.body is not None:
        found["body"] = _json(signature.body, request)
    if "upload" in signature.supplied:
        found["upload"] = upload_of(request.headers.get("content-type", ""), request.headers, request.body)
    if "if_match" in signature.supplied:
        found["if_match"] = IfMatch(request.headers.get("if-match"))
    if "client" in signature.supplied:
        found["client"] = _client(request)
    return found


def _refuse_packed(request: ApiRequest) -> None:
    """Bodies are read as they are: whoever packs one is told so, not that it is no JSON."""
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedMedia("not packed: send it without Content-Encoding")


def _path_value(kind: type, name: str, request: ApiRequest) -> Any:
    text = request.route[name]
    try:
        value = kind(text)
    except ValueError:
        raise NotFound(name, text[:40]) from None
    if isinstance(value, int) and not -_BIGINT <= value < _BIGINT:
        raise NotFound(name, text[:40])
    if isinstance(value, UUID) and len(text) != 36:  # also reads braces and urn:uuid:
        raise NotFound(name, text[:40])
    return storable(value)


def _query(model: type[BaseModel], query: Mapping[str, str]) -> BaseModel:
    try:
        return query_model(model, query)
    except ValidationError as error:
        raise _broken(error) from error


def _json(model: type[BaseModel], request: ApiRequest) -> BaseModel:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMedia("application/json")
    try:
        decoded = decode_object(request.body)
    except InvalidInput as error:
        if error.errors or error.code != InvalidInput.code:
            raise
        raise InvalidInput(str(error), errors=[FieldError("body", "not_json")]) from error
    try:
        plain = json.dumps(decoded, ensure_ascii=False, allow_nan=False)
    except ValueError as error:  # a number beyond every float was read as infinity
        raise InvalidInput("a number is too great") from error
    try:
        return model.model_validate_json(plain, strict=True)
    except ValidationError as error:
        raise _broken(error) from error


def _broken(error: ValidationError) -> InvalidInput:
    return InvalidInput("rules are broken", errors=[_field_error(one) for one in error.errors()[:50]])


def _field_error(error: Any) -> FieldError:
    """A rule of pydantic's in our words; its own text may quote the value and is not told."""
    context = error.get("ctx") or {}
    limit = next(
        (str(context[name]) for name in ("min_length", "max_length", "ge", "gt", "le", "lt") if name in context), ""
    )
    path = ".".join(str(part) for part in error["loc"])
    return FieldError(path, _CODES.get(str(error["type"]), "invalid"), limit)


_CODES = {
    "timezone_aware": "no_offset",
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_too_short": "too_short",
    "too_short": "too_few",
    "string_too_long": "too_long",
    "too_long": "too_many",
    "greater_than_equal": "too_small",
    "greater_than": "must_be_greater",
    "less_than_equal": "too_great",
    "less_than": "must_be_less",
}


def _client(request: ApiRequest) -> Client:
    return Client(
        address=request.address,
        user_agent=request.headers.get("user-agent", "")[:200],
        language=request.language.value,
        cookies=request.cookies,
        csrf=request.headers.get("x-csrf-token", ""),
    )
