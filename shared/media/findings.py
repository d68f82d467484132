"""What was found in the files of a dialog, in Redis for a while: one hash a dialog, so that it can be forgotten."""

from __future__ import annotations

import hashlib
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared.channels.messages import MediaContent
from shared.media.schemas import FileOrigin
from shared.runtime.cache import Cache

__all__ = ["Findings"]

_MOST = 100
"""Findings that are kept of one dialog; of more the oldest are dropped."""

_Found = TypeVar("_Found", bound=BaseModel)


class Findings:
    """Kept by the event that brought a file: a turn that is run again neither fetches nor pays again.

    Args:
        cache: of the worker.
        seconds: how long what was found in a file is kept.
    """

    def __init__(self, cache: Cache, *, seconds: float) -> None:
        self._cache = cache
        self._seconds = seconds

    async def kept(self, what: str, origin: FileOrigin, content: MediaContent, kind: type[_Found]) -> _Found | None:
        """What was found in the file before."""
        raw = await self._cache.get_field(_key(origin.dialog_id), _field(what, origin, content))
        try:
            return None if raw is None else kind.model_validate_json(raw)
        except ValidationError:
            # another version of this code wrote it
            return None

    async def keep(self, what: str, origin: FileOrigin, content: MediaContent, found: BaseModel) -> None:
        """Remember what was found."""
        value = found.model_dump_json().encode()
        await self._cache.put_field(
            _key(origin.dialog_id), _field(what, origin, content), value, seconds=self._seconds, most=_MOST
        )

    async def forget(self, dialog_id: int) -> None:
        """Drop all that was found in the dialog's files."""
        await self._cache.drop(_key(dialog_id))


def _key(dialog_id: int) -> str:
    return f"media:{dialog_id}"


def _field(what: str, origin: FileOrigin, content: MediaContent) -> str:
    file = hashlib.sha256(f"{origin.event_id}|{content.file_id or content.url}".encode()).hexdigest()[:32]
    return f"{what}:{file}"
