"""Administrators' lists that were sorted or read whole at a hundred thousand rows find their page by an index.

Revision ID: 0017_list_indexes
Revises: 0016_analytics_days
"""

from __future__ import annotations

from alembic import op

revision = "0017_list_indexes"
down_revision = "0016_analytics_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_escalations_priority ON escalations (company_id, priority, opened_at, id)")
    # few at a time: nothing is written here for other dialogs
    op.execute("CREATE INDEX ix_dialogs_handed_over ON dialogs (company_id, id) WHERE handover_until IS NOT NULL")
    op.execute("CREATE INDEX ix_failures_listed ON failures (company_id, created_at, id)")
    op.execute("DROP INDEX ix_failures_open")
    op.execute("CREATE INDEX ix_failures_open ON failures (company_id, created_at, id) WHERE resolved_at IS NULL")
    # the numbers of a span of time, without reading its orders
    op.execute("DROP INDEX ix_orders_created")
    op.execute("CREATE INDEX ix_orders_created ON orders (company_id, created_at) INCLUDE (number)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_orders_created")
    op.execute("CREATE INDEX ix_orders_created ON orders (company_id, created_at)")
    op.execute("DROP INDEX ix_failures_open")
    op.execute("CREATE INDEX ix_failures_open ON failures (company_id, created_at) WHERE resolved_at IS NULL")
    op.execute("DROP INDEX ix_escalations_priority, ix_dialogs_handed_over, ix_failures_listed")
