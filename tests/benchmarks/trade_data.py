"""A shop that has been in business for a while: events, customers and orders as rows."""

from __future__ import annotations

from uuid import UUID

import psycopg

__all__ = ["EVENT_DAYS", "fill_events", "fill_orders", "fill_people"]

EVENT_DAYS = 90
"""The days over which events and orders are spread."""

_PEOPLE = """
INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, language, last_inbound_at)
SELECT %(company)s, %(bot)s, 'trade-' || n, 'trade-' || n, 'ru', now() FROM generate_series(1, %(people)s) n;
INSERT INTO customers (company_id, id, name)
SELECT company_id, md5('trade' || id)::uuid, chat_id FROM dialogs
 WHERE company_id = %(company)s AND chat_id LIKE 'trade-%%';
INSERT INTO customer_dialogs (company_id, dialog_id, customer_id)
SELECT company_id, id, md5('trade' || id)::uuid FROM dialogs
 WHERE company_id = %(company)s AND chat_id LIKE 'trade-%%'
"""

# of a hundred events 60 are turns, 20 searches, 9 cards, 4 carts, 1 an order, 2 hand-overs, 4 of no report
_EVENTS = """
INSERT INTO analytics_events (company_id, dialog_id, bot_id, kind, properties, at)
SELECT %(company)s, d.id, %(bot)s, k.kind,
       CASE k.kind
            WHEN 'turn' THEN jsonb_build_object('messages', 1, 'replies', 1, 'ms', 40 + (n * 7919) %% 3000)
            WHEN 'search' THEN jsonb_build_object('found', (n / 100) %% 6, 'query', 'диван ' || (n * 31) %% 5000)
            WHEN 'order_placed' THEN jsonb_build_object('order_id', n, 'total_minor', 100 * n, 'currency', 'KZT')
            WHEN 'escalation_answered' THEN jsonb_build_object('seconds', n %% 900)
            WHEN 'escalated' THEN '{"reason": "asked"}'
            WHEN 'model_answer' THEN '{"tokens": 700}'
            ELSE jsonb_build_object('sku', p.sku, 'category', p.category, 'price_minor', p.price_minor)
       END,
       now() - n * (interval '1 day' * %(days)s / %(events)s)
  FROM generate_series(1::bigint, %(events)s) n
  JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM dialogs
         WHERE company_id = %(company)s AND chat_id LIKE 'trade-%%') d ON d.place = (n / 7 * 7919) %% %(people)s
  JOIN (SELECT sku, category, price_minor, row_number() OVER (ORDER BY id) - 1 AS place FROM products
         WHERE company_id = %(company)s) p ON p.place = (n * 104729) %% %(goods)s
 CROSS JOIN LATERAL (SELECT (ARRAY['turn', 'search', 'card_viewed', 'cart_added', 'order_placed', 'escalated',
           'escalation_answered', 'model_answer'])[width_bucket(n %% 100, ARRAY[0, 60, 80, 89, 93, 94, 95, 96])]
       AS kind) k
"""

_ORDERS = """
INSERT INTO orders (company_id, id, number, cart_id, customer_id, dialog_id, status, currency, total_minor, name,
                    phone, method, created_at)
SELECT %(company)s,
       encode(decode(lpad(to_hex(1700000000000 + n), 12, '0'), 'hex') || substr(uuid_send(gen_random_uuid()), 7),
              'hex')::uuid,
       n, gen_random_uuid(), l.customer_id, l.dialog_id, CASE WHEN n %% 20 = 0 THEN 'cancelled' ELSE 'done' END,
       'KZT', 100000, 'Имя', '+77010000000', 'pickup',
       now() - (%(orders)s - n) * (interval '1 day' * %(days)s / %(orders)s)
  FROM generate_series(1, %(orders)s) n
  JOIN (SELECT c.*, row_number() OVER (ORDER BY c.dialog_id) - 1 AS place
          FROM customer_dialogs c WHERE company_id = %(company)s) l ON l.place = (n * 7919) %% %(people)s;
INSERT INTO order_lines (company_id, order_id, place, product_id, sku, name, quantity, price_minor)
SELECT o.company_id, o.id, s.place, p.id, p.sku, p.name, 1, p.price_minor
  FROM orders o CROSS JOIN generate_series(1, 3) AS s (place)
  JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS rank FROM
         (SELECT * FROM products WHERE company_id = %(company)s AND availability = 'in_stock' LIMIT 2000) g) p
    -- a few goods are most of what is sold: the square of an even spread
    ON p.rank = (((o.number * 31 + s.place * 337) %% 997) * ((o.number * 31 + s.place * 337) %% 997)) / 500
 WHERE o.company_id = %(company)s
ON CONFLICT DO NOTHING
"""


def fill_people(connection: psycopg.Connection, company_id: UUID, bot_id: UUID, *, people: int) -> None:
    """As many customers, each with a dialog. The connection is a superuser's, in autocommit."""
    _run(connection, _PEOPLE, {"company": company_id, "bot": bot_id, "people": people})


def fill_events(
    connection: psycopg.Connection, company_id: UUID, bot_id: UUID, *, events: int, people: int, goods: int = 5000
) -> None:
    """As many analytics events of the shop's people and its first ``goods`` products."""
    values = {"company": company_id, "bot": bot_id, "events": events, "people": people, "goods": goods}
    values["days"] = EVENT_DAYS
    _run(connection, _EVENTS, values)


def fill_orders(connection: psycopg.Connection, company_id: UUID, *, orders: int, people: int) -> None:
    """As many orders of the shop's people with three lines each, a few goods in most of them."""
    _run(connection, _ORDERS, {"company": company_id, "orders": orders, "people": people, "days": EVENT_DAYS})


def _run(connection: psycopg.Connection, statements: str, values: dict[str, object]) -> None:
    connection.execute("SET enable_nestloop = off")  # rows are picked by computed places: estimates mean nothing
    for statement in statements.split(";\n"):
        connection.execute(statement.encode(), values)
