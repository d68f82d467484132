"""Identity: passwords, sessions, invitations, reset links, service tokens, the audit log, and log-in attempts.

Secrets are kept as SHA-256 hashes of 256 random bits, passwords as argon2id. What must be found before the company
is known (an e-mail, a token's hash) is found by functions that return ids.

Revision ID: 0007_identity
Revises: 0006_api
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0007_identity"
down_revision = "0006_api"
branch_labels = None
depends_on = None

_TABLES = """
ALTER TABLE users
    -- argon2id; NULL: no password yet, or a log-in by an outside issuer alone
    ADD COLUMN password_hash text,
    ADD COLUMN password_changed_at timestamptz,
    ADD COLUMN last_login_at timestamptz;
CREATE INDEX ix_users_listed ON users (company_id, created_at, id);

CREATE TABLE sessions (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    address text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text CHECK (end_reason IN ('logout', 'reuse', 'password', 'deactivated')),
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id) ON DELETE CASCADE,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX ix_sessions_user ON sessions (company_id, user_id);

CREATE TABLE refresh_tokens (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    session_id uuid NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, session_id) REFERENCES sessions (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_refresh_tokens_session ON refresh_tokens (company_id, session_id);

CREATE TABLE password_resets (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_password_resets_user ON password_resets (company_id, user_id);

CREATE TABLE invitations (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    email text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'manager', 'viewer')),
    language text NOT NULL CHECK (language IN ('ru', 'kk', 'en')),
    token_hash bytea NOT NULL UNIQUE,
    invited_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    PRIMARY KEY (company_id, id)
);
-- a second invitation of one address takes the first one's place
CREATE UNIQUE INDEX uq_invitations_open ON invitations (company_id, email) WHERE accepted_at IS NULL;

CREATE TABLE service_tokens (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    token_hash bytea NOT NULL UNIQUE,
    permissions text[] NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (company_id, id)
);

-- who did what: kept when the user is gone, so no foreign key but the company's
CREATE TABLE audit_log (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'service', 'system')),
    actor_id uuid,
    actor_name text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    action text NOT NULL,
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    before jsonb,
    after jsonb,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX ix_audit_log_at ON audit_log (company_id, at, id);
CREATE INDEX ix_audit_log_actor ON audit_log (company_id, actor_id, at, id);
CREATE INDEX ix_audit_log_action ON audit_log (company_id, action, at, id);
CREATE INDEX ix_audit_log_subject ON audit_log (company_id, subject_type, subject_id, at, id);

-- of no company: an attempt names an account that may not exist. The subject is a hash of an e-mail or an address.
CREATE TABLE login_attempts (
    subject bytea PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL
);
CREATE INDEX ix_login_attempts_last ON login_attempts (last_at);
ALTER TABLE login_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY definer ON login_attempts TO zeta_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON login_attempts TO zeta_definer;
CREATE POLICY definer ON users TO zeta_definer USING (true);
GRANT SELECT ON users TO zeta_definer;
"""

# Attempts are counted before the password is looked at, so that parallel guesses are counted too. After ``free``
# failures each further one doubles the wait, from a second up to ``longest``. Rows are locked in one order.
_BEGIN_LOGIN = """
CREATE FUNCTION begin_login(subjects bytea[], free integer[], longest interval, memory interval)
    RETURNS double precision
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    moment timestamptz;
    blocked timestamptz;
