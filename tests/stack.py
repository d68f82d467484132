"""Real Postgres, Redis and Azurite for the tests.

One set of services serves a whole test run: the first test worker that needs it starts it, the process
that began the run ends it. Each worker has a database cloned from a migrated template, its own Redis
database and its own prefix for queue names. What a test left behind is deleted before the next one
begins: truncated, not rolled back, because an open outer transaction would keep the company setting alive
and make tests of isolation meaningless.

``ZETA_TEST_DATABASE_URL`` (a superuser), ``ZETA_TEST_REDIS_URL`` and ``ZETA_TEST_STORAGE`` replace the
embedded services. A test that stops or kills a service starts one of its own from ``infra.local.services``.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from azure.storage.queue import QueueServiceClient
from psycopg import sql

from infra.local.services.azurite import AzuriteServer, install_azurite
from infra.local.services.migrations import migrate
from infra.local.services.pidfile import PidFile
from infra.local.services.postgres import PostgresServer
from infra.local.services.provision import (
    Passwords,
    create_database,
    create_roles,
    database_urls,
    provision,
)
from infra.local.services.redis import RedisServer

__all__ = ["WorkerStack", "begin_run", "end_run", "shared_services"]

CHECKOUT = Path(__file__).resolve().parents[1]
RUNS = CHECKOUT / ".local" / "test"
AZURITE_PROGRAMS = CHECKOUT / ".local" / "azurite-programs"
TEMPLATE = "zeta_template"
LOCK_TIMEOUT = "30s"


@dataclass(frozen=True)
class Services:
    """Where the services of this run answer; ``token`` keeps runs on shared services apart."""

    token: str
    database_admin_url: str
    redis_url: str
    storage: str


def begin_run() -> Path:
    """A folder for this test run; what earlier runs that were killed left running is ended."""
    RUNS.mkdir(parents=True, exist_ok=True)
    with _locked(RUNS / "begin.lock"):
        for old in RUNS.glob("run-*"):
            if PidFile(old / "owner.pid").running() is None:
                end_run(old)
        run = RUNS / f"run-{os.getpid()}-{secrets.token_hex(3)}"
        run.mkdir()
        PidFile(run / "owner.pid").write(os.getpid())
    return run


def end_run(run: Path) -> None:
    """End the services that were started for the run, if any, and delete its folder."""
    PostgresServer(run / "postgres", durable=False).destroy()
    RedisServer(run / "redis").kill()
    AzuriteServer(run / "azurite", programs=AZURITE_PROGRAMS).kill()
    shutil.rmtree(run, ignore_errors=True)


def shared_services(run: Path) -> Services:
    """The services of the run, started by whoever asks first; a migrated template is among them."""
    described = run / "services.json"
    with _locked(run / "services.lock"):
        if not described.exists():
            services = Services(
                token=secrets.token_hex(3),
                database_admin_url=os.environ.get("ZETA_TEST_DATABASE_URL") or _start_postgres(run),
                redis_url=os.environ.get("ZETA_TEST_REDIS_URL") or _start_redis(run),
                storage=os.environ.get("ZETA_TEST_STORAGE") or _start_azurite(run),
            )
            _make_template(services, run)
            described.touch(mode=0o600)
            described.write_text(json.dumps(asdict(services)))
        return Services(**json.loads(described.read_text()))


class WorkerStack:
    """What one test worker has to itself."""

    def __init__(self, run: Path, services: Services, worker: str) -> None:
        self.database = f"zeta_test_{services.token}_{worker}"
        self.queue_prefix = f"t{services.token}{worker}-"
        self._admin_url = services.database_admin_url
        self._storage = services.storage
        self._run, self._template, self._passwords = run, _template(services), _passwords(run)
        self._redis_url = _with_path(services.redis_url, str(_number(worker)))
        self._urls = database_urls(self._admin_url, database=self.database, passwords=self._passwords)
        self._clone(self.database)
        self._connection = psycopg.connect(
            _with_path(self._admin_url, self.database),
            autocommit=True,
            options=f"-c lock_timeout={LOCK_TIMEOUT}",
        )
        self._redis = redis.Redis.from_url(self._redis_url)
        self._queues = QueueServiceClient.from_connection_string(services.storage)
        self._reference_tables = set(self._filled_tables())

    def environment(self) -> dict[str, str]:
        """The settings by which our code reaches this worker's part of the services."""
        key = base64.b64encode(b"test-credential-key".ljust(32, b".")).decode()
        return {
            "DATABASE_URL": self._urls.app,
            "SYSTEM_DATABASE_URL": self._urls.system,
            "MIGRATOR_DATABASE_URL": self._urls.migrator,
            "REDIS_URL": self._redis_url,
            "AzureWebJobsStorage": self._storage,
            "QUEUE_PREFIX": self.queue_prefix,
            "CREDENTIAL_KEYS": f"test:{key}",
            # a service of ours that is slow on a busy machine is not one that is down
            "REDIS_TIMEOUT": "10",
            "QUEUE_TIMEOUT": "20",
            "DATABASE_CONNECT_TIMEOUT": "30",
            "DATABASE_STATEMENT_TIMEOUT": "60",
        }

    @property
    def superuser_url(self) -> str:
        """This worker's database as the superuser: for looking past row level security."""
        return _with_path(self._admin_url, self.database)

    def clean(self) -> None:
        """Delete what the previous test left: rows, keys, messages. Rows that a migration made stay.

        Raises:
            psycopg.errors.LockNotAvailable: the previous test left a transaction open.
        """
        filled = [name for name in self._filled_tables() if name not in self._reference_tables]
        if filled:
            tables = sql.SQL(", ").join(sql.Identifier(*name.split(".", 1)) for name in filled)
            self._connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
        self._redis.flushdb()
        for queue in self._queues.list_queues(name_starts_with=self.queue_prefix):
            self._queues.get_queue_client(queue).clear_messages()

    def close(self) -> None:
        """Delete the database and close the connections."""
        self._redis.close()
        self._queues.close()
        self._connection.close()
        self._drop(self.database)

    @contextmanager
    def further_database(self) -> Iterator[tuple[str, str]]:
        """Another migrated database, to migrate up and down: its addresses for the migrator and the superuser."""
        database = f"{self.database}_further"
        self._clone(database)
        try:
            urls = database_urls(self._admin_url, database=database, passwords=self._passwords)
            yield urls.migrator, _with_path(self._admin_url, database)
        finally:
            self._drop(database)

    def _clone(self, database: str) -> None:
        with _locked(self._run / "services.lock"):  # a template takes one clone at a time
            create_database(self._admin_url, database, template=self._template)

    def _drop(self, database: str) -> None:
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(database)))

    def _filled_tables(self) -> list[str]:
        """``schema.table`` of every table of ours that holds a row."""
        names = self._connection.execute(
            "SELECT schemaname, relname FROM pg_stat_user_tables WHERE relname <> 'alembic_version'"
        ).fetchall()
        if not names:
            return []
        probes = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(
                sql.Literal(f"{schema}.{table}"), sql.Identifier(schema, table)
            )
            for schema, table in names
        ]
        rows = self._connection.execute(sql.SQL(" UNION ALL ").join(probes)).fetchall()
        return [str(row[0]) for row in rows]


def _start_postgres(run: Path) -> str:
    server = PostgresServer(run / "postgres", durable=False)
    server.start()
    return server.url


def _start_redis(run: Path) -> str:
    server = RedisServer(run / "redis")
    server.start()
    return server.url


def _start_azurite(run: Path) -> str:
    install_azurite(AZURITE_PROGRAMS)
    server = AzuriteServer(run / "azurite", programs=AZURITE_PROGRAMS, in_memory=True)
    server.start()
    return server.connection_string


def _make_template(services: Services, run: Path) -> None:
    create_roles(services.database_admin_url, _passwords(run))
    urls = provision(services.database_admin_url, database=_template(services), passwords=_passwords(run))
    migrate(urls)


def _template(services: Services) -> str:
    return f"{TEMPLATE}_{services.token}"


def _passwords(run: Path) -> Passwords:
    return Passwords.kept_in(run / "passwords.json")


def _number(worker: str) -> int:
    """``gw3`` → 3; a run without workers is 0."""
    digits = worker.removeprefix("gw")
    return int(digits) if digits.isdigit() else 0


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
