"""What was recorded while a group was taken for one person is given to whom it belongs, or closed."""

from __future__ import annotations

import psycopg
import pytest

from tests.integration.migrating import Schema

COMPANY = "11111111-1111-1111-1111-111111111111"
BOT = "22222222-2222-2222-2222-222222222222"
GROUP_ALONE = "33333333-3333-3333-3333-333333333333"
OF_BOTH = "44444444-4444-4444-4444-444444444444"

_OLD = f"""
INSERT INTO companies (id, slug, name, language, currency, timezone)
VALUES ('{COMPANY}', 'uyut', 'Уют', 'ru', 'KZT', 'Asia/Almaty');
INSERT INTO bots (company_id, id, platform, name, language, credentials)
VALUES ('{COMPANY}', '{BOT}', 'telegram', 'Уют', 'ru', '');
INSERT INTO dialogs (id, company_id, bot_id, chat_id, customer_id, customer_name, state, handover_until,
                     history_seq, received_seq, done_seq)
OVERRIDING SYSTEM VALUE VALUES
(1, '{COMPANY}', '{BOT}', '-100500', '71', 'Айгуль', '{{"cart": {{}}}}', now() + interval '1 hour', 5, 3, 3),
(2, '{COMPANY}', '{BOT}', '72', '72', 'Марат', '{{"kept": 1}}', NULL, 0, 0, 0),
(3, '{COMPANY}', '{BOT}', '-100501', '72', 'Марат', '{{}}', NULL, 0, 0, 0);
INSERT INTO inbox (company_id, bot_id, event_id, dialog_id, order_key, status, due_at, event) VALUES
('{COMPANY}', '{BOT}', 'a', 1, 1, 'done', now(),
 '{{"message_id": "1", "sender": {{"id": "71"}}, "content": {{"kind": "text", "text": "диван"}}}}'),
('{COMPANY}', '{BOT}', 'b', 1, 2, 'done', now(),
 '{{"message_id": "2", "sender": {{"id": "72"}}, "content": {{"kind": "text", "text": "кресло"}}}}');
INSERT INTO messages (company_id, dialog_id, seq, role, text, content, at) VALUES
('{COMPANY}', 1, 1, 'shopper', 'диван', '{{"kind": "text", "message_id": "1"}}', now()),
('{COMPANY}', 1, 2, 'bot', 'Вот диваны', '{{}}', now()),
('{COMPANY}', 1, 3, 'shopper', 'кресло', '{{"kind": "text", "message_id": "2"}}', now()),
('{COMPANY}', 1, 4, 'shopper', 'неизвестно чьё', '{{"kind": "text", "message_id": "9"}}', now()),
('{COMPANY}', 1, 5, 'staff', 'Добрый день', '{{}}', now());
INSERT INTO customers (company_id, id, name, phone) VALUES
('{COMPANY}', '{GROUP_ALONE}', 'Айгуль', NULL), ('{COMPANY}', '{OF_BOTH}', 'Марат', '+77010000002');
INSERT INTO customer_dialogs (company_id, dialog_id, customer_id) VALUES
('{COMPANY}', 1, '{GROUP_ALONE}'), ('{COMPANY}', 2, '{OF_BOTH}'), ('{COMPANY}', 3, '{OF_BOTH}');
INSERT INTO carts (company_id, id, customer_id) VALUES
('{COMPANY}', gen_random_uuid(), '{GROUP_ALONE}'), ('{COMPANY}', gen_random_uuid(), '{OF_BOTH}');
INSERT INTO orders (company_id, id, number, cart_id, customer_id, dialog_id, status, currency, total_minor, name,
                    phone, method, address)
SELECT '{COMPANY}', gen_random_uuid(), n, gen_random_uuid(), c::uuid, d, s, 'KZT', 100, 'Айгуль',
       '+7701', 'delivery', 'Кунаева, 7'
  FROM (VALUES (1, '{GROUP_ALONE}', 1, 'new'), (2, '{GROUP_ALONE}', 1, 'done'),
               (3, '{OF_BOTH}', 2, 'new'), (4, '{OF_BOTH}', 3, 'new')) AS o (n, c, d, s);
INSERT INTO escalations (company_id, id, dialog_id, reason, summary, expires_at)
VALUES ('{COMPANY}', gen_random_uuid(), 1, 'asked', 'Айгуль просит', now() + interval '1 hour');
"""


@pytest.fixture
def migrated(schema: Schema) -> psycopg.Connection:
    schema.run("downgrade", "0019_end_login")
    connection = schema.open()
    connection.execute(_OLD.encode())
    schema.run("upgrade", "head")
    return connection


def rows(connection: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query.encode()).fetchall()


def test_a_group_s_past_is_taken_apart(migrated: psycopg.Connection) -> None:
    with migrated:
        dialogs = "SELECT id, is_group, customer_id, customer_name, state, handover_until FROM dialogs ORDER BY id"
        assert rows(migrated, dialogs) == [
            (1, True, "-100500", "", {}, None),
            (2, False, "72", "Марат", {"kept": 1}, None),
            (3, True, "-100501", "", {}, None),
        ]
        assert rows(migrated, "SELECT text, person_id FROM messages ORDER BY seq") == [
            ("диван", "71"),
            ("Вот диваны", "71"),
            ("кресло", "72"),
            ("Добрый день", None),
        ]
        assert rows(migrated, "SELECT DISTINCT event FROM inbox") == [({},)]
        assert rows(migrated, "SELECT name FROM customers") == [("Марат",)]
        assert rows(migrated, "SELECT dialog_id FROM customer_dialogs") == [(2,)]
        assert rows(migrated, "SELECT 1 FROM carts") == []
        assert rows(migrated, "SELECT status, summary, resolved_by FROM escalations") == [("resolved", "", "group")]


def test_orders_made_in_a_group_stay_with_the_shop_until_they_are_done(migrated: psycopg.Connection) -> None:
    with migrated:
        orders = "SELECT number, customer_id IS NULL, name, address, forget_buyer FROM orders ORDER BY number"
        assert rows(migrated, orders) == [
            (1, True, "Айгуль", "Кунаева, 7", True),
            (2, True, "", "", False),
            (3, False, "Айгуль", "Кунаева, 7", False),
            (4, True, "Айгуль", "Кунаева, 7", True),
        ]


def test_row_level_security_binds_the_owner_again(migrated: psycopg.Connection) -> None:
    with migrated:
        lifted = "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
        assert rows(migrated, lifted) == []
