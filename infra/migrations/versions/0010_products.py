"""Administration of the catalogue: versions, deletion, what changed in price or stock, lists, imports of files.

Revision ID: 0010_products
Revises: 0009_barcodes
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import CURRENT_COMPANY, tenant_table

revision = "0010_products"
down_revision = "0009_barcodes"
branch_labels = None
depends_on = None

# name_key: what a list is sorted by; long names are cut so that they fit an index entry.
_COLUMNS = """
ALTER TABLE products
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN name_key text NOT NULL GENERATED ALWAYS AS (
        replace(lower(left(coalesce(name ->> 'ru', name ->> 'kk', name ->> 'en', ''), 200)), 'ё', 'е')
    ) STORED,
    ADD CONSTRAINT ck_products_deleted_is_inactive CHECK (deleted_at IS NULL OR NOT active);
CREATE INDEX ix_products_updated ON products (company_id, updated_at, id);
CREATE INDEX ix_products_name ON products (company_id, name_key, id);
CREATE INDEX ix_products_category_name ON products (company_id, category, name_key, id);
CREATE INDEX ix_products_rare ON products (company_id, availability, updated_at, id)
    WHERE availability <> 'in_stock';
CREATE INDEX ix_products_inactive ON products (company_id, updated_at, id) WHERE NOT active;
"""

# Rows are consumed by price alerts, which delete what they have dealt with. "available" here means that a shopper
# may have it: on sale and not sold out.
_CHANGES = """
CREATE TABLE product_changes (
    company_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    product_id uuid NOT NULL,
    price_before bigint NOT NULL,
    price_after bigint NOT NULL,
    available_before boolean NOT NULL,
    available_after boolean NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, id),
    FOREIGN KEY (company_id, product_id) REFERENCES products (company_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_product_changes_product ON product_changes (company_id, product_id);
"""

# One statement for all rows of an update: an import's batch costs one insert. The plan is kept from the first
# run, which may have had a single row: a nested loop would then be quadratic for the next batch.
_RECORD = """
CREATE FUNCTION record_product_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET enable_nestloop = off
AS $$
BEGIN
    INSERT INTO product_changes
        (company_id, product_id, price_before, price_after, available_before, available_after)
    SELECT a.company_id, a.id, b.price_minor, a.price_minor, b.available AND b.active, a.available AND a.active
      FROM before_update b
      JOIN after_update a ON a.company_id = b.company_id AND a.id = b.id
     WHERE (b.price_minor, b.available AND b.active) IS DISTINCT FROM (a.price_minor, a.available AND a.active);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION record_product_changes() FROM PUBLIC;
CREATE TRIGGER product_changes AFTER UPDATE ON products
    REFERENCING OLD TABLE AS before_update NEW TABLE AS after_update
    FOR EACH STATEMENT EXECUTE FUNCTION record_product_changes();
ALTER FUNCTION record_product_changes() OWNER TO zeta_definer;
CREATE FUNCTION number_product_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION number_product_version() FROM PUBLIC;
CREATE TRIGGER version BEFORE UPDATE ON products FOR EACH ROW EXECUTE FUNCTION number_product_version();
"""

_IMPORTS = f"""
CREATE TABLE product_imports (
    company_id uuid NOT NULL DEFAULT {CURRENT_COMPANY} REFERENCES companies (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'running', 'done', 'failed')),
    dry_run boolean NOT NULL,
    file_name text NOT NULL,
    blob text NOT NULL,
    size bigint NOT NULL,
    started_by text NOT NULL,
    rows_read integer NOT NULL DEFAULT 0,
    created integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    unchanged integer NOT NULL DEFAULT 0,
    rejected integer NOT NULL DEFAULT 0,
    -- why the file as a whole could not be read: a code and what it is about
    failure text,
    failure_detail text NOT NULL DEFAULT '',
    -- the token of whoever reads the file, and how often it was begun since the last batch was done
    attempts integer NOT NULL DEFAULT 0,
    stalls integer NOT NULL DEFAULT 0,
    -- rung for, or worked at, until then; afterwards somebody else may take it
    lease_until timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX ix_product_imports_open ON product_imports (lease_until) WHERE status IN ('waiting', 'running');
CREATE TABLE product_import_errors (
    company_id uuid NOT NULL DEFAULT {CURRENT_COMPANY},
    import_id uuid NOT NULL,
    row integer NOT NULL,
    number integer NOT NULL,
    field text NOT NULL,
    heading text NOT NULL,
    value text NOT NULL,
    code text NOT NULL,
    PRIMARY KEY (company_id, import_id, row, number),
    FOREIGN KEY (company_id, import_id) REFERENCES product_imports (company_id, id) ON DELETE CASCADE
);
"""

# Without words, a walk in the wanted order from where the last page ended; a category's by name has an index, since
# names begin with what a thing is, and a walk through all names would find its last. With words, all that match are
# read and sorted: what is alike stands together in any order, so that a walk may pass the whole table before it
# meets the first. A product that is not on sale has no lexemes; there are few, and they have an index of their own.
_LIST = """
CREATE FUNCTION list_products(
    in_status text,
    in_category text,
    in_city uuid,
    in_availability text,
    price_from bigint,
    price_to bigint,
    matching tsquery,
    in_colour text,
    in_words text,
    sort text,
    after_name text,
    after_price bigint,
    after_time timestamptz,
    after_id uuid,
    page_limit integer
) RETURNS TABLE (product_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET max_parallel_workers_per_gather = 0
SET jit = off
SET work_mem = '32MB'
AS $function$
DECLARE
    company uuid := nullif(current_setting('app.company_id', true), '')::uuid;
BEGIN
    IF company IS NULL THEN
        RETURN;
    END IF;
    {branches}
END
$function$
"""
_FILTERS = """
        p.company_id = company
          AND CASE in_status
                  WHEN 'active' THEN p.active
                  WHEN 'hidden' THEN NOT p.active AND p.deleted_at IS NULL
                  WHEN 'deleted' THEN NOT p.active AND p.deleted_at IS NOT NULL
                  ELSE p.deleted_at IS NULL
              END
          AND (in_category IS NULL OR p.category = in_category)
          AND (in_city IS NULL OR p.city_id IS NULL OR p.city_id = in_city)
          AND (in_availability IS NULL OR p.availability = in_availability)
          AND (price_from IS NULL OR p.price_minor >= price_from)
          AND (price_to IS NULL OR p.price_minor <= price_to)
          AND (after_id IS NULL OR (p.{key}, p.id) {beyond} ({after}, after_id))
"""
_PAGE = """
        IF matching IS NULL THEN
            RETURN QUERY
            SELECT p.id FROM products p WHERE {filters}
            ORDER BY p.{key}{direction}, p.id{direction}
            LIMIT page_limit;
            RETURN;
        END IF;
        RETURN QUERY
        WITH matched AS MATERIALIZED (
            SELECT p.id, p.{key} FROM products p WHERE {filters} AND p.active AND p.document @@ matching
            UNION ALL
            SELECT p.id, p.{key} FROM products p WHERE {filters} AND NOT p.active
               AND (in_colour IS NULL OR p.colours @> ARRAY[in_colour])
               AND (in_words IS NULL OR strpos(p.name_key, in_words) > 0 OR strpos(lower(p.sku), in_words) > 0)
        )
        SELECT m.id FROM matched m
        ORDER BY m.{key}{direction}, m.id{direction}
        LIMIT page_limit;
"""
_KEYS = {
    "name": ("name_key", "after_name"),
    "price": ("price_minor", "after_price"),
    "updated": ("updated_at", "after_time"),
}
_ARGUMENTS = (
    "text, text, uuid, text, bigint, bigint, tsquery, text, text, text, text, bigint, timestamptz, uuid, integer"
)


def _list_products() -> str:
    branches = ""
    for name, (key, after) in _KEYS.items():
        for sort, beyond, direction in ((name, ">", ""), (f"-{name}", "<", " DESC")):
            filters = _FILTERS.format(key=key, after=after, beyond=beyond).strip()
            page = _PAGE.format(key=key, direction=direction, filters=filters)
            branches += f"IF sort = '{sort}' THEN{page}    END IF;\n    "
    return _LIST.format(branches=branches.rstrip())


def upgrade() -> None:
    op.execute(_COLUMNS)
    op.execute(_CHANGES)
    op.execute(_IMPORTS)
    for statement in [
        *tenant_table(
            "product_changes",
            app="SELECT, DELETE",
            system_select="company_id, id, product_id, at",
            definer="INSERT",
        ),
        *tenant_table(
            "product_imports",
            app="SELECT, INSERT, UPDATE, DELETE",
            system_select="company_id, id, status, lease_until",
            system_update="status, lease_until",
        ),
        *tenant_table("product_import_errors", app="SELECT, INSERT, DELETE"),
    ]:
        op.execute(statement)
    op.execute(_RECORD)
    op.execute(_list_products())
    op.execute(f"REVOKE ALL ON FUNCTION list_products({_ARGUMENTS}) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION list_products({_ARGUMENTS}) TO zeta_app")
    op.execute(f"ALTER FUNCTION list_products({_ARGUMENTS}) OWNER TO zeta_definer")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION list_products({_ARGUMENTS})")
    op.execute("DROP TRIGGER version ON products")
    op.execute("DROP FUNCTION number_product_version()")
    op.execute("DROP TRIGGER product_changes ON products")
    op.execute("DROP FUNCTION record_product_changes()")
    op.execute("DROP TABLE product_import_errors, product_imports, product_changes")
    op.execute(
        "DROP INDEX ix_products_updated, ix_products_name, ix_products_category_name, ix_products_rare,"
        " ix_products_inactive"
    )
    op.execute("ALTER TABLE products DROP COLUMN name_key, DROP COLUMN deleted_at, DROP COLUMN version")
