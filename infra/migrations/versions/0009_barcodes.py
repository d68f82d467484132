"""Barcodes of products, and the look-up by them that row level security cannot slow down.

Revision ID: 0009_barcodes
Revises: 0008_orders
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import CURRENT_COMPANY

revision = "0009_barcodes"
down_revision = "0008_orders"
branch_labels = None
depends_on = None

# Few products of few companies bear one number, so one index serves all companies; those without are not in it.
_COLUMN = """
ALTER TABLE products ADD COLUMN barcodes text[] NOT NULL DEFAULT '{}';
CREATE INDEX ix_products_barcodes ON products USING gin (barcodes) WHERE barcodes <> '{}';
"""

_FUNCTION = """
CREATE FUNCTION products_by_barcode(wanted text[], in_city uuid)
RETURNS TABLE (product_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT p.id FROM products p
    WHERE p.barcodes && wanted AND p.barcodes <> '{}'
      AND p.company_id = CURRENT_COMPANY
      AND p.active
      AND (in_city IS NULL OR p.city_id IS NULL OR p.city_id = in_city)
    ORDER BY p.available DESC, p.city_id NULLS LAST, p.sku, p.id
    LIMIT 20
$$;
REVOKE ALL ON FUNCTION products_by_barcode(text[], uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION products_by_barcode(text[], uuid) TO zeta_app;
ALTER FUNCTION products_by_barcode(text[], uuid) OWNER TO zeta_definer;
"""


def upgrade() -> None:
    op.execute(_COLUMN)
    op.execute(_FUNCTION.replace("CURRENT_COMPANY", CURRENT_COMPANY))


def downgrade() -> None:
    op.execute("DROP FUNCTION products_by_barcode(text[], uuid)")
    op.execute("ALTER TABLE products DROP COLUMN barcodes")
