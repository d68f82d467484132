"""Catalogue: products, categories, vocabulary, and search functions that row level security cannot slow down.

Revision ID: 0002_catalog
Revises: 0001_spine
"""

from __future__ import annotations

from alembic import op

from infra.migrations.tenancy import CURRENT_COMPANY, tenant_table

revision = "0002_catalog"
down_revision = "0001_spine"
branch_labels = None
depends_on = None

TABLES = ("catalog_state", "product_categories", "products", "catalog_words")
ALL = "SELECT, INSERT, UPDATE, DELETE"

CREATE_TABLES = f"""
CREATE TABLE catalog_state (
    company_id uuid NOT NULL DEFAULT {CURRENT_COMPANY},
    vocabulary_version bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_catalog_state PRIMARY KEY (company_id),
    CONSTRAINT fk_catalog_state_company_id FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE CASCADE
);

CREATE TABLE product_categories (
    company_id uuid NOT NULL DEFAULT {CURRENT_COMPANY},
    code text NOT NULL,
    name jsonb NOT NULL,
    synonyms text[] NOT NULL DEFAULT '{{}}',
    position integer NOT NULL DEFAULT 0,
    CONSTRAINT pk_product_categories PRIMARY KEY (company_id, code),
    CONSTRAINT fk_product_categories_company_id FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE CASCADE
);

CREATE TABLE products (
    company_id uuid NOT NULL DEFAULT {CURRENT_COMPANY},
    id uuid NOT NULL,
    city_id uuid,
    price_minor bigint NOT NULL,
    old_price_minor bigint,
    quantity integer,
    active boolean NOT NULL DEFAULT true,
    available boolean NOT NULL GENERATED ALWAYS AS (availability <> 'out_of_stock') STORED,
    currency text NOT NULL,
    availability text NOT NULL DEFAULT 'in_stock',
    category text NOT NULL,
    sku text NOT NULL,
    sku_key text NOT NULL,
    external_ref text,
    colours text[] NOT NULL DEFAULT '{{}}',
    images text[] NOT NULL DEFAULT '{{}}',
    name jsonb NOT NULL,
    description jsonb,
    attributes jsonb NOT NULL DEFAULT '{{}}',
    words text[] NOT NULL DEFAULT '{{}}',
    document tsvector NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_products PRIMARY KEY (company_id, id),
    CONSTRAINT uq_products_company_id_sku_city_id UNIQUE NULLS NOT DISTINCT (company_id, sku, city_id),
    CONSTRAINT fk_products_company_id FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE CASCADE,
    CONSTRAINT fk_products_company_id_city_id FOREIGN KEY (company_id, city_id) REFERENCES cities (company_id, id),
    CONSTRAINT fk_products_company_id_category FOREIGN KEY (company_id, category)
        REFERENCES product_categories (company_id, code),
    CONSTRAINT ck_products_price_not_negative CHECK (price_minor >= 0),
    CONSTRAINT ck_products_old_price_not_negative CHECK (old_price_minor >= 0),
    CONSTRAINT ck_products_quantity_not_negative CHECK (quantity >= 0),
    CONSTRAINT ck_products_currency_is_iso CHECK (currency ~ '^[A-Z]{{3}}$'),
    CONSTRAINT ck_products_availability_known CHECK (availability IN ('in_stock', 'on_order', 'out_of_stock'))
);

CREATE TABLE catalog_words (
    company_id uuid NOT NULL DEFAULT {CURRENT_COMPANY},
    word text NOT NULL,
    lexemes text[] NOT NULL,
    frequency integer NOT NULL,
    CONSTRAINT pk_catalog_words PRIMARY KEY (company_id, word),
    CONSTRAINT fk_catalog_words_company_id FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE CASCADE
);
"""

# The lexemes begin with a key of their company, so one GIN index serves all companies without reading across them.
# fastupdate is off: a pending list would have to be read through by every search.
CREATE_INDEXES = """
CREATE INDEX ix_products_document ON products USING gin (document) WITH (fastupdate = off);
CREATE INDEX ix_products_sku_key ON products (company_id, sku_key);
CREATE INDEX ix_products_category ON products (company_id, category, active);
CREATE INDEX ix_products_price ON products (company_id, price_minor, id) WHERE active AND available;
CREATE INDEX ix_catalog_words_frequency ON catalog_words (company_id, frequency DESC, word);
ALTER TABLE products ALTER COLUMN document SET STATISTICS 1000;
"""

