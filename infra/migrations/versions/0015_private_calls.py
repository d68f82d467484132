"""Calls that are not for the history: forgotten once they are sent, and with the person whom they tell of.

Revision ID: 0015_private_calls
Revises: 0018_analytics_days
"""

from __future__ import annotations

from alembic import op

revision = "0015_private_calls"
down_revision = "0018_analytics_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # set: a private call; the dialogs whose people it tells of, none for a link
    op.execute("ALTER TABLE outbox ADD COLUMN about bigint[]")
    # few at any time; an erasure looks for them
    op.execute(
        "CREATE INDEX ix_outbox_private ON outbox (company_id)"
        " WHERE about IS NOT NULL AND status NOT IN ('sent', 'failed')"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_outbox_private")
    op.execute("ALTER TABLE outbox DROP COLUMN about")
