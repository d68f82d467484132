"""A hundred copies of one update, through the functions host: one turn, one reply, every copy answered 2xx."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp

from infra.local.simulator import Simulator
from tests.chaos.fleet import eventually
from tests.chaos.talk import Talk
from tests.host import HostProcess

COPIES = 100
AT_ONCE = 50


def _update(person_id: str) -> dict[str, Any]:
    person = {"id": int(person_id), "is_bot": False, "first_name": "Айгуль", "language_code": "ru"}
    return {
        "update_id": 4711,
        "message": {
            "message_id": 1,
            "from": person,
            "chat": {"id": int(person_id), "type": "private", "first_name": "Айгуль"},
            "date": 1_790_000_000,
            "text": "/help",
        },
    }


async def _post_copies(hosts: list[HostProcess], talk: Talk, update: dict[str, Any]) -> Counter[int]:
    """Send the copies, fifty at a time, over all hosts."""
    limit = asyncio.Semaphore(AT_ONCE)
    headers = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def post(number: int) -> int:
            url = f"{hosts[number % len(hosts)].url}/api/webhook/telegram/{talk.bot_id}"
            async with limit, session.post(url, json=update, headers=headers) as answer:
                return answer.status

        return Counter(await asyncio.gather(*(post(number) for number in range(COPIES))))


async def test_copies_of_one_update_make_one_turn_and_one_reply_also_after_a_restart(
    simulator: Simulator, chaos_settings: dict[str, str], talk: Talk, tmp_path: Path
) -> None:
    # the app's triggers name their queues without a prefix
    settings = {**chaos_settings, "TELEGRAM_API_URL": simulator.telegram_api_url, "QUEUE_PREFIX": ""}
    talk.connect(port=1)  # the copies are posted straight to the hosts
    person = simulator.telegram.user("Айгуль", started=True)
    with ExitStack() as stack:
        hosts = [HostProcess("http", settings=settings, log=tmp_path / f"http-{number}.log") for number in range(2)]
        hosts.append(HostProcess("queues", settings=settings, log=tmp_path / "queues.log"))
        await asyncio.gather(*(asyncio.to_thread(stack.enter_context, host) for host in hosts))
        web = hosts[:2]

        statuses = await _post_copies(web, talk, _update(person.id))
        await eventually(lambda: len(person.received) >= 1, what="a reply")
        for host in web:
            await asyncio.to_thread(host.stop)
            await asyncio.to_thread(host.start)
        statuses += await _post_copies(web, talk, _update(person.id))
        await eventually(lambda: talk.restless() == 0, what="at rest")

    assert statuses == {200: 2 * COPIES}
    assert [row["status"] for row in talk.rows("SELECT status FROM inbox")] == ["done"]
    assert len(person.received) == 1
    [dialog] = talk.rows("SELECT received_seq, done_seq, outbox_seq, sent_seq FROM dialogs")
    assert dialog == {"received_seq": 1, "done_seq": 1, "outbox_seq": 1, "sent_seq": 1}
