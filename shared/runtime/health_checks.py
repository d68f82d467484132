"""How each dependency of a worker is asked for its health: one small question that any role may ask."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from shared.kernel.errors import Unavailable
from shared.runtime.cache import Cache
from shared.runtime.database import Database
from shared.runtime.health import Check, State, configured
from shared.runtime.queues import Queues
from shared.runtime.settings import Settings

__all__ = ["dependency_checks"]


def dependency_checks(settings: Settings, *, database: Database, cache: Cache, queues: Queues) -> Sequence[Check]:
    """The checks of ``GET /api/health``. Only Postgres is vital: all else Zeta does without for a while, since
    the sweep rings where the queue fails, Redis holds copies, and the offline assistant needs no model.
    """

    async def app_role() -> None:
        async with database.anonymous_scope() as session:
            await session.execute(text("SELECT 1"))

    async def system_role() -> None:
        async with database.system_scope() as session:
            await session.execute(text("SELECT 1"))

    async def redis() -> State | None:
        if settings.redis_url is None:
            return State.DISABLED
        # twice: imports of the other checks may hold a cold worker up for longer than Redis is waited for
        if not (await cache.ping() or await cache.ping()):
            raise Unavailable("redis")
        return None

    async def blob_storage() -> State | None:
        return await _ask_blob_storage(settings)

    return [
        Check("postgres", app_role, vital=True),
        Check("postgres_system", system_role, vital=True),
        Check("redis", redis),
        Check("queue", queues.ping),
        Check("blob_storage", blob_storage),
        configured("model", bool(settings.openai_api_key or settings.azure_openai_endpoint)),
    ]


async def _ask_blob_storage(settings: Settings) -> State | None:
    """List one container: what the data roles of an Azure identity allow, unlike reading service properties."""
    connection = settings.storage_connection.get_secret_value()
    if not connection:
        return State.DISABLED
    # imported here: a cold start that serves no health check does not pay for it
    from azure.core.exceptions import AzureError
    from azure.storage.blob.aio import BlobServiceClient

    try:
        async with BlobServiceClient.from_connection_string(connection, retry_total=0) as client:
            async for _ in client.list_containers(results_per_page=1):
                break
    except (AzureError, OSError) as error:
        raise Unavailable("blob") from error
    return None
