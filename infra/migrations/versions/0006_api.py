"""Requests of the administrators' API that carried an ``Idempotency-Key``, with their answers.

Revision ID: 0006_api
Revises: 0013_analytics
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0006_api"
down_revision = "0013_analytics"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE api_requests (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    -- the user or the service token
    caller_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    -- SHA-256 of method, path, kind of body and body: the same key with another request is refused
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- NULL while it is being served
    done_at timestamptz,
    status integer,
    media_type text,
    headers jsonb,
    -- NULL where the answer may not be kept
    body bytea,
    PRIMARY KEY (company_id, caller_id, key)
);
CREATE INDEX ix_api_requests_created ON api_requests (created_at);
"""
_FORGET = """
CREATE FUNCTION forget_api_requests(kept interval, at_once integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH old AS (
        SELECT company_id, caller_id, key FROM api_requests WHERE created_at < now() - kept
         ORDER BY created_at LIMIT at_once
    ), forgotten AS (
        DELETE FROM api_requests r USING old o
         WHERE (r.company_id, r.caller_id, r.key) = (o.company_id, o.caller_id, o.key) RETURNING 1
    )
    SELECT count(*) FROM forgotten
$$
"""


def upgrade() -> None:
    op.execute(_TABLE)
    for statement in tenant_table("api_requests", app="SELECT, INSERT, UPDATE, DELETE", definer="SELECT, DELETE"):
        op.execute(statement)
    op.execute(_FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_api_requests(interval, integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_api_requests(interval, integer) TO zeta_system")
    op.execute("ALTER FUNCTION forget_api_requests(interval, integer) OWNER TO zeta_definer")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_api_requests(interval, integer)")
    op.execute("DROP TABLE api_requests")
