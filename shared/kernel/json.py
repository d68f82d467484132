"""JSON from outside, decoded strictly and made safe to store.

What Postgres cannot hold (NUL, lone surrogates) becomes U+FFFD; the raw bytes are kept beside it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from shared.kernel.errors import InvalidInput

__all__ = ["TooDeep", "decode_object", "storable"]

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


class TooDeep(InvalidInput):
    """Valid JSON, perhaps, but nested deeper than anything we read."""

    code = "too_deep"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _integer(digits: str) -> int | float:
    # Python refuses to read integers of thousands of digits at all; nothing we read is beyond 64 bits.
    return int(digits) if len(digits) <= 20 else float(digits)


def decode_object(body: bytes) -> dict[str, Any]:
    """Decode a JSON object (RFC 8259: UTF-8, no NaN); of a repeated name the last one counts.

    Raises:
        InvalidInput: not JSON, or not an object.
        TooDeep: nested too deep to be read.
    """
    try:
        decoded: Any = json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_int=_integer)
    except RecursionError as error:
        raise TooDeep("nested too deep") from error
    except ValueError as error:
        raise InvalidInput("not JSON") from error
    if not isinstance(decoded, dict):
        raise InvalidInput("not a JSON object")
    try:
        return {storable(name): storable(item) for name, item in decoded.items()} if b"\\u" in body else decoded
    except RecursionError as error:
        raise TooDeep("nested too deep") from error


def storable(value: Any) -> Any:
    """A copy of a JSON value whose texts Postgres can store."""
    if isinstance(value, str):
        return _UNSTORABLE.sub(_REPLACEMENT, value)
    if isinstance(value, dict):
        return {storable(name): storable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value
