"""A shop whose staff serves shoppers from their own messengers."""

from __future__ import annotations

import pytest

from tests.integration.conversation import Stage
from tests.integration.escalations.staff import Counter


@pytest.fixture
async def counter(stage: Stage) -> Counter:
    return await Counter.open(stage)


@pytest.fixture
async def other_counter(stage: Stage) -> Counter:
    """Another company."""
    return await Counter.open(stage, "sklad")
