"""A scripted platform and the real transport for the client tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.runtime.http import HttpTransport
from tests.doubles.scripted_api import ScriptedApi, scripted_api
from tests.host import PATIENCE


@pytest.fixture(scope="session")
async def _api() -> AsyncIterator[ScriptedApi]:
    async with scripted_api() as api:
        yield api


@pytest.fixture
def api(_api: ScriptedApi) -> ScriptedApi:
    _api.script()
    return _api


@pytest.fixture
async def http() -> AsyncIterator[HttpTransport]:
    transport = HttpTransport(timeout=PATIENCE)
    yield transport
    await transport.aclose()
