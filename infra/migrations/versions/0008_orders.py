"""Carts, orders and reserved stock; and the right to forget what a person said.

``products.quantity`` is what lies in the warehouse, as a sync or an administrator says; what orders hold of it lies
in ``stock_reservations``, so that a sync may overwrite the one without knowing of the other.

Revision ID: 0008_orders
Revises: 0007_identity
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import tenant_table

revision = "0008_orders"
down_revision = "0007_identity"
branch_labels = None
depends_on = None

_CARTS = """
CREATE TABLE carts (
    company_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- rises with every change of the lines: a confirmation names the version that the shopper saw
    version integer NOT NULL DEFAULT 1,
    city_id uuid,
    -- the last requests that changed it, so that a repeated one adds nothing
    requests text[] NOT NULL DEFAULT '{}',
    name text,
    phone text,
    method text CHECK (method IN ('delivery', 'pickup')),
    address text,
    comment text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id),
    UNIQUE (company_id, customer_id),
    FOREIGN KEY (company_id, customer_id) REFERENCES customers (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, city_id) REFERENCES cities (company_id, id)
);
-- a line outlives its product, so that the shopper can be told that it is gone
CREATE TABLE cart_lines (
    company_id uuid NOT NULL,
    cart_id uuid NOT NULL,
    product_id uuid NOT NULL,
    sku text NOT NULL,
    name jsonb NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    -- as the shopper last saw it
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (company_id, cart_id, product_id),
    FOREIGN KEY (company_id, cart_id) REFERENCES carts (company_id, id) ON DELETE CASCADE
);
"""

_ORDERS = """
CREATE TABLE order_counters (
    company_id uuid PRIMARY KEY REFERENCES companies (id) ON DELETE CASCADE,
    last_number bigint NOT NULL
);
CREATE TABLE orders (
    company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    -- the cart it was made of: confirmed twice, it is one order
    cart_id uuid NOT NULL,
    -- none once the person was erased
    customer_id uuid,
    dialog_id bigint,
    city_id uuid,
    status text NOT NULL CHECK (status IN ('new', 'confirmed', 'paid', 'shipped', 'done', 'cancelled')),
    version integer NOT NULL DEFAULT 1,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    total_minor bigint NOT NULL CHECK (total_minor >= 0),
    name text NOT NULL,
    phone text NOT NULL,
    method text NOT NULL CHECK (method IN ('delivery', 'pickup')),
    address text NOT NULL DEFAULT '',
    comment text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id),
    UNIQUE (company_id, number),
    UNIQUE (company_id, cart_id),
    FOREIGN KEY (company_id, customer_id) REFERENCES customers (company_id, id) ON DELETE SET NULL (customer_id),
    FOREIGN KEY (company_id, dialog_id) REFERENCES dialogs (company_id, id) ON DELETE SET NULL (dialog_id),
    FOREIGN KEY (company_id, city_id) REFERENCES cities (company_id, id)
);
CREATE INDEX ix_orders_customer ON orders (company_id, customer_id, number);
CREATE INDEX ix_orders_status ON orders (company_id, status, number);
CREATE INDEX ix_orders_created ON orders (company_id, created_at);
CREATE INDEX ix_orders_total ON orders (company_id, total_minor, number);
-- a line is a fact of the books: no product may take it away
CREATE TABLE order_lines (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    place integer NOT NULL,
    product_id uuid NOT NULL,
    sku text NOT NULL,
    name jsonb NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    PRIMARY KEY (company_id, order_id, place),
    FOREIGN KEY (company_id, order_id) REFERENCES orders (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_order_lines_product ON order_lines (company_id, product_id);
CREATE TABLE order_changes (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    changed_by text NOT NULL,
    comment text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, order_id, version),
    FOREIGN KEY (company_id, order_id) REFERENCES orders (company_id, id) ON DELETE CASCADE
);
-- a held piece is still in the warehouse, a taken one has left it
CREATE TABLE stock_reservations (
    company_id uuid NOT NULL,
    order_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    taken boolean NOT NULL DEFAULT false,
    -- none: held until the order ends
    expires_at timestamptz,
    PRIMARY KEY (company_id, order_id, product_id),
    FOREIGN KEY (company_id, order_id) REFERENCES orders (company_id, id) ON DELETE CASCADE,
    FOREIGN KEY (company_id, product_id) REFERENCES products (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_stock_reservations_product ON stock_reservations (company_id, product_id) WHERE NOT taken;
CREATE INDEX ix_stock_reservations_due ON stock_reservations (expires_at) WHERE expires_at IS NOT NULL;
"""

_ALL = "SELECT, INSERT, UPDATE, DELETE"
_KEPT = "SELECT, INSERT, UPDATE"


def upgrade() -> None:
    op.execute(_CARTS)
    op.execute(_ORDERS)
    for statement in [
        *tenant_table("carts", app=_ALL),
        *tenant_table("cart_lines", app=_ALL),
        *tenant_table("order_counters", app=_KEPT),
        *tenant_table("orders", app=_KEPT),
        *tenant_table("order_lines", app="SELECT, INSERT"),
        *tenant_table("order_changes", app=_KEPT),
        *tenant_table("stock_reservations", app=_ALL, system_select="company_id, order_id, expires_at"),
    ]:
        op.execute(statement)
    # erasing a person's data deletes what was said
    op.execute("GRANT DELETE ON messages TO zeta_app")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON messages FROM zeta_app")
    op.execute(
        "DROP TABLE stock_reservations, order_changes, order_lines, orders, order_counters, cart_lines, carts"
    )
