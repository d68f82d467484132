"""Carts, orders and reserved stock; and the right to forget what a person said.

Revision ID: 0008_orders
Revises: 0007_identity
"""

from __future__ import annotations

from alembic import op

revision = "0008_orders"
down_revision = "0007_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # erasing a person's data deletes what was said
    op.execute("GRANT DELETE ON messages TO zeta_app")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON messages FROM zeta_app")
