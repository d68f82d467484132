"""A repeated request is known as served from the commit of its work on, not from its answer.

Revision ID: 0014_worked_requests
Revises: 0013_analytics
"""

from __future__ import annotations

from alembic import op

revision = "0014_worked_requests"
down_revision = "0013_analytics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # written in the transaction of the work itself: where it stands, the work is done, answered or not
    op.execute("ALTER TABLE api_requests ADD COLUMN worked_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE api_requests DROP COLUMN worked_at")
