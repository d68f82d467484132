"""Lists in pages: a bounded number of items and an opaque cursor to those that follow.

A cursor holds the sort and the values of the last item's sort keys; it grants nothing, so it is validated, not
signed. It is good for the list and the sort that gave it; a list that has grown meanwhile repeats and skips none.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.errors import FieldError, InvalidInput
from shared.kernel.json import storable

__all__ = ["Page", "PageQuery", "decode_cursor", "encode_cursor"]

Item = TypeVar("Item")
_LONGEST = 1200
_BIGINT = 1 << 63


class PageQuery(BaseModel):
    """What every list takes in its query string; a list's own filters are fields of a subclass.

    A subclass with several orders declares ``sort: Literal["name", "-name"] = "name"``: the white list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100, description="Items on one page.")] = 20
    cursor: Annotated[
        str | None,
        Field(
            max_length=_LONGEST,
            pattern=r"^[A-Za-z0-9_-]+$",
            description="`next` of the page before; keep the other parameters.",
        ),
    ] = None


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(frozen=True)

    items: list[Item]
    next: Annotated[str | None, Field(description="The cursor of the next page; null on the last one.")] = None


def encode_cursor(sort: str, keys: Sequence[str | int | bool | UUID | datetime | None]) -> str:
    """The cursor behind an item with these values of the sort keys, in the order of the sort."""
    packed = json.dumps([sort, *map(_plain, keys)], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode_cursor(cursor: str, sort: str, kinds: Sequence[type]) -> tuple[Any, ...]:
    """The values that ``encode_cursor`` was given, each of the type that the sort's keys have.

    Raises:
        InvalidInput: not a cursor of this list and sort; the field is ``cursor``.
    """
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found = json.loads(packed.decode("utf-8"))
        if not isinstance(found, list) or len(found) != len(kinds) + 1 or found[0] != sort:
            raise _refused()
        return tuple(_value(kind, value) for kind, value in zip(kinds, found[1:], strict=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _refused() from error


def _plain(key: Any) -> Any:
    if isinstance(key, datetime):
        return key.isoformat()
    return str(key) if isinstance(key, UUID) else key


def _value(kind: type, value: Any) -> Any:
    if kind is UUID or kind is datetime:
        if not isinstance(value, str):
            raise _refused()
        if kind is UUID:
            return UUID(value)
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise _refused()
        return moment
    if type(value) is not kind or (isinstance(value, int) and not -_BIGINT <= value < _BIGINT):
        raise _refused()
    return storable(value)


def _refused() -> InvalidInput:
    return InvalidInput("not a cursor of this list", errors=[FieldError("cursor", "invalid_cursor")])
