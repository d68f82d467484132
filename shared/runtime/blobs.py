"""Files in Blob storage: small enough for memory, private, read and written by the app alone.

The client is imported on first use. Containers are made when the first file is put into them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from shared.kernel.errors import NotFound, TooLarge, Unavailable
from shared.runtime.settings import Settings
from shared.runtime.storage import ByIdentity, blob_account

if TYPE_CHECKING:
    from azure.identity.aio import DefaultAzureCredential
    from azure.storage.blob.aio import BlobServiceClient

__all__ = ["Blobs"]

Answer = TypeVar("Answer")


class Blobs:
    """The files of one storage account, by container and name.

    Raises:
        Misconfigured: the settings name no account.
    """

    def __init__(self, settings: Settings) -> None:
        self._account = blob_account(settings)
        self._prefix = settings.queue_prefix
        self._timeout = settings.blob_timeout
        self._service: BlobServiceClient | None = None
        self._credential: DefaultAzureCredential | None = None

    def _client(self) -> BlobServiceClient:
        if self._service is None:
            from azure.storage.blob.aio import BlobServiceClient

            options: dict[str, Any] = {"retry_total": 1, "connection_timeout": self._timeout}
            account = self._account
            if isinstance(account, ByIdentity):
                from azure.identity.aio import DefaultAzureCredential

                self._credential = DefaultAzureCredential(managed_identity_client_id=account.client_id)
                self._service = BlobServiceClient(account.url, credential=self._credential, **options)
            else:
                self._service = BlobServiceClient.from_connection_string(account.connection_string, **options)
        return self._service

    async def put(self, container: str, name: str, content: bytes, *, media_type: str) -> None:
        """Write a file; one of that name is replaced.

        Raises:
            Unavailable: the storage did not take it in time.
        """
        from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
        from azure.storage.blob import ContentSettings

        holder = self._client().get_container_client(self._prefix + container)
        kind = ContentSettings(content_type=media_type)

        async def write() -> None:
            try:
                await holder.upload_blob(name, content, overwrite=True, content_settings=kind)
            except ResourceNotFoundError:
                with suppress(ResourceExistsError):  # somebody else was first
                    await holder.create_container()
                await holder.upload_blob(name, content, overwrite=True, content_settings=kind)

        await self._bounded(write)

    async def get(self, container: str, name: str, *, limit: int) -> bytes:
        """Read a file.

        Raises:
            NotFound: there is none of that name.
            TooLarge: it has more than ``limit`` bytes.
            Unavailable: the storage does not answer.
        """
        from azure.core.exceptions import ResourceNotFoundError

        blob = self._client().get_blob_client(self._prefix + container, name)

        async def read() -> bytes:
            try:
                stream = await blob.download_blob()
            except ResourceNotFoundError:
                raise NotFound("file", name) from None
            if stream.size > limit:
                raise TooLarge(limit)
            return await stream.readall()

        return await self._bounded(read)

    async def delete(self, container: str, name: str) -> None:
        """Delete a file, if it is there.

        Raises:
            Unavailable: the storage does not answer.
        """
        from azure.core.exceptions import ResourceNotFoundError

        blob = self._client().get_blob_client(self._prefix + container, name)

        async def remove() -> None:
            try:
                await blob.delete_blob()
            except ResourceNotFoundError:
                return

        await self._bounded(remove)

    async def _bounded(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        from azure.core.exceptions import AzureError

        try:
            async with asyncio.timeout(self._timeout):
                return await call()
        except (AzureError, TimeoutError, OSError) as error:
            raise Unavailable("blob") from error

    async def aclose(self) -> None:
        """Close all connections."""
        if self._service is not None:
            await self._service.close()
        if self._credential is not None:
            await self._credential.close()
