"""Calls that are not for the history: forgotten once they are sent, and with the person whom they tell of.

What was said in the staff's own messengers before stands in no column that tells of whom: an erasure would never
find it. It is forgotten here, once and for all: the history of linked chats, what came in there, and the calls that
were sent or given up. The members' own shopping there goes with it. A call that still waits tells, for all one can
know, of everybody whose escalation lasted when it was made.

Revision ID: 0015_private_calls
Revises: 0014_worked_requests
"""

from __future__ import annotations

from alembic import op

revision = "0015_private_calls"
down_revision = "0014_worked_requests"
branch_labels = None
depends_on = None

_OWNED = ("dialogs", "messages", "inbox", "outbox", "escalations")

# a count that has moved on: no copy of the memory is believed any more
_FORGET = (
    """
UPDATE dialogs SET history_seq = history_seq + 1, memory_from = history_seq + 1 WHERE staff_user_id IS NOT NULL
""",
    """
DELETE FROM messages m USING dialogs d WHERE m.dialog_id = d.id AND d.staff_user_id IS NOT NULL
""",
    """
UPDATE inbox i SET event = '{}', raw = NULL FROM dialogs d
 WHERE i.dialog_id = d.id AND d.staff_user_id IS NOT NULL AND i.status <> 'received'
""",
    """
UPDATE outbox o SET call = '{}' FROM dialogs d
 WHERE o.dialog_id = d.id AND d.staff_user_id IS NOT NULL AND o.status IN ('sent', 'failed')
""",
    # with the chat's own dialog there are two at least: it is no message to answer somebody by
    """
WITH told AS (
    SELECT o.id, array_agg(DISTINCT e.dialog_id) AS dialogs FROM outbox o
      JOIN dialogs d ON d.id = o.dialog_id AND d.staff_user_id IS NOT NULL
      JOIN escalations e ON e.company_id = d.company_id AND e.dialog_id <> d.id
       AND o.created_at BETWEEN e.opened_at - interval '1 minute'
                            AND coalesce(e.resolved_at, now()) + interval '1 minute'
     WHERE o.status NOT IN ('sent', 'failed') AND o.about IS NULL GROUP BY o.id
)
UPDATE outbox o SET about = array_append(told.dialogs, o.dialog_id) FROM told WHERE o.id = told.id
""",
)


def upgrade() -> None:
    # set: a private call; the dialogs whose people it tells of, none for a link
    op.execute("ALTER TABLE outbox ADD COLUMN IF NOT EXISTS about bigint[]")
    forget_copies()
    # few at any time; an erasure looks for them
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbox_private")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_outbox_private ON outbox (company_id)"
            " WHERE about IS NOT NULL AND status NOT IN ('sent', 'failed')"
        )


def forget_copies() -> None:
    """Run over all companies: row level security, which binds owners too, is lifted until the migration commits."""
    for table in _OWNED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in _FORGET:
        op.execute(statement)
    for table in _OWNED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbox_private")
    op.execute("ALTER TABLE outbox DROP COLUMN about")
