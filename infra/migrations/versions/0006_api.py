"""What the administrators' API needs: answers kept for repeated requests, and the search over what was said.

Revision ID: 0006_api
Revises: 0005_people
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0006_api"
down_revision = "0005_people"
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

# The company stands among the words: an index over all companies reads only this one's messages.
_WORDS = "to_tsvector('simple', m.text) || array_to_tsvector(ARRAY['company:' || m.company_id])"
_SEARCH_NAME = "search_messages(text[], timestamptz, bigint, bigint, integer)"
_MESSAGES_INDEX = f"CREATE INDEX ix_messages_words ON messages USING gin (({_WORDS.replace('m.', '')}))"
_SEARCH = f"""
CREATE FUNCTION search_messages(words text[], before_at timestamptz, before_dialog bigint, before_seq bigint,
                                at_most integer)
    RETURNS TABLE (dialog_id bigint, seq bigint, role text, text text, at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.dialog_id, m.seq, m.role, m.text, m.at FROM messages m
     WHERE ({_WORDS}) @@ (
               SELECT string_agg(quote_literal(word) || ':*', ' & ') || ' & '
                      || quote_literal('company:' || nullif(current_setting('app.company_id', true), ''))
                 FROM unnest(words) word)::tsquery
       AND m.company_id = nullif(current_setting('app.company_id', true), '')::uuid
       AND (before_at IS NULL OR (m.at, m.dialog_id, m.seq) < (before_at, before_dialog, before_seq))
     ORDER BY m.at DESC, m.dialog_id DESC, m.seq DESC LIMIT at_most
$$
"""  # noqa: S608 - constants only


def upgrade() -> None:
    op.execute(_TABLE)
    for statement in tenant_table("api_requests", app="SELECT, INSERT, UPDATE, DELETE", definer="SELECT, DELETE"):
        op.execute(statement)
    op.execute(_FORGET)
    op.execute("REVOKE ALL ON FUNCTION forget_api_requests(interval, integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_api_requests(interval, integer) TO zeta_system")
    op.execute("ALTER FUNCTION forget_api_requests(interval, integer) OWNER TO zeta_definer")
    op.execute(_MESSAGES_INDEX)
    op.execute("CREATE POLICY definer ON messages TO zeta_definer USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT ON messages TO zeta_definer")
    op.execute(_SEARCH)
    op.execute(f"REVOKE ALL ON FUNCTION {_SEARCH_NAME} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_SEARCH_NAME} TO zeta_app")
    op.execute(f"ALTER FUNCTION {_SEARCH_NAME} OWNER TO zeta_definer")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {_SEARCH_NAME}")
    op.execute("REVOKE SELECT ON messages FROM zeta_definer")
    op.execute("DROP POLICY definer ON messages")
    op.execute("DROP INDEX ix_messages_words")
    op.execute("DROP FUNCTION forget_api_requests(interval, integer)")
    op.execute("DROP TABLE api_requests")
