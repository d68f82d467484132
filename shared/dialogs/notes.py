"""Notes in a dialog's history that nobody said: who had the dialog from here on. Shoppers and models read none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from shared.runtime.statements import Executor

__all__ = ["add_note", "count_event"]

_NOTE = text("""
WITH dialog AS (
    UPDATE dialogs SET history_seq = history_seq + 1 WHERE id = :id RETURNING id, company_id, history_seq
)
INSERT INTO messages (company_id, dialog_id, seq, role, text, content, at)
SELECT company_id, id, history_seq, 'note', :text, CAST(:content AS jsonb), clock_timestamp() FROM dialog
""")

_COUNT = text("""
INSERT INTO analytics_events (company_id, dialog_id, bot_id, kind, properties)
SELECT company_id, id, bot_id, :kind, CAST(:properties AS jsonb) FROM dialogs WHERE id = :id
""")


async def add_note(session: Executor, dialog_id: int, event: str, content: Mapping[str, Any]) -> None:
    """Add a note to the end of a dialog's history.

    Args:
        session: a transaction of the dialog's company.
        dialog_id: the dialog.
        event: what happened, a machine word such as ``handover.taken``.
        content: ids that say more; kept with ``event`` under ``kind`` "note".
    """
    body = json.dumps({"kind": "note", "event": event, **content}, default=str)
    await session.execute(_NOTE, {"id": dialog_id, "text": f"[{event}]", "content": body})


async def count_event(session: Executor, dialog_id: int, kind: str, properties: Mapping[str, Any]) -> None:
    """Record a countable fact of a dialog outside of a turn; ``properties`` hold nothing personal."""
    body = json.dumps(properties, default=str)
    await session.execute(_COUNT, {"id": dialog_id, "kind": kind, "properties": body})
