"""Raw webhook bodies are forgotten without the system role reading them.

The sweep cleared old bodies itself, which took the right to read the column: all that shoppers of every company
wrote. A function of the definer role does it now, and tells how many it cleared.

Revision ID: 0004_raw_bodies
Revises: 0003_assistant
"""

from __future__ import annotations

from alembic import op

revision = "0004_raw_bodies"
down_revision = "0003_assistant"
branch_labels = None
depends_on = None

_FORGET = """
CREATE FUNCTION forget_raw_bodies(kept interval, at_once integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH old AS (
        SELECT id FROM inbox WHERE raw IS NOT NULL AND received_at < now() - kept
         ORDER BY received_at LIMIT at_once
    ), forgotten AS (
        UPDATE inbox SET raw = NULL WHERE id IN (SELECT id FROM old) RETURNING 1
    )
    SELECT count(*) FROM forgotten
$$
"""


def upgrade() -> None:
    op.execute(_FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_raw_bodies(interval, integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_raw_bodies(interval, integer) TO zeta_system")
    op.execute("ALTER FUNCTION forget_raw_bodies(interval, integer) OWNER TO zeta_definer")
    op.execute("REVOKE SELECT (raw), UPDATE (raw) ON inbox FROM zeta_system")
    # objects that a session makes for itself come last in every definer function's search
    op.execute("ALTER FUNCTION find_bot(uuid) SET search_path = pg_catalog, public, pg_temp")
    op.execute("ALTER FUNCTION receive_events(jsonb, bytea[]) SET search_path = pg_catalog, public, pg_temp")
    op.execute("ALTER FUNCTION raise_config_version() SET search_path = pg_catalog, public, pg_temp")
    op.execute("REVOKE ALL ON FUNCTION raise_config_version() FROM PUBLIC")
    op.execute("REVOKE ALL ON FUNCTION raise_own_config_version() FROM PUBLIC")


def downgrade() -> None:
    op.execute("GRANT SELECT (raw), UPDATE (raw) ON inbox TO zeta_system")
    op.execute("DROP FUNCTION forget_raw_bodies(interval, integer)")
