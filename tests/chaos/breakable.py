"""Services of a test's own, to stop, kill and start again without harm to the tests that share theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.local.services.azurite import AzuriteServer
from infra.local.services.postgres import PostgresServer
from infra.local.services.redis import RedisServer
from tests.stack import AZURITE_PROGRAMS, Services, WorkerStack, begin_run, end_run, shared_services

__all__ = ["BreakableServices", "breakable_services"]


@dataclass(frozen=True)
class BreakableServices:
    """The servers, started; ``new_stack`` makes an empty database on them."""

    run: Path
    shared: Services
    postgres: PostgresServer
    redis: RedisServer
    azurite: AzuriteServer

    @contextmanager
    def new_stack(self, name: str) -> Iterator[WorkerStack]:
        """A database of its own, whatever became of the connections to others; deleted afterwards."""
        stack = WorkerStack(self.run, self.shared, name)
        try:
            yield stack
        finally:
            stack.close()


@contextmanager
def breakable_services() -> Iterator[BreakableServices]:
    """Start the services; end them and delete what they kept afterwards."""
    run = begin_run()
    try:
        with pytest.MonkeyPatch.context() as environment:
            for name in ("ZETA_TEST_DATABASE_URL", "ZETA_TEST_REDIS_URL", "ZETA_TEST_STORAGE"):
                environment.delenv(name, raising=False)  # those are for sharing
            services = shared_services(run)
        azurite = AzuriteServer(run / "azurite", programs=AZURITE_PROGRAMS, in_memory=True)
        blob, queue, table = (int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", services.storage))
        azurite.ports = (blob, queue, table)
        yield BreakableServices(
            run=run,
            shared=services,
            postgres=PostgresServer(
                run / "postgres", port=urlsplit(services.database_admin_url).port or 0, durable=False
            ),
            redis=RedisServer(run / "redis", port=urlsplit(services.redis_url).port or 0),
            azurite=azurite,
        )
    finally:
        end_run(run)
