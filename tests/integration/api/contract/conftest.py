"""Two companies with everything in them, at the API of one worker; no limit of requests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.api.edge import ApiEdge
from shared.composition.api import build_edge
from tests.integration.api.contract.companies import Staffed, open_company
from tests.integration.api.contract.operations import Operation, operations_of
from tests.integration.conversation import Stage, open_stage


@pytest.fixture
async def busy_stage(settings_env: dict[str, str]) -> AsyncIterator[Stage]:
    cheap = {"password_memory_kib": 8192, "password_passes": 1, "api_requests_per_minute": 0}
    async with open_stage(settings_env, **cheap) as stage:
        yield stage


@pytest.fixture
def busy_edge(busy_stage: Stage) -> ApiEdge:
    return build_edge(busy_stage.worker)


@pytest.fixture
def operations(busy_edge: ApiEdge) -> list[Operation]:
    return operations_of(busy_edge)


@pytest.fixture
async def own(busy_stage: Stage, busy_edge: ApiEdge) -> Staffed:
    return await open_company(busy_stage, busy_edge, "uyut")


@pytest.fixture
async def foreign(busy_stage: Stage, busy_edge: ApiEdge) -> Staffed:
    return await open_company(busy_stage, busy_edge, "sklad")
