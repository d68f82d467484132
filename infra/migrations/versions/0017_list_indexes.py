"""Administrators' lists that were sorted or read whole at a hundred thousand rows find their page by an index.

They are built while the tables are written. A build that broke off leaves an invalid index of its name, so whatever
has the name is dropped first: the migration can be run again from its start.

Revision ID: 0017_list_indexes
Revises: 0016_analytics_days
"""

from __future__ import annotations

from alembic import op

revision = "0017_list_indexes"
down_revision = "0016_analytics_days"
branch_labels = None
depends_on = None


_NEW = {
    "ix_escalations_priority": "ON escalations (company_id, priority, opened_at, id)",
    # few at a time: nothing is written here for other dialogs
    "ix_dialogs_handed_over": "ON dialogs (company_id, id) WHERE handover_until IS NOT NULL",
    "ix_failures_listed": "ON failures (company_id, created_at, id)",
    "ix_failures_unresolved": "ON failures (company_id, created_at, id) WHERE resolved_at IS NULL",
    # the numbers of a span of time, without reading its orders
    "ix_orders_created_number": "ON orders (company_id, created_at) INCLUDE (number)",
}
_OLD = {
    "ix_failures_open": "ON failures (company_id, created_at) WHERE resolved_at IS NULL",
    "ix_orders_created": "ON orders (company_id, created_at)",
}


def upgrade() -> None:
    _replace(_OLD, _NEW)


def downgrade() -> None:
    _replace(_NEW, _OLD)


def _replace(old: dict[str, str], new: dict[str, str]) -> None:
    with op.get_context().autocommit_block():
        for name, what in new.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} {what}")
        for name in old:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
