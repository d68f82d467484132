"""A customer service with one holder of personal data."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.customers.service import CustomerService
from shared.dialogs.memory import Memory
from shared.dialogs.personal_data import DialogCopies, DialogHistory
from shared.runtime.cache import Cache
from shared.runtime.settings import Settings
from tests.doubles.keepsakes import Keepsakes


@pytest.fixture
async def cache(settings: Settings) -> AsyncIterator[Cache]:
    cache = Cache(settings)
    yield cache
    await cache.aclose()


@pytest.fixture
def keepsakes() -> Keepsakes:
    return Keepsakes()


@pytest.fixture
def customers(cache: Cache, keepsakes: Keepsakes) -> CustomerService:
    return CustomerService(DialogHistory(DialogCopies(Memory(cache, messages=20, seconds=60.0))), [keepsakes])
