"""The counter of a shop with real services behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.composition import Worker
from shared.runtime.settings import Settings
from tests.integration.orders.counter import Counter
from tests.integration.shops import Shop, open_shop


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[Worker]:
    worker = Worker(settings)
    yield worker
    await worker.aclose()


@pytest.fixture
async def counter(worker: Worker) -> Counter:
    shop = await open_shop(worker.database, worker.keyring, "uyut")
    return Counter(worker.database, worker.cache, worker.notices, shop)


@pytest.fixture
async def rival(worker: Worker) -> Counter:
    """The counter of another company."""
    shop: Shop = await open_shop(worker.database, worker.keyring, "sklad")
    return Counter(worker.database, worker.cache, worker.notices, shop)
