"""Query strings: each value is read as its field's JSON type, then judged as strictly as a body.

``limit=10`` is a number, ``active=true`` a truth value (``yes`` and ``1`` are none), ``status=new,paid`` a list; a
moment is written in ISO 8601 (pydantic would also take seconds since 1970).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.kernel.json import storable

__all__ = ["query_model"]

_INTEGER = re.compile(r"-?\d{1,19}")
_NUMBER = re.compile(r"-?\d{1,19}(?:\.\d{1,19})?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*")
_UNPACKED_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
"""In a query string an offset's ``+`` that is not written ``%2B`` arrives as a blank."""
_WRONG: Mapping[str, Any] = {}
"""A value that no field takes."""

Model = TypeVar("Model", bound=BaseModel)
Reader = Callable[[str], Any]


def query_model(model: type[Model], query: Mapping[str, str]) -> Model:
    """The filters that a query string holds.

    Raises:
        ValidationError: an unknown parameter, or a value that breaks a rule.
    """
    readers = _readers(model)
    given = {name: readers.get(name, str)(storable(value)) for name, value in query.items()}
    return model.model_validate_json(json.dumps(given, ensure_ascii=False), strict=True)


@lru_cache(maxsize=256)
def _readers(model: type[BaseModel]) -> Mapping[str, Reader]:
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    return {name: _reader(field, definitions) for name, field in schema.get("properties", {}).items()}


def _reader(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> Reader:
    if "$ref" in field:
        field = definitions[str(field["$ref"]).rpartition("/")[2]]
    for option in field.get("anyOf", ()):
        if option.get("type") != "null":
            return _reader(option, definitions)
    match field.get("type"):
        case "array":
            item = _reader(field.get("items", {}), definitions)
            return lambda text: [item(part) for part in text.split(",") if part]
        case "integer":
            return lambda text: int(text) if _INTEGER.fullmatch(text) else _WRONG
        case "number":
            return lambda text: float(text) if _NUMBER.fullmatch(text) else _WRONG
        case "boolean":
            return lambda text: {"true": True, "false": False}.get(text, _WRONG)
    if field.get("format") in ("date-time", "date"):
        return lambda text: _UNPACKED_PLUS.sub("+", text) if _DATE.fullmatch(text) else _WRONG
    return str
