"""Versions of a representation (RFC 9110, 8.8.3 and 13.1): strong tags of what the caller was shown.

A tag is a digest of the view's JSON, so that every thing has one without a column of its own, and a change that
shows is a change of the tag. A view that is tagged must therefore not contain the present moment.
"""

from __future__ import annotations

import hashlib
import re

from pydantic import BaseModel

from shared.kernel.errors import InvalidInput, PreconditionFailed

__all__ = ["IfMatch", "etag_of", "tags_in"]

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def etag_of(view: BaseModel) -> str:
    """The strong tag of a view, quotes included."""
    return f'"{hashlib.blake2b(view.model_dump_json(by_alias=True).encode(), digest_size=12).hexdigest()}"'


def tags_in(header: str) -> frozenset[str]:
    """The tags of an ``If-Match`` or ``If-None-Match``; ``*`` is one of its own.

    Raises:
        InvalidInput: not a list of entity tags.
    """
    if header.strip() == "*":
        return frozenset({"*"})
    parts = [part.strip() for part in header.split(",")]
    if not all(_TAG.fullmatch(part) for part in parts):
        raise InvalidInput("not a list of entity tags", field="If-Match")
    return frozenset(parts)


class IfMatch:
    """The caller's ``If-Match``; a handler checks it against what it is about to change, inside the transaction."""

    def __init__(self, header: str | None = None) -> None:
        self._tags = None if header is None else tags_in(header)

    def check(self, current: BaseModel) -> None:
        """Go on only if the caller has seen the thing as it is, or did not ask.

        Args:
            current: the view as ``GET`` would show it now, its row locked.

        Raises:
            PreconditionFailed: it was changed since.
        """
        if self._tags is not None and "*" not in self._tags and etag_of(current) not in self._tags:
            raise PreconditionFailed("changed since it was read")