# Four tiers, best first: matched in name, category or attributes and available; the same, but sold out;
# matched with the help of the description, available; the same, but sold out. A tier is read only while the
# candidates before it are too few. Inside a tier the rank decides, among candidate_limit rows at most. Plans
# are made for the actual values: a price bound may be a better way in than a common word.
SEARCH_PRODUCTS = """
CREATE FUNCTION search_products(
    strong tsquery,
    weak tsquery,
    ranking tsquery,
    in_city uuid,
    in_currency text,
    price_from bigint,
    price_to bigint,
    must_be_available boolean,
    sort text,
    candidate_limit integer,
    page_offset integer,
    page_limit integer
) RETURNS TABLE (product_id uuid, total bigint, capped boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET enable_indexscan = off
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
    RETURN QUERY
    WITH first_tier AS MATERIALIZED (
        SELECT 1 AS tier, p.id, p.sku, p.city_id, p.price_minor, ts_rank(p.document, ranking) AS rank
        FROM products p
        WHERE p.company_id = company AND p.document @@ strong AND p.active AND p.available
          AND (in_city IS NULL OR p.city_id IS NULL OR p.city_id = in_city)
          AND (in_currency IS NULL OR p.currency = in_currency)
          AND (price_from IS NULL OR p.price_minor >= price_from)
          AND (price_to IS NULL OR p.price_minor <= price_to)
        LIMIT candidate_limit
    ), second_tier AS MATERIALIZED (
        SELECT 2 AS tier, p.id, p.sku, p.city_id, p.price_minor, ts_rank(p.document, ranking) AS rank
        FROM products p
        WHERE p.company_id = company AND p.document @@ strong AND p.active AND NOT p.available
          AND NOT must_be_available
          AND (in_city IS NULL OR p.city_id IS NULL OR p.city_id = in_city)
          AND (in_currency IS NULL OR p.currency = in_currency)
          AND (price_from IS NULL OR p.price_minor >= price_from)
          AND (price_to IS NULL OR p.price_minor <= price_to)
        LIMIT candidate_limit - (SELECT count(*) FROM first_tier)
    ), third_tier AS MATERIALIZED (
        SELECT CASE WHEN p.available THEN 3 ELSE 4 END AS tier, p.id, p.sku, p.city_id, p.price_minor,
               ts_rank(p.document, ranking) AS rank
        FROM products p
        WHERE p.company_id = company AND p.document @@ weak AND NOT p.document @@ strong AND p.active
          AND (p.available OR NOT must_be_available)
          AND (in_city IS NULL OR p.city_id IS NULL OR p.city_id = in_city)
          AND (in_currency IS NULL OR p.currency = in_currency)
          AND (price_from IS NULL OR p.price_minor >= price_from)
          AND (price_to IS NULL OR p.price_minor <= price_to)
        LIMIT candidate_limit - (SELECT count(*) FROM first_tier) - (SELECT count(*) FROM second_tier)
    ), candidate AS (
        SELECT * FROM first_tier
        UNION ALL SELECT * FROM second_tier
        UNION ALL SELECT * FROM third_tier
    ), offered AS (
        -- where a city has an offer of its own, the offer for all cities steps back
        SELECT c.*, in_city IS NOT NULL AND c.city_id IS NULL
                    AND bool_or(c.city_id IS NOT NULL) OVER (PARTITION BY c.sku) AS replaced
        FROM candidate c
    )
    SELECT o.id, count(*) OVER (), (SELECT count(*) FROM candidate) >= candidate_limit
    FROM offered o
    WHERE NOT o.replaced
    ORDER BY o.tier,
             CASE sort WHEN 'price_asc' THEN o.price_minor WHEN 'price_desc' THEN -o.price_minor END,
             o.rank DESC, o.id
    OFFSET page_offset LIMIT page_limit;
END
$function$
"""

# A walk along an index in the wanted order: for what matches too many products to be ranked, or has no words.
# Sold-out products are left out.
WALK_PRODUCTS = """
CREATE FUNCTION walk_products(
    matching tsquery,
    in_city uuid,
    in_currency text,
    price_from bigint,
    price_to bigint,
    sort text,
    page_offset integer,
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
_WALK = """
        RETURN QUERY
        SELECT p.id
        FROM products p
        WHERE p.company_id = company AND p.active AND p.available
          AND (matching IS NULL OR p.document @@ matching)
          AND (in_city IS NULL OR p.city_id IS NULL OR p.city_id = in_city)
          AND (in_currency IS NULL OR p.currency = in_currency)
          AND (price_from IS NULL OR p.price_minor >= price_from)
          AND (price_to IS NULL OR p.price_minor <= price_to)
          AND (in_city IS NULL OR p.city_id IS NOT NULL OR NOT EXISTS (
              SELECT 1 FROM products own
              WHERE own.company_id = company AND own.sku = p.sku AND own.city_id = in_city
          ))
        ORDER BY {order}
        OFFSET page_offset LIMIT page_limit;
"""
_ORDERS = {
    "sort = 'price_asc'": "p.price_minor, p.id",
    "sort = 'price_desc'": "p.price_minor DESC, p.id DESC",
    "sort = 'newest'": "p.id DESC",
}


def _walk_products() -> str:
    branches = "".join(
        f"IF {condition} THEN{_WALK.format(order=order)}    END IF;\n    " for condition, order in _ORDERS.items()
    )
    return WALK_PRODUCTS.format(branches=branches.rstrip())


FUNCTIONS = {
    "search_products": (
        "tsquery, tsquery, tsquery, uuid, text, bigint, bigint, boolean, text, integer, integer, integer"
    ),
    "walk_products": "tsquery, uuid, text, bigint, bigint, text, integer, integer",
}


def upgrade() -> None:
    op.execute(CREATE_TABLES)
    op.execute(CREATE_INDEXES)
    for table in TABLES:
        # the search functions' owner reads every product; their WHERE names the company
        definer = "SELECT" if table == "products" else ""
        for statement in tenant_table(table, app=ALL, definer=definer):
            op.execute(statement)
    op.execute(SEARCH_PRODUCTS)
    op.execute(_walk_products())
    for name, arguments in FUNCTIONS.items():
        op.execute(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}({arguments}) TO zeta_app")
        op.execute(f"ALTER FUNCTION {name}({arguments}) OWNER TO zeta_definer")


def downgrade() -> None:
    for name, arguments in FUNCTIONS.items():
        op.execute(f"DROP FUNCTION {name}({arguments})")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table} CASCADE")
