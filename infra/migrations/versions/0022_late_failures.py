"""A message that fails after it was taken: another row of the outbox goes instead, and refers to it.

``template_only`` marks a call that may leave as a template alone, since the messenger said that the reply window is
closed. A private call is kept until its fate is known, for an hour at most, since a late failure needs its other
forms: an erasure finds it by what it still holds, no longer by its status.

Revision ID: 0022_late_failures
Revises: 0021_dialog_addresses
"""

from __future__ import annotations

from alembic import op

revision = "0022_late_failures"
down_revision = "0021_dialog_addresses"
branch_labels = None
depends_on = None

# the constraint holds every new row; the rows that are there refer to nothing, and a scan of all would lock them
_COLUMNS = """
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS replaces bigint,
                   ADD COLUMN IF NOT EXISTS template_only boolean NOT NULL DEFAULT false;
ALTER TABLE outbox DROP CONSTRAINT IF EXISTS outbox_replaces_fkey;
ALTER TABLE outbox ADD CONSTRAINT outbox_replaces_fkey FOREIGN KEY (company_id, replaces)
    REFERENCES outbox (company_id, id) NOT VALID;
"""
_FORGET = """
CREATE OR REPLACE FUNCTION forget_private_calls(kept interval, at_once integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH old AS (
        SELECT id FROM outbox
         WHERE about IS NOT NULL AND call <> '{}' AND status = 'sent' AND sent_at < now() - kept
         LIMIT at_once
    ), forgotten AS (
        UPDATE outbox SET call = '{}' WHERE id IN (SELECT id FROM old) AND status = 'sent' RETURNING 1
    )
    SELECT count(*) FROM forgotten
$$
"""
_RIGHTS = (
    "ALTER FUNCTION forget_private_calls(interval, integer) OWNER TO zeta_definer",
    "REVOKE ALL ON FUNCTION forget_private_calls(interval, integer) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION forget_private_calls(interval, integer) TO zeta_system",
    "DROP POLICY IF EXISTS definer ON outbox",
    "CREATE POLICY definer ON outbox TO zeta_definer USING (true) WITH CHECK (true)",
    "GRANT SELECT, UPDATE ON outbox TO zeta_definer",
)


def upgrade() -> None:
    op.execute(_COLUMNS)
    op.execute(_FORGET)
    for statement in _RIGHTS:
        op.execute(statement)
    with op.get_context().autocommit_block():
        # one replacement at most for each row
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbox_replaces")
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY ix_outbox_replaces ON outbox (replaces) WHERE replaces IS NOT NULL"
        )
        # few at any time
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbox_unforgotten")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_outbox_unforgotten ON outbox (company_id)"
            " WHERE about IS NOT NULL AND call <> '{}'"
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbox_unforgotten")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_outbox_replaces")
    op.execute("DROP FUNCTION forget_private_calls(interval, integer)")
    op.execute("REVOKE SELECT, UPDATE ON outbox FROM zeta_definer")
    op.execute("DROP POLICY definer ON outbox")
    op.execute("ALTER TABLE outbox DROP CONSTRAINT outbox_replaces_fkey")
    op.execute("ALTER TABLE outbox DROP COLUMN replaces, DROP COLUMN template_only")
