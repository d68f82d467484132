"""Verified e-mail addresses: when a user proved to read the mail of their address, and the links that prove it.

A link of the kind of those that reset passwords; only its hash is kept. Owners who were there before count as
verified: what their companies could do they still can.

Revision ID: 0018_verified_emails
Revises: 0017_list_indexes
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0018_verified_emails"
down_revision = "0017_list_indexes"
branch_labels = None
depends_on = None

_TABLES = """
ALTER TABLE users ADD COLUMN email_verified_at timestamptz;
CREATE TABLE email_verifications (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_email_verifications_user ON email_verifications (company_id, user_id);
"""
_FIND = """
CREATE FUNCTION find_email_verification(wanted bytea) RETURNS TABLE (company_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.company_id, t.id FROM email_verifications t JOIN companies c ON c.id = t.company_id
     WHERE t.token_hash = wanted AND c.active
$$;
ALTER FUNCTION find_email_verification(bytea) OWNER TO zeta_definer;
REVOKE ALL ON FUNCTION find_email_verification(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_email_verification(bytea) TO zeta_app;
"""


# forced row level security holds the table's owner too, who is nobody's company: the update would find no row
_OWNERS_OF_OLD = """
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
UPDATE users SET email_verified_at = now() WHERE role = 'owner' AND active;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
"""


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute(_OWNERS_OF_OLD)
    for statement in tenant_table("email_verifications", app="SELECT, INSERT, DELETE", definer="SELECT"):
        op.execute(statement)
    op.execute(_FIND)


def downgrade() -> None:
    op.execute("DROP FUNCTION find_email_verification(bytea)")
    op.execute("DROP TABLE email_verifications")
    op.execute("ALTER TABLE users DROP COLUMN email_verified_at")
