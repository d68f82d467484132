"""A log-in that succeeds sets its counters back instead of deleting them.

Rows that come and go cannot be locked in one order: who counts an attempt and who takes one back waited for each
other. ``begin_login`` deletes what nobody has touched for hours.

Revision ID: 0019_end_login
Revises: 0018_verified_emails
"""

from __future__ import annotations

from alembic import op

revision = "0019_end_login"
down_revision = "0018_verified_emails"
branch_labels = None
depends_on = None

_END_LOGIN = """
CREATE OR REPLACE FUNCTION end_login(account bytea, address bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE login_attempts SET failures = 0, blocked_until = '-infinity' WHERE subject = account;
    UPDATE login_attempts SET failures = greatest(failures - 1, 0), blocked_until = '-infinity'
     WHERE subject = address;
$$
"""
_AS_BEFORE = _END_LOGIN.replace(
    "UPDATE login_attempts SET failures = 0, blocked_until = '-infinity' WHERE subject = account",
    "DELETE FROM login_attempts WHERE subject = account",
)


def upgrade() -> None:
    op.execute(_END_LOGIN)


def downgrade() -> None:
    op.execute(_AS_BEFORE)
