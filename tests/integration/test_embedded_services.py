"""The embedded services themselves: start, crash, restart, stop, and what they leave alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import psycopg
import pytest

from infra.local.errors import StackError
from infra.local.services.azurite import AzuriteServer
from infra.local.services.ports import LOOPBACK
from infra.local.services.postgres import PostgresServer
from infra.local.services.provision import Passwords, provision
from infra.local.services.redis import RedisServer


def _modes(folder: Path) -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.parents)}


def test_postgres_keeps_committed_rows_through_a_crash_and_leaves_foreign_folders_alone(
    tmp_path: Path,
) -> None:
    before = _modes(tmp_path)
    server = PostgresServer(tmp_path / "postgres", durable=False)
    server.start()
    try:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.kill()
        assert not server.answers()
        server.start()
        with psycopg.connect(server.url) as connection:
            kept = connection.execute("SELECT one FROM kept").fetchall()
            listening = connection.execute("SHOW listen_addresses").fetchone()
        pid = server.pid
        assert pid is not None
        owner = os.stat(f"/proc/{pid}").st_uid  # noqa: PTH116 - a process, not a file
    finally:
        server.destroy()

    assert kept == [(1,)]
    assert listening == (LOOPBACK,)
    assert owner != 0
    assert not (tmp_path / "postgres").exists()
    assert _modes(tmp_path) == before


def test_postgres_asks_for_a_password_kept_where_only_its_owner_reads_it(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "postgres", durable=False)
    server.start()
    try:
        kept = tmp_path / "postgres" / "superuser.password"
        wrong = server.url.replace(kept.read_text(), "wrong")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
    finally:
        mode = stat.S_IMODE(kept.stat().st_mode)
        server.destroy()

    assert mode == 0o600


def test_provisioning_twice_changes_nothing_but_passwords(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "postgres", durable=False)
    server.start()
    try:
        for attempt in ("first.json", "second.json"):
            passwords = Passwords.kept_in(tmp_path / attempt)
            urls = provision(server.url, database="zeta", passwords=passwords)
            for url in (urls.app, urls.system, urls.migrator):
                psycopg.connect(url).close()
        with psycopg.connect(urls.migrator) as connection:
            connection.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
            connection.execute("ALTER FUNCTION one() OWNER TO zeta_definer")
        with psycopg.connect(urls.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE not_mine (id int)")
    finally:
        server.destroy()


def test_a_login_that_may_create_roles_but_is_no_superuser_can_provision(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "postgres", durable=False)
    server.start()
    try:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE ROLE operator LOGIN CREATEROLE CREATEDB PASSWORD 'operator'")
        operator = f"postgresql://operator:operator@{LOOPBACK}:{server.port}/postgres"
        passwords = Passwords.kept_in(tmp_path / "passwords.json")
        for _ in range(2):
            urls = provision(operator, database="zeta", passwords=passwords)
        with psycopg.connect(urls.migrator) as connection:
            connection.execute("CREATE TABLE mine (id int)")
    finally:
        server.destroy()


def test_redis_ends_and_a_taken_port_is_reported_with_what_to_do(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "one")
    server.start()
    try:
        with pytest.raises(StackError, match=f"port {server.port}.*is taken") as refusal:
            RedisServer(tmp_path / "two", port=server.port).start()
    finally:
        server.stop()

    assert "ZETA_REDIS_PORT" in refusal.value.remedy
    assert server.pid is None
    assert not server.answers()


def test_another_object_for_the_same_folder_finds_and_ends_the_server(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "redis")
    server.start()

    RedisServer(tmp_path / "redis").stop()

    assert not server.answers()


def test_a_program_that_does_not_start_is_reported_with_its_log(tmp_path: Path) -> None:
    azurite = AzuriteServer(tmp_path / "azurite", programs=tmp_path)

    with pytest.raises(StackError, match="Cannot find module") as refusal:
        azurite.start()

    assert str(azurite.log) in refusal.value.remedy
