"""Words of the shop that somebody wrote outside of Zeta: which of them are really that.

WhatsApp says that it echoes only what was written in the Business app. An echo of a call of ours would silence the
bot by its own words, so the message ids of our calls are looked up all the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text

from shared.dialogs.contract import is_echo
from shared.dialogs.turns.batch import Batch
from shared.runtime.statements import Executor

__all__ = ["echo_ids", "load_own", "without_echoes"]

_OWN = text("SELECT platform_message_id FROM outbox WHERE bot_id = :bot_id AND platform_message_id = ANY(:ids)")


def echo_ids(batch: Batch) -> list[str]:
    """The platform's ids of the echoes of a batch."""
    return [event.message_id for event in batch.events if is_echo(event)]


async def load_own(executor: Executor, bot_id: UUID, message_ids: Collection[str]) -> frozenset[str]:
    """Those of the ids that are of calls of ours."""
    rows = await executor.execute(_OWN, {"bot_id": bot_id, "ids": list(message_ids)})
    return frozenset(row.platform_message_id for row in rows)


def without_echoes(batch: Batch, message_ids: Collection[str]) -> Batch:
    """The batch without the echoes of these messages."""
    kept = tuple(event for event in batch.events if not (is_echo(event) and event.message_id in message_ids))
    return replace(batch, events=kept)
