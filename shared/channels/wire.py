"""How payloads of others are read: leniently, and without ever failing.

A ``WireModel`` takes any JSON object. A field that is missing or of a wrong type has its default, as if it were
not there; unknown fields are left out. So parsing is total, and a platform's new or broken field costs that
field and not the message.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from shared.kernel.clock import from_unix, utc_now

__all__ = [
    "Degrees",
    "Flag",
    "WholeNumber",
    "WireId",
    "WireModel",
    "WireObjects",
    "WireText",
    "clean_text",
    "digest_of",
    "moment_of",
]

_MAX_ID = 200
_BIGINT = 2**63


class WireModel(BaseModel):
    """A platform's object. Every field needs a default; building it from a mapping never raises."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _absent_when_invalid(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        try:
            return handler(value)
        except ValidationError:
            assert info.field_name is not None
            return cls.model_fields[info.field_name].get_default(call_default_factory=True, validated_data={})


def clean_text(value: Any) -> Any:
    """Postgres takes neither NUL nor halves of surrogate pairs: show the sign for an unreadable character."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _clean_id(value: Any) -> Any:
    """Platforms send ids as numbers or strings; a float has lost digits and is none."""
    if isinstance(value, bool | float):
        return None
    if isinstance(value, int):
        return str(value) if abs(value) < _BIGINT else None
    return clean_text(value)


def _clean_number(value: Any) -> Any:
    """A whole number, also when sent as digits (WhatsApp's timestamps) or as a whole float."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdigit():
        return int(value)
    return value


def _only_objects(value: Any) -> Any:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else value


WireText = Annotated[str, BeforeValidator(clean_text)]
"""Text of any length."""
WireId = Annotated[str, BeforeValidator(_clean_id), Field(min_length=1, max_length=_MAX_ID)]
"""An identifier, always a string here."""
WholeNumber = Annotated[int, BeforeValidator(_clean_number), Field(strict=True, gt=-_BIGINT, lt=_BIGINT)]
"""An integer that fits a Postgres bigint."""
Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-180, le=180)]
"""A coordinate."""
Flag = Annotated[bool, Field(strict=True)]
"""``true`` or ``false``, nothing that resembles them."""
WireObjects = BeforeValidator(_only_objects)
"""For lists of objects: ``Annotated[tuple[Photo, ...], WireObjects]`` leaves out what is no object."""


def moment_of(seconds: float | None) -> datetime:
    """The moment a platform names, in Unix seconds; the present where it names none that a calendar has."""
    if seconds is None or not 0 < seconds < 253_402_300_800:
        return utc_now()
    return from_unix(seconds)


def digest_of(body: Any) -> str:
    """A key for a payload that names none itself: equal payloads, equal keys.

    Walks without recursion, so that deep nesting cannot exhaust the stack, and takes every value that
    ``json.loads`` returns (NaN, integers of thousands of digits, halves of surrogate pairs).
    """
    digest = hashlib.sha256()
    todo = [body]
    while todo:
        value = todo.pop()
        digest.update(f"{type(value).__name__}:".encode())
        match value:
            case str():
                digest.update(f"{len(value)}:".encode() + value.encode("utf-8", "surrogatepass"))
            case dict():
                digest.update(f"{len(value)}:".encode())
                for key in sorted(value, key=str):
                    todo += (value[key], str(key))
            case list() | tuple():
                digest.update(f"{len(value)}:".encode())
                todo += value
            case int():
                digest.update(hex(value).encode())
            case _:
                digest.update(repr(value).encode())
    return digest.hexdigest()[:32]
