"""Analytics can be reported on, corrected when a person is forgotten, and forgotten itself after its time.

Revision ID: 0013_analytics
Revises: 0012_handover
"""

from __future__ import annotations

from alembic import op

revision = "0013_analytics"
down_revision = "0012_handover"
branch_labels = None
depends_on = None

_FORGET = """
CREATE FUNCTION forget_analytics(kept interval, at_once integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH old AS (
        SELECT company_id, id FROM analytics_events WHERE at < now() - kept LIMIT at_once
    ), forgotten AS (
        DELETE FROM analytics_events e USING old WHERE e.company_id = old.company_id AND e.id = old.id RETURNING 1
    )
    SELECT count(*) FROM forgotten
$$
"""


def upgrade() -> None:
    op.execute("CREATE INDEX ix_analytics_events_oldest ON analytics_events USING brin (at)")
    # what one person looked at, put into the cart and ordered: their tastes are read from it
    op.execute(
        "CREATE INDEX ix_analytics_events_interest ON analytics_events (company_id, dialog_id, at)"
        " WHERE kind IN ('search', 'card_viewed', 'cart_added', 'order_placed', 'preference')"
    )
    # a person who is to be forgotten is taken out of the events of their dialogs
    op.execute("GRANT UPDATE ON analytics_events TO zeta_app")
    op.execute("CREATE POLICY definer ON analytics_events TO zeta_definer USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, DELETE ON analytics_events TO zeta_definer")
    op.execute(_FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_analytics(interval, integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_analytics(interval, integer) TO zeta_system")
    op.execute("ALTER FUNCTION forget_analytics(interval, integer) OWNER TO zeta_definer")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_analytics(interval, integer)")
    op.execute("DROP POLICY definer ON analytics_events")
    op.execute("REVOKE ALL ON analytics_events FROM zeta_definer")
    op.execute("REVOKE UPDATE ON analytics_events FROM zeta_app")
    op.execute("DROP INDEX ix_analytics_events_oldest, ix_analytics_events_interest")
