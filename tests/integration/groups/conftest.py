"""A furniture shop whose bot is a member of a family's group."""

from __future__ import annotations

import pytest

from tests.integration.conversation import Stage
from tests.integration.groups.party import Member, Party


@pytest.fixture
async def party(stage: Stage) -> Party:
    return Party(stage, await stage.open_shop())


@pytest.fixture
def aigul(party: Party) -> Member:
    return party.member("Айгуль Ким")


@pytest.fixture
def marat(party: Party) -> Member:
    return party.member("Марат Оспанов")
