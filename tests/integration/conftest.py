"""A worker's settings, its parts, and two companies with a bot each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from shared.channels.contract import Platform
from shared.composition import Worker
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.settings import Settings
from tests.integration.conversation import Stage, open_stage
from tests.integration.customers.archive import Archive, opened
from tests.integration.migrating import Schema
from tests.integration.orders.counter import Counter
from tests.integration.shops import Shop, open_shop
from tests.stack import WorkerStack


@pytest.fixture
def settings(settings_env: dict[str, str]) -> Settings:
    return Settings.model_validate({name.lower(): value for name, value in settings_env.items()})


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings)
    yield database
    await database.aclose()


@pytest.fixture
def keyring(settings: Settings) -> KeyRing:
    return KeyRing.from_setting(settings.credential_keys)


@pytest.fixture
async def shop(database: Database, keyring: KeyRing) -> Shop:
    return await open_shop(database, keyring, "uyut")


@pytest.fixture
async def other_shop(database: Database, keyring: KeyRing) -> Shop:
    return await open_shop(database, keyring, "sklad")


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[Worker]:
    """All parts, as in a process of the app."""
    worker = Worker(settings)
    yield worker
    await worker.aclose()


@pytest.fixture
def counter(worker: Worker, shop: Shop) -> Counter:
    return Counter(worker, shop)


@pytest.fixture
def rival(worker: Worker, other_shop: Shop) -> Counter:
    """The counter of another company."""
    return Counter(worker, other_shop)


@pytest.fixture
async def stage(settings_env: dict[str, str]) -> AsyncIterator[Stage]:
    async with open_stage(settings_env) as opened:
        yield opened


@pytest.fixture(params=list(Platform), ids=lambda platform: platform.value)
def platform(request: pytest.FixtureRequest) -> Platform:
    """Each messenger in turn."""
    chosen: Platform = request.param
    return chosen


@pytest.fixture
def archive(worker_stack: WorkerStack, settings_env: dict[str, str]) -> Iterator[Archive]:
    """Everything that is stored about anybody."""
    with opened(worker_stack, settings_env) as archive:
        yield archive


@pytest.fixture
def schema(worker_stack: WorkerStack) -> Iterator[Schema]:
    """A database to migrate, at the newest migration."""
    with worker_stack.further_database() as (migrator_url, url):
        yield Schema(migrator_url, url)
