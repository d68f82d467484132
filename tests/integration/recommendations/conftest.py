"""A shop's counter, and its adviser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.composition import Worker
from shared.runtime.settings import Settings
from tests.integration.orders.counter import Counter
from tests.integration.shops import open_shop


@pytest.fixture
async def counter(settings: Settings) -> AsyncIterator[Counter]:
    worker = Worker(settings)
    shop = await open_shop(worker.database, worker.keyring, "uyut")
    yield Counter(worker.database, worker.cache, worker.notices, shop)
    await worker.aclose()
