"""Output bindings to storage queues: sent after the function returned, never when it failed."""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Iterable

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from infra.local.errors import StackError
from infra.local.host.functions import RETURN_VALUE, QueueOutput
from infra.local.host.messages import InvocationResponse, TypedData

__all__ = ["QueueSender"]


class QueueSender:
    """The connections to storage of one process, by the name of the setting that holds the address."""

    def __init__(self, *, base64_messages: bool) -> None:
        self._base64 = base64_messages
        self._services: dict[str, QueueServiceClient] = {}

    def queue(self, connection: str, name: str) -> QueueClient:
        """A client for one queue; the messages are what travels, not decoded.

        Raises:
            StackError: the setting that names the storage account is missing.
        """
        if connection not in self._services:
            address = os.environ.get(connection)
            if not address:
                raise StackError(
                    f"the setting {connection}, which names the storage account, is not set",
                    remedy=f"set {connection} in the environment or in local.settings.json",
                )
            self._services[connection] = QueueServiceClient.from_connection_string(
                address, retry_total=2, connection_timeout=5, read_timeout=30
            )
        return self._services[connection].get_queue_client(name)

    async def send_outputs(self, outputs: Iterable[QueueOutput], response: InvocationResponse) -> None:
        """Send what a function left in its output bindings."""
        left = {one.name: one.data for one in response.output_data}
        for output in outputs:
            data = response.return_value if output.name == RETURN_VALUE else left.get(output.name)
            if data is not None and data.kind is not None:
                for body in _bodies(data):
                    await self.send(output.connection, output.queue, self.encode(body))

    async def send(self, connection: str, name: str, text: str) -> None:
        """Send one message as it is to travel; the queue is made when it does not exist."""
        queue = self.queue(connection, name)
        try:
            await queue.send_message(text)
        except ResourceNotFoundError:
            with contextlib.suppress(ResourceExistsError):  # another sender was quicker
                await queue.create_queue()
            await queue.send_message(text)

    def encode(self, body: bytes) -> str:
        """A message as ``messageEncoding`` of host.json wants it on the wire."""
        return base64.b64encode(body).decode() if self._base64 else body.decode()

    def decode(self, content: str) -> bytes:
        """The body of a message from the wire.

        Raises:
            ValueError: it is not base64 where base64 is configured.
        """
        return base64.b64decode(content, validate=True) if self._base64 else content.encode()

    async def close(self) -> None:
        """Close the connections."""
        for service in self._services.values():
            await service.close()


def _bodies(data: TypedData) -> list[bytes]:
    if data.kind != "json":
        return [data.value if isinstance(data.value, bytes) else str(data.value).encode()]
    content = json.loads(data.value)
    items = content if isinstance(content, list) else [content]
    return [(item["body"] if isinstance(item, dict) else str(item)).encode() for item in items]
