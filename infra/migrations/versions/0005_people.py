"""The people of a company: its users, and its customers over all messengers.

A customer is one person however many dialogs they have: each dialog belongs to one customer, and dialogs of one
proven phone to the same one.

Revision ID: 0005_people
Revises: 0004_raw_bodies
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0005_people"
down_revision = "0004_raw_bodies"
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE users (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    -- in lower case; one account belongs to one company
    email text NOT NULL UNIQUE CHECK (email = lower(email) AND length(email) <= 254),
    name text NOT NULL DEFAULT '',
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'manager', 'viewer')),
    language text NOT NULL CHECK (language IN ('ru', 'kk', 'en')),
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id)
);
CREATE TABLE customers (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL DEFAULT '',
    -- E.164; set only by a proof: a WhatsApp sender, or a Telegram contact that is the sender's own
    phone text CHECK (phone ~ '^\\+[1-9][0-9]{6,14}$'),
    language text CHECK (language IN ('ru', 'kk', 'en')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id),
    UNIQUE (company_id, phone)
);
CREATE TABLE customer_dialogs (
    company_id uuid NOT NULL,
    dialog_id bigint NOT NULL,
    customer_id uuid NOT NULL,
    linked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, dialog_id),
    FOREIGN KEY (company_id, dialog_id) REFERENCES dialogs (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, customer_id) REFERENCES customers (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_customer_dialogs_customer ON customer_dialogs (company_id, customer_id);
"""


def upgrade() -> None:
    op.execute(_TABLES)
    for statement in [
        *tenant_table("users", app="SELECT, INSERT, UPDATE, DELETE"),
        *tenant_table("customers", app="SELECT, INSERT, UPDATE, DELETE"),
        *tenant_table("customer_dialogs", app="SELECT, INSERT, UPDATE, DELETE"),
    ]:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE customer_dialogs, customers, users")
