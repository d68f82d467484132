"""The health of the real dependencies, up and down."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from shared.runtime.cache import Cache
from shared.runtime.database import Database
from shared.runtime.health import Health, State, check_health
from shared.runtime.health_checks import dependency_checks
from shared.runtime.queues import Queues
from shared.runtime.settings import Settings

NOWHERE = "127.0.0.1:1"
DEAD_STORAGE = (
    f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;"
    f"BlobEndpoint=http://{NOWHERE}/a;QueueEndpoint=http://{NOWHERE}/a;"
)


async def _health(settings: Settings) -> Health:
    database, cache, queues = Database(settings), Cache(settings), Queues(settings)
    try:
        return await check_health(dependency_checks(settings, database=database, cache=cache, queues=queues))
    finally:
        await database.aclose()
        await cache.aclose()
        await queues.aclose()


def _states(health: Health) -> dict[str, State]:
    return {found.name: found.state for found in health.dependencies}


async def test_with_everything_up_all_is_well_and_the_model_is_disabled(settings: Settings) -> None:
    health = await _health(settings)
    assert health.state is State.OK
    assert _states(health) == {
        "postgres": State.OK,
        "postgres_system": State.OK,
        "redis": State.OK,
        "queue": State.OK,
        "blob_storage": State.OK,
        "model": State.DISABLED,
    }


@pytest.mark.parametrize(
    ("change", "down", "state"),
    [
        ({"redis_url": SecretStr(f"redis://{NOWHERE}/0")}, {"redis"}, State.DEGRADED),
        ({"storage_connection": SecretStr(DEAD_STORAGE)}, {"queue", "blob_storage"}, State.DEGRADED),
        ({"database_url": SecretStr(f"postgresql://a:b@{NOWHERE}/z")}, {"postgres"}, State.DOWN),
        ({"system_database_url": SecretStr(f"postgresql://a:b@{NOWHERE}/z")}, {"postgres_system"}, State.DOWN),
    ],
    ids=["redis", "storage", "app role", "system role"],
)
async def test_what_is_away_is_down_and_the_rest_is_told_as_it_is(
    settings: Settings, change: dict[str, SecretStr], down: set[str], state: State
) -> None:
    health = await _health(settings.model_copy(update=change))
    assert health.state is state
    assert {name for name, found in _states(health).items() if found is State.DOWN} == down


async def test_what_is_not_configured_is_disabled(settings: Settings) -> None:
    health = await _health(settings.model_copy(update={"redis_url": None, "openai_api_key": SecretStr("k")}))
    assert health.state is State.OK
    assert (_states(health)["redis"], _states(health)["model"]) == (State.DISABLED, State.OK)
