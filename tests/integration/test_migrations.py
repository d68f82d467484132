"""Migrations of a platform in use: nothing waits for their indexes, and companies of old keep what they had."""

from __future__ import annotations

import subprocess
import time

import psycopg
import pytest

from tests.integration.migrating import Schema, ended


def wait_until_it_waits(watching: psycopg.Connection, alembic: subprocess.Popen[str]) -> None:
    """Until the migration waits for the one who writes."""
    for _ in range(600):
        waits = watching.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone()
        if waits is not None or alembic.poll() is not None:
            break
        time.sleep(0.05)
    assert alembic.poll() is None, "nobody was waited for: the test shows nothing"


@pytest.mark.parametrize("table", ["escalations", "dialogs", "failures", "orders"])
def test_a_table_is_written_while_its_indexes_are_built(schema: Schema, table: str) -> None:
    schema.run("downgrade", "0016_analytics_days")
    with schema.open() as writing, schema.open() as another:
        writing.execute("BEGIN")
        writing.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
        with schema.begun("upgrade", "0017_list_indexes") as alembic:
            wait_until_it_waits(another, alembic)

            another.execute("SET lock_timeout = '2s'")
            with another.transaction():
                another.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
            writing.execute("COMMIT")
            ended(alembic)

        assert another.execute("SELECT FROM pg_index WHERE NOT indisvalid").fetchall() == []


def test_indexes_come_and_go_with_their_migration(schema: Schema) -> None:
    def indexes() -> set[str]:
        with schema.open() as connection:
            rows = connection.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'").fetchall()
        return {str(definition) for (definition,) in rows}

    newest = indexes()
    schema.run("downgrade", "0014_worked_requests")
    oldest = indexes()
    schema.run("upgrade", "head")

    assert newest != oldest
    assert indexes() == newest


def test_a_migration_that_broke_off_in_an_index_can_be_run_again(schema: Schema) -> None:
    schema.run("downgrade", "0016_analytics_days")
    with schema.open() as connection:
        connection.execute("CREATE INDEX ix_failures_listed ON failures (company_id)")
        connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_failures_listed'::regclass"
        )
        connection.execute("ALTER TABLE failures OWNER TO zeta_migrator")

        schema.run("upgrade", "head")

        [(definition,)] = connection.execute("SELECT pg_get_indexdef('ix_failures_listed'::regclass)").fetchall()
        assert "(company_id, created_at, id)" in definition
        assert connection.execute("SELECT FROM pg_index WHERE NOT indisvalid").fetchall() == []


def test_who_owned_a_company_before_addresses_were_verified_counts_as_verified(schema: Schema) -> None:
    schema.run("downgrade", "0017_list_indexes")
    with schema.open() as connection:
        connection.execute(
            "INSERT INTO companies (id, slug, name, language, currency, timezone)"
            " VALUES (gen_random_uuid(), 'uyut', 'Уют', 'ru', 'KZT', 'Asia/Almaty')"
        )
        for name, role, active in [("owner", "owner", True), ("gone", "owner", False), ("admin", "admin", True)]:
            connection.execute(
                "INSERT INTO users (company_id, id, email, role, language, active)"
                " SELECT id, gen_random_uuid(), %s, %s, 'ru', %s FROM companies",
                (f"{name}@uyut.kz", role, active),
            )

        schema.run("upgrade", "head")

        verified = connection.execute("SELECT email FROM users WHERE email_verified_at IS NOT NULL").fetchall()
        assert verified == [("owner@uyut.kz",)]
        assert connection.execute(
            "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'users'"
        ).fetchall() == [(True,)]
