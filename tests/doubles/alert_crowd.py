"""Many people who wait for cheaper products, as rows: for tests and benchmarks of runs over many alerts."""

from __future__ import annotations

from uuid import UUID

import psycopg

__all__ = ["cheaper", "due", "fill", "told"]

_FILL = """
INSERT INTO product_categories (company_id, code, name) VALUES (%(company)s, 'sofas', '{"ru": "Диваны"}')
    ON CONFLICT DO NOTHING;
INSERT INTO products (company_id, id, price_minor, currency, category, sku, sku_key, name, document)
SELECT %(company)s, gen_random_uuid(), 20000000, 'KZT', 'sofas', 'C-' || n, 'c' || n,
       jsonb_build_object('ru', 'Диван ' || n), ''
  FROM generate_series(1, %(products)s) n;
INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, language, last_inbound_at)
SELECT %(company)s, %(bot)s, 'crowd-' || n, 'crowd-' || n, 'ru', now() FROM generate_series(1, %(people)s) n;
INSERT INTO customers (company_id, id, name)
SELECT company_id, md5('crowd' || id)::uuid, chat_id FROM dialogs
 WHERE company_id = %(company)s AND chat_id LIKE 'crowd-%%';
INSERT INTO customer_dialogs (company_id, dialog_id, customer_id)
SELECT company_id, id, md5('crowd' || id)::uuid FROM dialogs
 WHERE company_id = %(company)s AND chat_id LIKE 'crowd-%%';
INSERT INTO price_alerts (company_id, id, customer_id, dialog_id, product_id, condition, currency, seen_minor,
                          mark_minor, check_every, due_at, expires_at)
SELECT l.company_id, gen_random_uuid(), l.customer_id, l.dialog_id, p.id, 'drop', 'KZT', 20000000, 20000000,
       '1 day', now() + interval '1 day', now() + interval '90 days'
  FROM (SELECT *, row_number() OVER (ORDER BY dialog_id) AS n FROM customer_dialogs
         WHERE company_id = %(company)s) l
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM products
         WHERE company_id = %(company)s AND sku LIKE 'C-%%') p ON p.n = 1 + l.n %% %(products)s
"""


def fill(
    connection: psycopg.Connection, company_id: UUID, bot_id: UUID, *, people: int, products: int = 50
) -> None:
    """As many people, each with a dialog and an alert for one of the products, checked a moment ago.

    The connection is a superuser's, in autocommit.
    """
    values = {"company": company_id, "bot": bot_id, "people": people, "products": products}
    for statement in _FILL.split(";\n"):
        connection.execute(statement.encode(), values)


def cheaper(connection: psycopg.Connection, price_minor: int) -> None:
    """Every product of every crowd costs that now."""
    connection.execute("UPDATE products SET price_minor = %s WHERE sku LIKE 'C-%%'", (price_minor,))


def due(connection: psycopg.Connection) -> None:
    """A day passes: all alerts are due."""
    connection.execute("UPDATE price_alerts SET due_at = now() WHERE state = 'active'")


def told(connection: psycopg.Connection) -> dict[int, int]:
    """How many dialogs were told how often: ``{1: 100}`` is what one drop for a hundred people comes to."""
    rows = connection.execute(
        """
        SELECT n, count(*)
          FROM (SELECT d.id, count(o.id) AS n FROM dialogs d LEFT JOIN outbox o ON o.dialog_id = d.id
                 WHERE d.chat_id LIKE 'crowd-%%' GROUP BY 1) each
         GROUP BY 1
        """
    ).fetchall()
    return {int(often): int(dialogs) for often, dialogs in rows}
