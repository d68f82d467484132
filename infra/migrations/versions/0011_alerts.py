"""Price and restock alerts: what customers asked to be told about a product.

Revision ID: 0011_alerts
Revises: 0010_products
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0011_alerts"
down_revision = "0010_products"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE price_alerts (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    dialog_id bigint NOT NULL,
    product_id uuid NOT NULL,
    condition text NOT NULL CHECK (condition IN ('drop', 'below', 'restock')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- the price that the customer saw when asking
    seen_minor bigint NOT NULL CHECK (seen_minor >= 0),
    -- tell when the price is this or lower
    limit_minor bigint CHECK (limit_minor > 0),
    -- the next telling has to beat this price: what was told, raised again as the price rises, never above the
    -- price seen (or just above the limit)
    mark_minor bigint NOT NULL CHECK (mark_minor >= 0),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'sent', 'cancelled', 'expired')),
    check_every interval NOT NULL CHECK (check_every > interval '0'),
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    told_minor bigint,
    told_at timestamptz,
    times_told integer NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id),
    CHECK ((limit_minor IS NOT NULL) = (condition = 'below')),
    FOREIGN KEY (company_id, customer_id) REFERENCES customers (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, dialog_id) REFERENCES dialogs (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, product_id) REFERENCES products (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX ix_price_alerts_due ON price_alerts (company_id, due_at) WHERE state = 'active';
CREATE INDEX ix_price_alerts_product ON price_alerts (company_id, product_id) WHERE state = 'active';
-- asking again for the same changes the alert that is there
CREATE UNIQUE INDEX uq_price_alerts_active ON price_alerts (company_id, customer_id, product_id, condition)
    WHERE state = 'active';
CREATE INDEX ix_price_alerts_customer ON price_alerts (company_id, customer_id, id);
"""


def upgrade() -> None:
    op.execute(_TABLE)
    for statement in tenant_table(
        "price_alerts",
        app="SELECT, INSERT, UPDATE, DELETE",
        system_select="company_id, state, due_at",
    ):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE price_alerts")
