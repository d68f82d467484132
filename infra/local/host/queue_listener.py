"""One queue and its function: lease, call, delete; retry after a failure; poison after too many.

As the Storage Queues extension of Azure Functions does it: a message is leased for ten minutes and the
lease renewed while its function runs; a failed one becomes visible again after ``visibilityTimeout``; one
that failed ``maxDequeueCount`` times moves to ``<queue>-poison``. A worker that is killed leaves its
messages to the lease. A poison queue has no poison queue of its own: what fails there stays, and is tried
again every minute. Polling slows down to ``maxPollingInterval`` while the queue is empty.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import datetime

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage

from infra.local.host.configuration import SHORTEST_POLL, QueueSettings
from infra.local.host.functions import QueueFunction
from infra.local.host.messages import TypedData
from infra.local.host.outputs import QueueSender
from infra.local.host.worker import AppWorker, FunctionFailed

__all__ = ["QueueListener"]

logger = logging.getLogger(__name__)

LEASE_SECONDS = 600
OUTAGE_SECONDS = 1.0
POISON_RETRY_SECONDS = 60.0
POISON_SUFFIX = "-poison"


class QueueListener:
    """Runs one queue function until it is stopped."""

    def __init__(
        self, worker: AppWorker, function: QueueFunction, settings: QueueSettings, sender: QueueSender
    ) -> None:
        self._worker = worker
        self._function = function
        self._settings = settings
        self._sender = sender
        self._queue = sender.queue(function.connection, function.queue)
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stopping: asyncio.Event, *, grace: float) -> None:
        """Work until ``stopping`` is set; then the messages in hand have ``grace`` seconds to end."""
        stopped = asyncio.create_task(stopping.wait())
        pause = SHORTEST_POLL
        while not stopping.is_set():
            if len(self._running) > self._settings.new_batch_threshold:
                await asyncio.wait({*self._running, stopped}, return_when=asyncio.FIRST_COMPLETED)
                continue
            messages = await self._receive()
            for message in messages or ():
                self._begin(message)
            if messages:
                pause = SHORTEST_POLL
                continue
            wait = pause if messages is not None else max(pause, OUTAGE_SECONDS)
            await asyncio.wait({stopped}, timeout=wait)
            pause = min(pause * 1.5, self._settings.max_polling_interval)
        await self._drain(grace)
        await stopped

    async def _receive(self) -> list[QueueMessage] | None:
        """A batch of messages, leased; empty when there are none, None when the service does not answer."""
        pages = self._queue.receive_messages(
            messages_per_page=self._settings.batch_size, visibility_timeout=LEASE_SECONDS
        ).by_page()
        try:
            page = await anext(pages, None)
            return [message async for message in page] if page is not None else []
        except ResourceNotFoundError:
            return []  # nobody has sent anything yet
        except AzureError as error:
            logger.warning(
                "queue service does not answer",
                extra={"queue": self._function.queue, "error_type": type(error).__name__},
            )
            return None

    def _begin(self, message: QueueMessage) -> None:
        task = asyncio.create_task(self._process(message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _drain(self, grace: float) -> None:
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=grace)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=5)

    async def _process(self, message: QueueMessage) -> None:
        try:
            if await self._succeeds(message):
                await self._queue.delete_message(message)
            elif self._function.queue.endswith(POISON_SUFFIX):
                await self._give_back(message, POISON_RETRY_SECONDS)
            elif (message.dequeue_count or 0) >= self._settings.max_dequeue_count:
                await self._poison(message)
            else:
                await self._give_back(message, self._settings.visibility_timeout)
        except asyncio.CancelledError:
            with contextlib.suppress(AzureError):
                await self._give_back(message, 0)
            raise
        except AzureError as error:
            # the lease brings the message back; the function is idempotent
            logger.warning(
                "queue message could not be settled",
                extra={"queue": self._function.queue, "error_type": type(error).__name__},
            )

    async def _succeeds(self, message: QueueMessage) -> bool:
        """Call the function and send its outputs; False when either failed, or the body is not readable."""
        if self._was_tried_enough(message):
            return False
        try:
            body = self._sender.decode(message.content)
        except ValueError:
            logger.error("queue message is not base64", extra={"queue": self._function.queue})  # noqa: TRY400 - the text may be a message's
            message.dequeue_count = self._settings.max_dequeue_count
            return False
        renewal = asyncio.create_task(self._renew(message))
        try:
            response = await self._worker.invoke(self._function.function, _value(body), self._metadata(message))
            await self._sender.send_outputs(self._function.outputs, response)
        except FunctionFailed:
            return False
        finally:
            renewal.cancel()
        return True

    def _was_tried_enough(self, message: QueueMessage) -> bool:
        """Whether its last attempt ended without a word: the worker was killed, the lease ran out."""
        limit = self._settings.max_dequeue_count
        return (message.dequeue_count or 0) > limit and not self._function.queue.endswith(POISON_SUFFIX)

    async def _renew(self, message: QueueMessage) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 2)
            with contextlib.suppress(AzureError):
                await self._give_back(message, LEASE_SECONDS)

    async def _give_back(self, message: QueueMessage, seconds: float) -> None:
        """Make the message visible after so many seconds; remembers the receipt for a later delete."""
        renewed = await self._queue.update_message(
            message.id, pop_receipt=message.pop_receipt, visibility_timeout=round(seconds)
        )
        message.pop_receipt = renewed.pop_receipt

    async def _poison(self, message: QueueMessage) -> None:
        logger.error(
            "queue message moved to the poison queue",
            extra={"queue": self._function.queue, "attempts": message.dequeue_count},
        )
        await self._sender.send(self._function.connection, self._function.queue + POISON_SUFFIX, message.content)
        await self._queue.delete_message(message)

    def _metadata(self, message: QueueMessage) -> dict[str, TypedData]:
        """What QueueMessage tells beside the body (Azure Functions, queue trigger, message metadata)."""
        return {
            "Id": TypedData(string=message.id),
            "DequeueCount": TypedData(string=str(message.dequeue_count)),
            "InsertionTime": _moment(message.inserted_on),
            "ExpirationTime": _moment(message.expires_on),
            "NextVisibleTime": _moment(message.next_visible_on),
            "PopReceipt": TypedData(string=message.pop_receipt),
            "QueueTrigger": TypedData(string=self._function.queue),
        }


def _value(body: bytes) -> TypedData:
    try:
        return TypedData(string=body.decode())
    except UnicodeDecodeError:
        return TypedData(bytes=body)


def _moment(when: datetime | None) -> TypedData:
    return TypedData(string=when.strftime("%Y-%m-%dT%H:%M:%S+00:00")) if when is not None else TypedData()
