"""Hand-over: who of the staff has a dialog, when it must be looked at next, and whose messenger is a member's own.

Revision ID: 0012_handover
Revises: 0011_alerts
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0012_handover"
down_revision = "0011_alerts"
branch_labels = None
depends_on = None

_ESCALATIONS = """
ALTER TABLE escalations
    DROP CONSTRAINT ck_escalations_status,
    DROP CONSTRAINT ck_escalations_ended,
    -- 0 comes first: complaints and trouble with orders
    ADD COLUMN priority smallint NOT NULL DEFAULT 1,
    ADD COLUMN city_id uuid,
    ADD COLUMN assignee_id uuid,
    ADD COLUMN assigned_at timestamptz,
    ADD COLUMN answered_at timestamptz,
    -- since when the shopper waits for the staff's next words; null: they have spoken last
    ADD COLUMN waiting_since timestamptz DEFAULT now(),
    ADD COLUMN reminders smallint NOT NULL DEFAULT 0,
    -- when the staff was told of it
    ADD COLUMN announced_at timestamptz,
    -- when a timer has to look at it again
    ADD COLUMN due_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT ck_escalations_status
        CHECK (status IN ('open', 'assigned', 'answered', 'resolved', 'expired')),
    ADD CONSTRAINT ck_escalations_ended
        CHECK ((status IN ('open', 'assigned', 'answered')) = (resolved_at IS NULL)),
    ADD CONSTRAINT ck_escalations_assigned CHECK (status <> 'open' OR assignee_id IS NULL),
    ADD CONSTRAINT fk_escalations_city FOREIGN KEY (company_id, city_id)
        REFERENCES cities (company_id, id) ON DELETE SET NULL (city_id),
    ADD CONSTRAINT fk_escalations_assignee FOREIGN KEY (company_id, assignee_id)
        REFERENCES users (company_id, id) ON DELETE SET NULL (assignee_id);
UPDATE escalations SET waiting_since = NULL WHERE resolved_at IS NOT NULL;
DROP INDEX uq_escalations_open, ix_escalations_due, ix_escalations_listed;
CREATE UNIQUE INDEX uq_escalations_active ON escalations (company_id, dialog_id) WHERE resolved_at IS NULL;
CREATE INDEX ix_escalations_due ON escalations (due_at) WHERE resolved_at IS NULL;
CREATE INDEX ix_escalations_active ON escalations (company_id, priority, opened_at) WHERE resolved_at IS NULL;
CREATE INDEX ix_escalations_listed ON escalations (company_id, opened_at DESC, id DESC);
CREATE INDEX ix_escalations_assignee ON escalations (company_id, assignee_id) WHERE assignee_id IS NOT NULL;
GRANT SELECT (due_at, resolved_at) ON escalations TO zeta_system;
"""

_STAFF = """
ALTER TABLE dialogs
    -- whose own messenger this is; null: a shopper's
    ADD COLUMN staff_user_id uuid,
    ADD COLUMN staff_linked_at timestamptz,
    ADD CONSTRAINT fk_dialogs_staff FOREIGN KEY (company_id, staff_user_id)
        REFERENCES users (company_id, id) ON DELETE SET NULL (staff_user_id);
CREATE UNIQUE INDEX uq_dialogs_staff ON dialogs (company_id, staff_user_id) WHERE staff_user_id IS NOT NULL;
CREATE TABLE staff_link_codes (
    company_id uuid NOT NULL,
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, user_id),
    UNIQUE (company_id, code_hash),
    FOREIGN KEY (company_id, user_id) REFERENCES users (company_id, id) ON DELETE CASCADE
);
-- wrong codes, kept as long as they count against guessing
CREATE TABLE staff_link_tries (
    company_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    dialog_id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, dialog_id) REFERENCES dialogs (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_staff_link_tries_at ON staff_link_tries (company_id, at);
"""

_NOTES = """
ALTER TABLE messages DROP CONSTRAINT messages_role_check,
    ADD CONSTRAINT messages_role_check CHECK (role IN ('shopper', 'bot', 'staff', 'note'));
"""

_DOWN = """
DELETE FROM messages WHERE role = 'note';
ALTER TABLE messages DROP CONSTRAINT messages_role_check,
    ADD CONSTRAINT messages_role_check CHECK (role IN ('shopper', 'bot', 'staff'));
DROP TABLE staff_link_codes, staff_link_tries;
ALTER TABLE dialogs DROP COLUMN staff_user_id, DROP COLUMN staff_linked_at;
REVOKE SELECT (resolved_at) ON escalations FROM zeta_system;
DROP INDEX uq_escalations_active, ix_escalations_due, ix_escalations_active, ix_escalations_listed,
    ix_escalations_assignee;
ALTER TABLE escalations DROP CONSTRAINT ck_escalations_status, DROP CONSTRAINT ck_escalations_ended;
UPDATE escalations SET status = 'open' WHERE resolved_at IS NULL;
ALTER TABLE escalations
    DROP COLUMN priority, DROP COLUMN city_id, DROP COLUMN assignee_id, DROP COLUMN assigned_at,
    DROP COLUMN answered_at, DROP COLUMN waiting_since, DROP COLUMN reminders, DROP COLUMN announced_at,
    DROP COLUMN due_at, DROP COLUMN updated_at,
    ADD CONSTRAINT ck_escalations_status CHECK (status IN ('open', 'resolved', 'expired')),
    ADD CONSTRAINT ck_escalations_ended CHECK ((status = 'open') = (resolved_at IS NULL));
CREATE UNIQUE INDEX uq_escalations_open ON escalations (company_id, dialog_id) WHERE status = 'open';
CREATE INDEX ix_escalations_due ON escalations (expires_at) WHERE status = 'open';
CREATE INDEX ix_escalations_listed ON escalations (company_id, opened_at) WHERE status = 'open';
"""


def upgrade() -> None:
    for part in (_ESCALATIONS, _STAFF, _NOTES):
        op.execute(part)
    for statement in [
        *tenant_table("staff_link_codes", app="SELECT, INSERT, UPDATE, DELETE"),
        *tenant_table("staff_link_tries", app="SELECT, INSERT, DELETE"),
    ]:
        op.execute(statement)


def downgrade() -> None:
    op.execute(_DOWN)
