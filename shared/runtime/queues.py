"""Storage queues: small messages that ring a doorbell. Sending is bounded and may fail; callers decide.

The client is imported on first use and sends by itself, not through output bindings: those leave only after
the function returned, and a queue outage would turn committed work into a failure.
"""

from __future__ import annotations

import asyncio
import logging
import math
from typing import TYPE_CHECKING, Any

from shared.kernel.errors import Unavailable
from shared.runtime.breaker import Breaker
from shared.runtime.settings import Settings
from shared.runtime.storage import ByIdentity, queue_account

if TYPE_CHECKING:
    from azure.identity.aio import DefaultAzureCredential
    from azure.storage.queue.aio import QueueClient

__all__ = ["ALERTS", "ANALYTICS", "DELIVERIES", "ESCALATIONS", "IMPORTS", "RESERVATIONS", "TURNS", "Queues"]

_log = logging.getLogger(__name__)

TURNS = "turns"
"""Rung when a dialog has messages to answer."""
DELIVERIES = "deliveries"
"""Rung when calls or delivery statuses wait."""
IMPORTS = "imports"
"""One message for each file of products that waits to be read."""
ALERTS = "alerts"
"""Rung when alerts are due, or products changed."""
ESCALATIONS = "escalations"
"""Rung when an escalation has to be looked at."""
RESERVATIONS = "reservations"
"""Rung when reservations of goods ran out."""
ANALYTICS = "analytics"
"""One message for each company that has days to count."""


class Queues:
    """The queues of one storage account, by name; clients are made on first use and kept.

    Raises:
        Misconfigured: the settings name no account.
    """

    def __init__(self, settings: Settings) -> None:
        self._account = queue_account(settings)
        self._credential: DefaultAzureCredential | None = None
        self._prefix = settings.queue_prefix
        self._timeout = settings.queue_timeout
        self._clients: dict[str, QueueClient] = {}
        self._breaker = Breaker(limit=3, rest=1.0)

    def _client(self, name: str) -> QueueClient:
        client = self._clients.get(name)
        if client is None:
            client = self._clients[name] = self._new_client(f"{self._prefix}{name}")
        return client

    def _new_client(self, queue: str) -> QueueClient:
        from azure.storage.queue import TextBase64EncodePolicy
        from azure.storage.queue.aio import QueueClient

        options: dict[str, Any] = {
            "message_encode_policy": TextBase64EncodePolicy(),
            "retry_total": 0,
            "connection_timeout": self._timeout,
            "read_timeout": self._timeout,
        }
        account = self._account
        if not isinstance(account, ByIdentity):
            return QueueClient.from_connection_string(account.connection_string, queue, **options)
        if self._credential is None:
            from azure.identity.aio import DefaultAzureCredential

            self._credential = DefaultAzureCredential(managed_identity_client_id=account.client_id)
        return QueueClient(account.url, queue, credential=self._credential, **options)

    async def send(self, name: str, text: str, *, delay: float = 0.0) -> None:
        """Send one message that becomes visible after ``delay`` seconds (whole ones, rounded up).

        Raises:
            Unavailable: the queue service did not take it in time.
        """
        from azure.core.exceptions import AzureError, ResourceNotFoundError

        if self._breaker.wait() > 0:
            raise Unavailable("queue")
        client = self._client(name)
        try:
            async with asyncio.timeout(self._timeout):
                try:
                    await client.send_message(text, visibility_timeout=math.ceil(delay))
                except ResourceNotFoundError:
                    await client.create_queue()
                    await client.send_message(text, visibility_timeout=math.ceil(delay))
        except (AzureError, TimeoutError, OSError) as error:
            self._breaker.failed()
            raise Unavailable("queue") from error
        self._breaker.succeeded()

    async def ping(self) -> None:
        """Ask the doorbell queue for its properties.

        Raises:
            Unavailable: the queue service does not answer.
        """
        from azure.core.exceptions import AzureError, ResourceNotFoundError

        try:
            async with asyncio.timeout(self._timeout):
                await self._client(TURNS).get_queue_properties()
        except ResourceNotFoundError:
            return
        except (AzureError, TimeoutError, OSError) as error:
            raise Unavailable("queue") from error

    async def aclose(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()
        if self._credential is not None:
            await self._credential.close()
