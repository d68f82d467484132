"""Which storage account the queues and files are in, and how the app proves who it is.

The settings are those of the functions host itself (Azure Functions, identity-based connections): a connection
string in ``AzureWebJobsStorage``, or no secret at all and ``AzureWebJobsStorage__queueServiceUri`` and
``__blobServiceUri`` (or ``__accountName``), with ``__clientId`` where the identity is one assigned by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.kernel.errors import Misconfigured
from shared.runtime.settings import Settings

__all__ = ["ByConnectionString", "ByIdentity", "blob_account", "queue_account"]

_DEVELOPMENT = "UseDevelopmentStorage=true"
# Azurite's published account: the same for everybody, and no secret (Microsoft, "Use the Azurite emulator").
_EMULATOR = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
    "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
)


@dataclass(frozen=True, slots=True)
class ByConnectionString:
    """An account whose key is in the settings."""

    connection_string: str


@dataclass(frozen=True, slots=True)
class ByIdentity:
    """An account that knows the app by its identity in Entra ID."""

    url: str
    """Of the service that is meant: queues, or blobs."""
    client_id: str | None
    """The user-assigned identity to use; ``None``: the app's own, or the developer's."""


def queue_account(settings: Settings) -> ByConnectionString | ByIdentity:
    """The account of the queues. A connection string wins, as it does for the functions host.

    Raises:
        Misconfigured: the settings name no account.
    """
    return _account(settings, "queue", settings.storage_queue_url)


def blob_account(settings: Settings) -> ByConnectionString | ByIdentity:
    """The account of the files: the same, by its blob service.

    Raises:
        Misconfigured: the settings name no account.
    """
    return _account(settings, "blob", settings.storage_blob_url)


def _account(settings: Settings, service: str, url: str) -> ByConnectionString | ByIdentity:
    connection = settings.storage_connection.get_secret_value().strip()
    if connection:
        return ByConnectionString(_EMULATOR if connection.rstrip(";") == _DEVELOPMENT else connection)
    if not url and settings.storage_account:
        url = f"https://{settings.storage_account}.{service}.core.windows.net"
    if not url:
        raise Misconfigured(
            "AzureWebJobsStorage", f"neither a connection string nor __{service}ServiceUri or __accountName is set"
        )
    return ByIdentity(url.rstrip("/"), settings.storage_client_id or None)
