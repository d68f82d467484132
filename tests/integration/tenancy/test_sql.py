"""Two companies at the level of SQL: what Postgres refuses, whatever our code asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from shared.channels.contract import Platform
from tests.integration.conversation import Shop, Stage, open_stage
from tests.stack import WorkerStack

TABLES = {
    "analytics_events": "company_id",
    "audit_log": "company_id",
    "bot_configurations": "company_id",
    "bots": "company_id",
    "catalog_state": "company_id",
    "catalog_words": "company_id",
    "cities": "company_id",
    "companies": "id",
    "delivery_events": "company_id",
    "dialogs": "company_id",
    "escalations": "company_id",
    "failures": "company_id",
    "inbox": "company_id",
    "invitations": "company_id",
    "messages": "company_id",
    "model_usage": "company_id",
    "outbox": "company_id",
    "password_resets": "company_id",
    "product_categories": "company_id",
    "products": "company_id",
    "prompts": "company_id",
    "refresh_tokens": "company_id",
    "service_tokens": "company_id",
    "sessions": "company_id",
    "users": "company_id",
}

_REST = """
INSERT INTO users (company_id, id, email, role, language)
SELECT id, gen_random_uuid(), slug || '@uyut.kz', 'owner', 'ru' FROM companies;
INSERT INTO sessions (company_id, id, user_id, expires_at)
SELECT company_id, gen_random_uuid(), id, now() + interval '1 day' FROM users;
INSERT INTO refresh_tokens (company_id, id, session_id, token_hash, expires_at)
SELECT company_id, gen_random_uuid(), id, uuid_send(id), expires_at FROM sessions;
INSERT INTO password_resets (company_id, id, user_id, token_hash, expires_at)
SELECT company_id, gen_random_uuid(), id, uuid_send(id), now() + interval '1 day' FROM users;
INSERT INTO invitations (company_id, id, email, role, language, token_hash, expires_at)
SELECT id, gen_random_uuid(), 'x@uyut.kz', 'viewer', 'ru', uuid_send(id), now() + interval '1 day' FROM companies;
INSERT INTO service_tokens (company_id, id, name, token_hash, permissions)
SELECT id, gen_random_uuid(), '1C', uuid_send(id), '{cities:read}' FROM companies;
INSERT INTO audit_log (company_id, id, actor_kind, action, subject_type, subject_id)
SELECT id, gen_random_uuid(), 'system', 'a.b', 'a', '1' FROM companies;
INSERT INTO prompts (company_id, id, city_id, version, body)
SELECT company_id, gen_random_uuid(), id, 1, 'x' FROM cities;
INSERT INTO bot_configurations (company_id, city_id) SELECT company_id, id FROM cities;
INSERT INTO model_usage (company_id, day, model) SELECT id, '2026-01-01', 'm' FROM companies;
INSERT INTO failures (company_id, id, kind, dialog_id, code)
SELECT company_id, gen_random_uuid(), 'turn', id, 'x' FROM dialogs;
INSERT INTO delivery_events (company_id, bot_id, event_id, platform_message_id, state, occurred_at)
SELECT company_id, id, 'e', 'm', 'sent', now() FROM bots
"""


@dataclass(frozen=True)
class TwoShops:
    """Two shops with a row at least in every table, and the app role's login."""

    stage: Stage
    mine: Shop
    other: Shop
    app_url: str

    def app(self, company: Shop | None) -> psycopg.Connection:
        """A connection as the app role that sees ``company``."""
        connection = psycopg.connect(self.app_url)
        if company is not None:
            connection.execute("SELECT set_config('app.company_id', %s, false)", (str(company.company_id),))
        return connection


@pytest.fixture
async def shops(worker_stack: WorkerStack, settings_env: dict[str, str]) -> AsyncIterator[TwoShops]:
    async with open_stage(settings_env) as stage:
        opened = [await stage.open_shop("uyut"), await stage.open_shop("sklad")]
        for shop in opened:
            shopper = stage.shopper(shop)
            for words in ("красный диван", "позовите менеджера"):
                await shopper.says(words)
                await shopper.hears()
        with psycopg.connect(worker_stack.superuser_url, autocommit=True) as connection:
            connection.execute(_REST)
        yield TwoShops(stage, opened[0], opened[1], settings_env["DATABASE_URL"])


def count(connection: psycopg.Connection, table: str, where: str = "true") -> int:
    query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(table), sql.SQL(where))
    [number] = connection.execute(query).fetchone() or [None]
    assert isinstance(number, int)
    return number


async def test_a_company_sees_its_own_rows_alone(shops: TwoShops) -> None:
    with shops.app(shops.mine) as mine, shops.app(shops.other) as other:
        for table, column in TABLES.items():
            assert count(mine, table) > 0, table
            assert count(mine, table, f"{column} <> '{shops.mine.company_id}'") == 0, table
            assert count(other, table, f"{column} = '{shops.mine.company_id}'") == 0, table


async def test_without_a_company_nothing_shows(shops: TwoShops) -> None:
    with shops.app(None) as nobody:
        assert {table: count(nobody, table) for table in TABLES} == dict.fromkeys(TABLES, 0)


