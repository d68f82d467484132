"""What was said before, for the next answer: a copy in Redis, the truth in Postgres.

The copy carries the dialog's ``history_seq``; any mismatch (Redis lost it, another worker was faster, an
administrator wrote) makes the reader rebuild it from the history.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from shared.dialogs.contract import MemoryMessage, Role
from shared.runtime.cache import Cache

__all__ = ["Memory"]


class Memory:
    """The last messages of each dialog."""

    def __init__(self, cache: Cache, *, messages: int, seconds: float) -> None:
        self._cache = cache
        self._seconds = seconds
        self.messages = messages
        """How many messages are remembered."""

    async def recall(self, dialog_id: int, history_seq: int) -> list[MemoryMessage] | None:
        """The remembered messages as of ``history_seq``, oldest first; ``None``: rebuild them."""
        found = await self._cache.get(_key(dialog_id))
        if found is None:
            return None
        try:
            kept = json.loads(found)
            if kept["seq"] != history_seq:
                return None
            return [MemoryMessage(Role(role), text, datetime.fromisoformat(at)) for role, text, at in kept["said"]]
        except (ValueError, KeyError, TypeError):
            return None

    async def remember(self, dialog_id: int, history_seq: int, said: Sequence[MemoryMessage]) -> None:
        """Keep the last messages of ``said`` as the memory of ``history_seq``."""
        kept = [[message.role.value, message.text, message.at.isoformat()] for message in said[-self.messages :]]
        value = json.dumps({"seq": history_seq, "said": kept}, ensure_ascii=False).encode()
        await self._cache.put(_key(dialog_id), value, seconds=self._seconds)

    async def forget(self, dialog_id: int) -> None:
        """Drop the copy of a dialog."""
        await self._cache.drop(_key(dialog_id))


def _key(dialog_id: int) -> str:
    return f"memory:{dialog_id}"
