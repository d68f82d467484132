"""The services that tests stand on: separate per worker, and clean at the start of each test."""

from __future__ import annotations

import psycopg
import pytest
import redis
from azure.storage.queue import QueueServiceClient

from tests.stack import WorkerStack


@pytest.fixture
def left_behind(worker_stack: WorkerStack, settings_env: dict[str, str]) -> None:
    """A row, a key and a message such as a test leaves."""
    with psycopg.connect(settings_env["MIGRATOR_DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE left_behind (id int GENERATED ALWAYS AS IDENTITY)")
        connection.execute("INSERT INTO left_behind DEFAULT VALUES")
    with redis.Redis.from_url(settings_env["REDIS_URL"]) as client:
        client.set("left", "behind")
    with QueueServiceClient.from_connection_string(settings_env["AzureWebJobsStorage"]) as service:
        service.create_queue(worker_stack.queue_prefix + "left").send_message("behind")


@pytest.mark.usefixtures("left_behind")
def test_clean_deletes_rows_keys_and_messages(worker_stack: WorkerStack, settings_env: dict[str, str]) -> None:
    worker_stack.clean()

    with psycopg.connect(settings_env["MIGRATOR_DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT count(*) FROM left_behind").fetchone()
        connection.execute("DROP TABLE left_behind")
    with redis.Redis.from_url(settings_env["REDIS_URL"]) as client:
        keys = client.dbsize()
    with QueueServiceClient.from_connection_string(settings_env["AzureWebJobsStorage"]) as service:
        queue = service.get_queue_client(worker_stack.queue_prefix + "left")
        messages = queue.peek_messages()
        queue.delete_queue()
    assert (rows, keys, messages) == ((0,), 0, [])


@pytest.mark.parametrize("name", ["DATABASE_URL", "SYSTEM_DATABASE_URL", "MIGRATOR_DATABASE_URL"])
def test_no_login_role_can_pass_row_level_security(settings_env: dict[str, str], name: str) -> None:
    with psycopg.connect(settings_env[name]) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()

    assert row == (False, False, False)


def test_only_the_migrator_owns_the_database(worker_stack: WorkerStack) -> None:
    with psycopg.connect(worker_stack.superuser_url) as connection:
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        ).fetchone()

    assert owner == ("zeta_migrator",)


def test_sorting_does_not_depend_on_the_machine(worker_stack: WorkerStack) -> None:
    with psycopg.connect(worker_stack.superuser_url) as connection:
        locale = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()"
        ).fetchone()

    assert locale == ("b", "C.UTF-8")
