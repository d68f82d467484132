"""Workers inside the test's own process, on wires: for races, whose steps a test arranges one by one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from azure.storage.queue import QueueClient

from infra.local.simulator import Simulator
from shared.channels.contract import WebhookRequest
from shared.composition import Worker
from shared.dialogs.contract import Responder, Turn, TurnResult
from shared.runtime.settings import Settings
from tests.chaos.echo import EchoResponder
from tests.chaos.fleet import Ports, through
from tests.chaos.talk import Talk
from tests.chaos.wire import Wire, laid_wire

__all__ = ["GatedResponder", "InsideWorker", "inside_worker", "rings", "settings_of"]

PERSON = 1_700_000_001


def settings_of(environment: Mapping[str, str]) -> Settings:
    """The settings that an environment names."""
    values = {name.lower(): value for name, value in environment.items()}
    return Settings.model_validate({**values, "storage_connection": environment["AzureWebJobsStorage"]})


@dataclass
class GatedResponder:
    """Answers as ``EchoResponder`` does, once its gate is open; ``asked`` holds the words it was asked so far."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)

    async def respond(self, turn: Turn) -> TurnResult:
        self.asked.append(turn.text)
        await self.gate.wait()
        return await EchoResponder().respond(turn)


@dataclass
class InsideWorker:
    """A worker, its wires by service, and how a webhook reaches it."""

    worker: Worker
    wires: Mapping[str, Wire]
    talk: Talk

    async def receive(self, *updates: tuple[int, str], person: int = PERSON) -> None:
        """Take webhooks, each an update id and its words, one after the other."""
        for update_id, words in updates:
            await self.worker.webhooks.receive("telegram", self.talk.bot_id, _request(update_id, words, person))


@asynccontextmanager
async def inside_worker(
    environment: Mapping[str, str],
    simulator: Simulator,
    talk: Talk,
    *,
    responder: Responder | None = None,
    **settings: str,
) -> AsyncIterator[InsideWorker]:
    """Build a worker whose every connection passes a wire."""
    ports = Ports.of(environment, simulator)
    async with AsyncExitStack() as stack:
        wires = {
            name: await stack.enter_async_context(laid_wire(port))
            for name, port in (
                ("postgres", ports.postgres),
                ("redis", ports.redis),
                ("queue", ports.queue),
                ("messenger", ports.messenger),
            )
        }
        own = settings_of({**through(environment, ports, wires), **settings})
        worker = Worker(own, responders={"assistant": responder or EchoResponder()})
        stack.push_async_callback(worker.aclose)
        yield InsideWorker(worker, wires, talk)


def rings(environment: Mapping[str, str], name: str, *, take: bool = False) -> int:
    """How many rings wait in a queue; ``take`` removes them, as a drainer or an accident would."""
    with QueueClient.from_connection_string(
        environment["AzureWebJobsStorage"], f"{environment['QUEUE_PREFIX']}{name}"
    ) as queue:
        count = queue.get_queue_properties().approximate_message_count or 0
        if take:
            queue.clear_messages()
    return count


def _request(update_id: int, words: str, person: int) -> WebhookRequest:
    sender = {"id": person, "is_bot": False, "first_name": "Айгуль", "language_code": "ru"}
    update = {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "from": sender,
            "chat": {"id": person, "type": "private", "first_name": "Айгуль"},
            "date": 1_790_000_000,
            "text": words,
        },
    }
    return WebhookRequest(headers={"x-telegram-bot-api-secret-token": "s3cret"}, body=json.dumps(update).encode())
