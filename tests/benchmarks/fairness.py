"""``python -m tests.benchmarks.fairness``: what one company's 10,000 waiting messages do to another's people.

The quiet company's messages arrive one by one; the time of each runs from its webhook to its reply at the
messenger (which answers at once). Rounds without and with the flood take turns; medians of their p50 and p99 are
compared. Every worker is a process of its own; the app runs as its own database role.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import psycopg

from infra.local.simulator import Simulator
from tests.chaos.fleet import Fleet, eventually, running_fleet
from tests.chaos.talk import Talk, open_talk
from tests.stack import WorkerStack, begin_run, end_run, shared_services

__all__ = ["Round"]

SETTINGS = {"MESSAGES_PER_MINUTE": "1000000", "PACE_FACTOR": "0", "MERGE_WINDOW": "0", "LATE_WINDOW": "0"}
_STRANGERS = 1_000_000
"""Chat ids of the flood begin at multiples of it."""


@dataclass(frozen=True)
class Round:
    """Seconds from webhook to reply, of one round."""

    flooded: bool
    p50: float
    p99: float
    left: int
    """Messages of the flood that still waited at the end of the round: there must be some."""


async def _measure(
    fleet: Fleet, quiet: Talk, flood: Talk, arguments: argparse.Namespace, number: int, *, flooded: bool
) -> Round:
    if flooded:
        _fill(flood, _STRANGERS * number, arguments.waiting)
    url = f"http://127.0.0.1:{fleet.port}/api/webhook/telegram/{quiet.bot_id}"
    simulator = quiet.simulator
    simulator.environment.accepted.clear()
    sent: dict[str, float] = {}
    async with aiohttp.ClientSession(headers={"X-Telegram-Bot-Api-Secret-Token": "s3cret"}) as session:
        for message in range(arguments.messages):
            chat = str(number * arguments.messages + message + 1)
            sent[chat] = time.monotonic()
            async with session.post(url, json=_update(int(chat))) as answer:
                assert answer.status == 200, answer.status
            await asyncio.sleep(max(0.0, sent[chat] + 1 / arguments.rate - time.monotonic()))
    await eventually(lambda: sent.keys() <= {send.chat for send in simulator.environment.accepted}, "answered")
    arrived: dict[str, float] = {}
    for send in simulator.environment.accepted:
        arrived.setdefault(send.chat, send.at)
    seconds = sorted(arrived[chat] - at for chat, at in sent.items())
    left = len(
        flood.rows("SELECT FROM dialogs WHERE company_id = %s AND received_seq > done_seq", flood.company_id)
    )
    _empty(flood)
    p99 = seconds[min(len(seconds) - 1, round(len(seconds) * 0.99))]
    return Round(flooded, statistics.median(seconds), p99, left)


def _fill(flood: Talk, begin: int, waiting: int) -> None:
    """Record the flood's messages as the intake does, 500 a commit, each from a person of its own."""
    with psycopg.connect(flood.superuser_url, autocommit=True) as connection:
        for first in range(begin, begin + waiting, 500):
            connection.execute(_RECEIVE, {"bot": str(flood.bot_id), "first": first, "last": first + 499})


_RECEIVE = """
SELECT receive_events(jsonb_agg(jsonb_build_object(
    'place', 0, 'bot_id', %(bot)s::text, 'kind', 'message', 'event_id', n::text, 'order_key', n, 'chat_id', n::text,
    'customer_id', n::text, 'occurred_at', now(), 'event', jsonb_build_object(
        'kind', 'message', 'event_id', n::text, 'occurred_at', now(), 'order_key', n, 'chat_id', n::text,
        'message_id', n::text, 'sender', jsonb_build_object('id', n::text),
        'content', jsonb_build_object('kind', 'text', 'text', 'flood')))), ARRAY[]::bytea[])
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""


def _empty(flood: Talk) -> None:
    """Call what is left of the flood answered; turns under way lose their leases."""
    with psycopg.connect(flood.superuser_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE dialogs SET done_seq = received_seq, sent_seq = outbox_seq, lease_token = NULL, "
            "lease_until = NULL, send_token = NULL, send_until = NULL WHERE company_id = %s",
            (flood.company_id,),
        )


def _update(number: int) -> dict[str, object]:
    person = {"id": number, "is_bot": False, "first_name": "Айгуль"}
    chat = {"id": number, "type": "private", "first_name": "Айгуль"}
    message = {"message_id": number, "from": person, "chat": chat, "date": 1_790_000_000, "text": "words"}
    return {"update_id": number, "message": message}


@asynccontextmanager
async def _running(stack: WorkerStack, arguments: argparse.Namespace) -> AsyncIterator[tuple[Fleet, Talk, Talk]]:
    settings = {**stack.environment(), **SETTINGS}
    with TemporaryDirectory() as logs:
        async with Simulator.start(instant=True) as simulator:
            quiet = await open_talk(simulator, settings, stack.superuser_url, "quiet")
            flood = await open_talk(simulator, settings, stack.superuser_url, "flood")
            async with running_fleet(
                settings,
                simulator,
                Path(logs),
                processes=arguments.processes,
                sweep_seconds=10.0,
                turn_seconds=arguments.thinking,
            ) as fleet:
                quiet.connect(fleet.port)
                flood.connect(fleet.port)
                yield fleet, quiet, flood


async def _compare(stack: WorkerStack, arguments: argparse.Namespace) -> list[Round]:
    async with _running(stack, arguments) as (fleet, quiet, flood):
        await _measure(fleet, quiet, flood, arguments, 0, flooded=False)  # warms up
        rounds = []
        for number in range(1, 2 * arguments.rounds + 1):
            rounds.append(await _measure(fleet, quiet, flood, arguments, number, flooded=number % 2 == 0))
            _print_round(rounds[-1])
        return rounds


def _print_round(one: Round) -> None:
    name = "with the flood" if one.flooded else "alone"
    print(f"{name:<16} p50 {one.p50 * 1000:7.1f} ms   p99 {one.p99 * 1000:7.1f} ms   left {one.left}", flush=True)


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fairness", description=__doc__)
    parser.add_argument("--waiting", type=int, default=10_000, help="messages of the flood")
    parser.add_argument("--messages", type=int, default=200, help="messages of the quiet company in a round")
    parser.add_argument("--rate", type=float, default=20.0, help="of them, a second")
    parser.add_argument("--thinking", type=float, default=0.2, help="seconds that a responder takes")
    parser.add_argument("--processes", type=int, default=2, help="worker processes")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of either kind")
    arguments = parser.parse_args()
    run = begin_run()
    try:
        stack = WorkerStack(run, shared_services(run), "main")
        rounds = asyncio.run(_compare(stack, arguments))
        stack.close()
    finally:
        end_run(run)
    for name, of in (("p50", "p50"), ("p99", "p99")):
        alone, flooded = (
            statistics.median(getattr(one, of) for one in rounds if one.flooded is wanted)
            for wanted in (False, True)
        )
        print(
            f"{name}: alone {alone * 1000:.1f} ms, with the flood {flooded * 1000:.1f} ms, "
            f"ratio {flooded / alone:.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
