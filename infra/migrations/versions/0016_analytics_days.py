"""Days that are over are counted once: a report reads a row per bot and day instead of every event.

Revision ID: 0016_analytics_days
Revises: 0015_private_calls
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0016_analytics_days"
down_revision = "0015_private_calls"
branch_labels = None
depends_on = None

_DAYS = """
CREATE TABLE analytics_days (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    bot_id uuid NOT NULL,
    day date NOT NULL,
    timezone text NOT NULL,
    events bigint NOT NULL,
    messages bigint NOT NULL,
    replies bigint NOT NULL,
    staff_replies bigint NOT NULL,
    searches bigint NOT NULL,
    empty_searches bigint NOT NULL,
    orders bigint NOT NULL,
    escalations bigint NOT NULL,
    alerts_sent bigint NOT NULL,
    wrote bigint[] NOT NULL,
    searched bigint[] NOT NULL,
    viewed bigint[] NOT NULL,
    carted bigint[] NOT NULL,
    ordered bigint[] NOT NULL,
    response_ms double precision[] NOT NULL,
    answer_seconds double precision[] NOT NULL,
    words jsonb NOT NULL,
    money jsonb NOT NULL,
    own jsonb NOT NULL,
    PRIMARY KEY (company_id, bot_id, day)
)
"""

# companies with an uncounted day of a bot: since their first event, and over for longer than ``settled``
_FIND = """
CREATE FUNCTION companies_with_uncounted_days(settled interval, kept integer, at_most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id FROM companies c
     CROSS JOIN LATERAL (SELECT min(e.at) AS at FROM analytics_events e WHERE e.company_id = c.id) first
     WHERE c.active AND first.at IS NOT NULL AND EXISTS (
        SELECT FROM (SELECT b.id AS bot_id, coalesce(y.timezone, c.timezone) AS timezone
                       FROM bots b LEFT JOIN cities y ON y.company_id = b.company_id AND y.id = b.city_id
                      WHERE b.company_id = c.id
                      UNION ALL SELECT '00000000-0000-0000-0000-000000000000', c.timezone) p
         CROSS JOIN LATERAL (SELECT ((now() - settled) AT TIME ZONE p.timezone)::date - 1 AS last_day) over
         CROSS JOIN LATERAL (SELECT greatest((first.at AT TIME ZONE p.timezone)::date, over.last_day - kept + 1)
                                    AS first_day) span
         WHERE (SELECT count(*) FROM analytics_days d
                 WHERE d.company_id = c.id AND d.bot_id = p.bot_id AND d.timezone = p.timezone
                   AND d.day BETWEEN span.first_day AND over.last_day) <= over.last_day - span.first_day)
     LIMIT at_most
$$
"""
_FORGET = """
CREATE OR REPLACE FUNCTION forget_analytics(kept interval, at_once integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    {days}
    WITH old AS (
        SELECT company_id, id FROM analytics_events WHERE at < now() - kept LIMIT at_once
    ), forgotten AS (
        DELETE FROM analytics_events e USING old WHERE e.company_id = old.company_id AND e.id = old.id RETURNING 1
    )
    SELECT count(*) FROM forgotten
$$
"""
# a day that begins to be forgotten is no longer the one that was counted
_FORGET_DAYS = "DELETE FROM analytics_days WHERE day <= (now() - kept)::date + 1;"
_SIGNATURE = "companies_with_uncounted_days(interval, integer, integer)"


def upgrade() -> None:
    op.execute(_DAYS)
    op.execute("CREATE INDEX ix_analytics_days_day ON analytics_days (day)")
    for statement in tenant_table("analytics_days", app="SELECT, INSERT, UPDATE, DELETE", definer="SELECT, DELETE"):
        op.execute(statement)
    # time zones of the places where bots work
    op.execute("CREATE POLICY definer ON cities TO zeta_definer USING (true)")
    op.execute("GRANT SELECT ON cities TO zeta_definer")
    op.execute(_FIND)
    op.execute(f"REVOKE ALL ON FUNCTION {_SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO zeta_system")
    op.execute(f"ALTER FUNCTION {_SIGNATURE} OWNER TO zeta_definer")
    op.execute(_FORGET.format(days=_FORGET_DAYS))


def downgrade() -> None:
    op.execute(_FORGET.format(days=""))
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    op.execute("REVOKE ALL ON cities FROM zeta_definer")
    op.execute("DROP POLICY definer ON cities")
    op.execute("DROP TABLE analytics_days")