async def test_no_row_of_another_company_can_be_changed_or_deleted(shops: TwoShops) -> None:
    verbs = (
        "UPDATE {table} SET {column} = {column} WHERE {column} = %s",
        "DELETE FROM {table} WHERE {column} = %s",
    )
    touched = {}
    for (table, column), verb in product(TABLES.items(), verbs):
        with shops.app(shops.mine) as mine, suppress(psycopg.errors.InsufficientPrivilege):
            query = sql.SQL(verb).format(table=sql.Identifier(table), column=sql.Identifier(column))
            if rows := mine.execute(query, (shops.other.company_id,)).rowcount:
                touched[table, verb] = rows

    assert touched == {}


async def test_no_row_can_be_written_into_another_company(shops: TwoShops) -> None:
    for table, column in TABLES.items():
        query = sql.SQL("INSERT INTO {table} ({column}) VALUES (%s)").format(
            table=sql.Identifier(table), column=sql.Identifier(column)
        )
        with shops.app(shops.mine) as mine, pytest.raises(psycopg.errors.InsufficientPrivilege):
            mine.execute(query, (shops.other.company_id,))


async def test_a_row_cannot_be_moved_to_another_company(shops: TwoShops) -> None:
    for table in ("dialogs", "bots", "products", "prompts", "escalations"):
        query = sql.SQL("UPDATE {} SET company_id = %s").format(sql.Identifier(table))
        with shops.app(shops.mine) as mine, pytest.raises(psycopg.errors.InsufficientPrivilege):
            mine.execute(query, (shops.other.company_id,))


_ACROSS: dict[str, LiteralString] = {
    "a message in another's dialog": """
        INSERT INTO messages (company_id, dialog_id, seq, role, text, content, at)
        VALUES (%(mine)s, %(dialog)s, 99, 'bot', 'x', '{}', now())""",
    "a call in another's dialog": """
        INSERT INTO outbox (company_id, bot_id, dialog_id, seq, call, status)
        VALUES (%(mine)s, %(bot)s, %(dialog)s, 99, '{}', 'waiting')""",
    "an escalation of another's dialog": """
        INSERT INTO escalations (company_id, id, dialog_id, reason, expires_at)
        VALUES (%(mine)s, gen_random_uuid(), %(dialog)s, 'asked', now())""",
    "a dialog with another's bot": """
        INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id) VALUES (%(mine)s, %(bot)s, 'c', 'c')""",
    "a bot in another's city": "UPDATE bots SET city_id = %(city)s",
    "a prompt of another's city": """
        INSERT INTO prompts (company_id, id, city_id, version, body)
        VALUES (%(mine)s, gen_random_uuid(), %(city)s, 9, 'x')""",
    "a product in another's city": "UPDATE products SET city_id = %(city)s WHERE sku = 'ALM-1'",
}


async def test_a_foreign_key_does_not_reach_into_another_company(shops: TwoShops) -> None:
    """Postgres checks foreign keys past row level security; the company in each key closes that door."""
    [dialog] = await shops.stage.sql(shops.other, "SELECT id FROM dialogs")
    values = {
        "mine": shops.mine.company_id,
        "dialog": dialog["id"],
        "bot": shops.other.bots[Platform.TELEGRAM],
        "city": shops.other.city_id,
    }
    for statement in _ACROSS.values():
        with shops.app(shops.mine) as mine, pytest.raises(psycopg.errors.ForeignKeyViolation):
            mine.execute(statement, values)


_CONTENT = {
    "inbox": ("event", "raw"),
    "outbox": ("call", "platform_message_ids"),
    "messages": ("text", "content"),
    "dialogs": ("state", "customer_name", "phone", "chat_id", "customer_id"),
    "bots": ("credentials", "settings", "name"),
    "prompts": ("body",),
    "products": ("name", "price_minor"),
    "failures": ("detail",),
    "escalations": ("summary", "reason"),
    "analytics_events": ("properties",),
    "model_usage": ("cost_micros",),
    "delivery_events": ("platform_message_id",),
}


async def test_the_scheduler_cannot_read_what_anybody_wrote(settings_env: dict[str, str]) -> None:
    for table, columns in _CONTENT.items():
        for column in columns:
            query = sql.SQL("SELECT {} FROM {}").format(sql.Identifier(column), sql.Identifier(table))
            with (
                psycopg.connect(settings_env["SYSTEM_DATABASE_URL"]) as system,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                system.execute(query)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT find_bot(gen_random_uuid())",
        "SELECT receive_events('[]', '{}')",
        "SELECT walk_products(NULL, NULL, NULL, NULL, NULL, 'newest', 0, 10)",
        "DELETE FROM dialogs",
        "UPDATE dialogs SET company_id = company_id",
        "INSERT INTO dialogs (chat_id) VALUES ('c')",
        "UPDATE inbox SET raw = NULL",
    ],
)
def test_the_scheduler_can_do_nothing_but_schedule(settings_env: dict[str, str], statement: LiteralString) -> None:
    url = settings_env["SYSTEM_DATABASE_URL"]
    with psycopg.connect(url) as system, pytest.raises(psycopg.errors.InsufficientPrivilege):
        system.execute(statement)


async def test_search_functions_find_nothing_without_a_company_and_nothing_of_another(shops: TwoShops) -> None:
    query = "SELECT walk_products(NULL, NULL, NULL, NULL, NULL, 'newest', 0, 100)"
    found: dict[str, set[Any]] = {}
    for name, company in (("mine", shops.mine), ("other", shops.other), ("nobody", None)):
        with shops.app(company) as connection:
            found[name] = {row[0] for row in connection.execute(query).fetchall()}

    assert (len(found["mine"]), len(found["other"]), len(found["nobody"])) == (3, 3, 0)
    assert not found["mine"] & found["other"]