BEGIN
    INSERT INTO login_attempts (subject, failures, last_at, blocked_until)
    SELECT s, 0, clock_timestamp(), '-infinity' FROM unnest(subjects) s ORDER BY s
    ON CONFLICT (subject) DO NOTHING;
    PERFORM FROM login_attempts a WHERE a.subject = ANY (subjects) ORDER BY a.subject FOR UPDATE;
    moment := clock_timestamp();

    SELECT max(a.blocked_until) INTO blocked FROM login_attempts a WHERE a.subject = ANY (subjects);
    IF blocked > moment THEN
        RETURN extract(epoch FROM blocked - moment);
    END IF;

    UPDATE login_attempts a
       SET failures = counted.failures,
           last_at = moment,
           blocked_until = CASE WHEN counted.failures >= counted.free
               THEN moment + least(longest,
                                   interval '1 second' * power(2, least(counted.failures - counted.free, 20)))
               ELSE '-infinity' END
      FROM (SELECT l.subject, w.free,
                   CASE WHEN l.last_at < moment - memory THEN 1 ELSE l.failures + 1 END AS failures
              FROM unnest(subjects, free) AS w (subject, free)
              JOIN login_attempts l ON l.subject = w.subject) counted
     WHERE a.subject = counted.subject;

    DELETE FROM login_attempts WHERE subject IN (
        SELECT o.subject FROM login_attempts o WHERE o.last_at < moment - memory
         ORDER BY o.last_at LIMIT 10 FOR UPDATE SKIP LOCKED);
    RETURN 0;
END
$$
"""
_END_LOGIN = """
CREATE FUNCTION end_login(account bytea, address bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM login_attempts WHERE subject = account;
    UPDATE login_attempts SET failures = greatest(failures - 1, 0), blocked_until = '-infinity'
     WHERE subject = address;
$$
"""
_FIND_USER = """
CREATE FUNCTION find_user_by_email(wanted text) RETURNS TABLE (company_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.company_id, u.id FROM users u JOIN companies c ON c.id = u.company_id
     WHERE u.email = wanted AND c.active
$$
"""
_FIND_BY_HASH = """
CREATE FUNCTION {name}(wanted bytea) RETURNS TABLE (company_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.company_id, t.id FROM {table} t JOIN companies c ON c.id = t.company_id
     WHERE t.token_hash = wanted AND c.active
$$
"""
_BY_HASH = {
    "find_refresh_token": "refresh_tokens",
    "find_password_reset": "password_resets",
    "find_invitation": "invitations",
    "find_service_token": "service_tokens",
}
_FUNCTIONS = {
    "begin_login(bytea[], integer[], interval, interval)": _BEGIN_LOGIN,
    "end_login(bytea, bytea)": _END_LOGIN,
    "find_user_by_email(text)": _FIND_USER,
    **{f"{name}(bytea)": _FIND_BY_HASH.format(name=name, table=table) for name, table in _BY_HASH.items()},
}


def upgrade() -> None:
    op.execute(_TABLES)
    for statement in [
        *tenant_table("sessions", app="SELECT, INSERT, UPDATE, DELETE"),
        *tenant_table("refresh_tokens", app="SELECT, INSERT, UPDATE, DELETE", definer="SELECT"),
        *tenant_table("password_resets", app="SELECT, INSERT, UPDATE, DELETE", definer="SELECT"),
        *tenant_table("invitations", app="SELECT, INSERT, UPDATE, DELETE", definer="SELECT"),
        *tenant_table("service_tokens", app="SELECT, INSERT, UPDATE, DELETE", definer="SELECT"),
        *tenant_table("audit_log", app="SELECT, INSERT"),
    ]:
        op.execute(statement)
    for signature, function in _FUNCTIONS.items():
        op.execute(function)
        op.execute(f"ALTER FUNCTION {signature} OWNER TO zeta_definer")
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO zeta_app")


def downgrade() -> None:
    for signature in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute(
        "DROP TABLE login_attempts, audit_log, service_tokens, invitations, password_resets, refresh_tokens,"
        " sessions"
    )
    op.execute("REVOKE SELECT ON users FROM zeta_definer")
    op.execute("DROP POLICY definer ON users")
    op.execute("DROP INDEX ix_users_listed")
    op.execute(
        "ALTER TABLE users DROP COLUMN password_hash, DROP COLUMN password_changed_at, DROP COLUMN last_login_at"
    )
