"""What the benchmarks run on: durable services of their own, the demo company in them, the host in front."""

from __future__ import annotations

import asyncio
import base64
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pydantic import SecretStr

from infra.local.demo.loader import LoadedBot, load_demo
from infra.local.services.azurite import AzuriteServer, install_azurite
from infra.local.services.migrations import migrate
from infra.local.services.postgres import PostgresServer
from infra.local.services.provision import DatabaseUrls, Passwords, provision
from infra.local.services.redis import RedisServer
from shared.channels.contract import Platform
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.settings import Settings

__all__ = ["CHECKOUT", "Services", "running_services"]

CHECKOUT = Path(__file__).resolve().parents[2]
_HOME = CHECKOUT / ".local" / "benchmarks"
_AZURITE_PROGRAMS = CHECKOUT / ".local" / "azurite-programs"
_KEYS = "bench:" + base64.b64encode(b"benchmark-credential-key".ljust(32, b".")).decode()
_DATABASE = "zeta_benchmarks"


@dataclass(frozen=True)
class Services:
    """Running services with the demo company loaded."""

    folder: Path
    pids: Mapping[str, int]
    urls: DatabaseUrls
    admin_url: str
    redis_url: str
    storage: str
    bot: LoadedBot

    def environment(self, messenger_url: str, **more: str) -> dict[str, str]:
        """The settings of the function app: nothing holds a message back that the messenger would take."""
        return {
            "FUNCTIONS_WORKER_RUNTIME": "python",
            "DATABASE_URL": self.urls.app,
            "SYSTEM_DATABASE_URL": self.urls.system,
            "REDIS_URL": self.redis_url,
            "AzureWebJobsStorage": self.storage,
            "CREDENTIAL_KEYS": _KEYS,
            "TELEGRAM_API_URL": messenger_url,
            "PACE_FACTOR": "0",
            "MESSAGES_PER_MINUTE": "1000000",
            "MERGE_WINDOW": "0",
            "LATE_WINDOW": "0",
            "LOG_LEVEL": "WARNING",
            **more,
        }

    @property
    def webhook_path(self) -> str:
        """The path of the Telegram bot's webhook."""
        return f"/api/webhook/telegram/{self.bot.bot_id}"

    @property
    def secret(self) -> str:
        """What the webhook's requests must carry."""
        return self.bot.credentials["secret_token"]

    def tidy(self) -> None:
        """What autovacuum and the checkpointer would do in a minute: no round pays for the one before.

        The rows stay: a database in use has a past, and its statistics know of it.
        """
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    def unfinished(self) -> int:
        """Dialogs that still have something to answer or to send."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            row = connection.execute(
                "SELECT count(*) FROM dialogs WHERE received_seq > done_seq OR outbox_seq > sent_seq"
            ).fetchone()
        return int(row[0]) if row else 0

    def wait_until_finished(self, *, seconds: float = 30.0) -> None:
        """Wait until every message is answered and every answer sent; fail when it is not in time."""
        deadline = time.monotonic() + seconds
        while left := self.unfinished():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{left} dialogs were not finished within {seconds:.0f} s")
            time.sleep(0.05)


@contextmanager
def running_services() -> Iterator[Services]:
    """Start Postgres (fsync on), Redis and Azurite (on disk), load the demo company; end and delete all after."""
    _HOME.mkdir(parents=True, exist_ok=True)
    install_azurite(_AZURITE_PROGRAMS)
    postgres = PostgresServer(_HOME / "postgres")
    redis = RedisServer(_HOME / "redis")
    azurite = AzuriteServer(_HOME / "azurite", programs=_AZURITE_PROGRAMS)
    postgres.destroy()
    redis.kill()
    azurite.kill()
    shutil.rmtree(_HOME, ignore_errors=True)
    _HOME.mkdir(parents=True)
    try:
        for service in (postgres, redis, azurite):
            service.start()
        passwords = Passwords.kept_in(_HOME / "passwords.json")
        urls = provision(postgres.url, database=_DATABASE, passwords=passwords)
        migrate(urls)
        bot = asyncio.run(_load_demo(urls))
        pids = {"postgres": postgres.pid, "redis": redis.pid, "azurite": azurite.pid}
        yield Services(
            folder=_HOME,
            pids={name: pid for name, pid in pids.items() if pid is not None},
            urls=urls,
            admin_url=postgres.url.removesuffix("/postgres") + f"/{_DATABASE}",
            redis_url=redis.url,
            storage=azurite.connection_string,
            bot=bot,
        )
    finally:
        azurite.stop()
        redis.stop()
        postgres.destroy()
        shutil.rmtree(_HOME, ignore_errors=True)


async def _load_demo(urls: DatabaseUrls) -> LoadedBot:
    settings = Settings(
        database_url=SecretStr(urls.app),
        system_database_url=SecretStr(urls.system),
        credential_keys=SecretStr(_KEYS),
    )
    database = Database(settings)
    state = await load_demo(
        database,
        KeyRing.from_setting(_KEYS),
        base_url="http://127.0.0.1:1",
        simulator="http://127.0.0.1:1",
    )
    await database.aclose()
    return next(bot for bot in state.bots if bot.platform is Platform.TELEGRAM)
