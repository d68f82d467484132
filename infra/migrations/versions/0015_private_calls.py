"""Calls that are not for the history: forgotten once they are sent, and with the person whom they tell of.

Revision ID: 0015_private_calls
Revises: 0014_worked_requests
"""

from __future__ import annotations

from alembic import op

revision = "0015_private_calls"
down_revision = "0014_worked_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # set: a private call; the dialogs whose people it tells of, none for a link
    op.execute("ALTER TABLE outbox ADD COLUMN IF NOT EXISTS about bigint[]")
    # few at any time; an erasure looks for them
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbox_private")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_outbox_private ON outbox (company_id)"
            " WHERE about IS NOT NULL AND status NOT IN ('sent', 'failed')"
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbox_private")
    op.execute("ALTER TABLE outbox DROP COLUMN about")
