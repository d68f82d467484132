"""Bad days on demand: faults of the messengers, and networks that repeat, reorder and hold webhooks."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from infra.local.simulator import Fault, FaultKind, Simulator
from infra.local.simulator.telegram.person import TelegramPerson
from tests.doubles.recording_bot import Answer, RecordingBot


@dataclass(slots=True)
class Stage:
    sim: Simulator
    bot: RecordingBot
    http: httpx.AsyncClient
    shopper: TelegramPerson

    async def send(self, text: str = "Здравствуйте", *, within: float = 5.0) -> httpx.Response:
        path = f"{self.sim.telegram_api_url}/bot{self.shopper.telegram_bot.token}/sendMessage"
        return await self.http.post(path, json={"chat_id": self.shopper.id, "text": text}, timeout=within)

    def texts(self) -> list[str]:
        return [webhook.body["message"]["text"] for webhook in self.bot.received]


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with RecordingBot.start() as bot, Simulator.start(speed=200) as sim, httpx.AsyncClient() as http:
        sim.telegram.add_bot(webhook_url=f"{bot.url}/hook")
        yield Stage(sim, bot, http, sim.telegram.user("Айгерим", started=True))


async def test_429_tells_the_delay_in_body_and_header_and_ends_by_itself(stage: Stage) -> None:
    stage.sim.faults.add(Fault(FaultKind.TOO_MANY_REQUESTS, platform="telegram", count=2, retry_after=7))

    answers = [await stage.send() for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].json()["parameters"] == {"retry_after": 7}
    assert answers[0].headers["Retry-After"] == "7"
    assert len(stage.shopper.received) == 1


@pytest.mark.parametrize(
    ("kind", "accepted"),
    [(FaultKind.TIMEOUT_BEFORE_ACCEPTING, 0), (FaultKind.TIMEOUT_AFTER_ACCEPTING, 1)],
)
async def test_a_timeout_before_or_after_accepting(stage: Stage, kind: FaultKind, accepted: int) -> None:
    stage.sim.faults.add(Fault(kind, method="sendMessage", count=1, seconds=30))

    with pytest.raises(httpx.ReadTimeout):
        await stage.send(within=1.0)

    assert len(stage.shopper.received) == accepted


@pytest.mark.parametrize(
    ("kind", "accepted"), [(FaultKind.CONNECTION_RESET, 0), (FaultKind.RESET_AFTER_ACCEPTING, 1)]
)
async def test_a_connection_cut_before_or_after_accepting(stage: Stage, kind: FaultKind, accepted: int) -> None:
    stage.sim.faults.add(Fault(kind, count=1))

    with pytest.raises(httpx.TransportError):
        await stage.send()

    assert len(stage.shopper.received) == accepted


async def test_a_malformed_answer_is_not_json_although_the_message_was_taken(stage: Stage) -> None:
    stage.sim.faults.add(Fault(FaultKind.MALFORMED_ANSWER, count=1))

    answer = await stage.send()

    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|Extra"):
        answer.json()
    assert len(stage.shopper.received) == 1


async def test_latency_delays_and_refusals_have_the_platforms_shape(stage: Stage) -> None:
    stage.sim.faults.add(Fault(FaultKind.LATENCY, count=1, seconds=0.15))
    stage.sim.faults.add(Fault(FaultKind.REFUSE, count=1, code=403, description="Forbidden: user is deactivated"))
    stage.sim.faults.add(Fault(FaultKind.SERVER_ERROR, count=1))

    started = time.perf_counter()
    slow = await stage.send()
    elapsed = time.perf_counter() - started
    refused, broken = await stage.send(), await stage.send()

    assert slow.status_code == 200
    assert elapsed >= 0.15
    assert refused.json() == {"ok": False, "error_code": 403, "description": "Forbidden: user is deactivated"}
    assert broken.status_code == 500


async def test_a_rule_can_be_narrowed_and_can_let_calls_through_first(stage: Stage) -> None:
    other = stage.sim.telegram.user("Данияр", started=True)
    stage.sim.faults.add(Fault(FaultKind.SERVER_ERROR, chat=stage.shopper.id, method="sendMessage", skip=1))

    codes = [(await stage.send()).status_code for _ in range(3)]
    path = f"{stage.sim.telegram_api_url}/bot{other.telegram_bot.token}/sendMessage"
    elsewhere = await stage.http.post(path, json={"chat_id": other.id, "text": "x"})

    assert codes == [200, 500, 500]
    assert elsewhere.status_code == 200


async def test_duplicates_are_the_same_bytes(stage: Stage) -> None:
    stage.sim.delivery.duplicate(copies=5, count=1)

    await stage.shopper.send_text("один раз")
    await stage.shopper.send_text("и ещё")
    await stage.bot.wait_for(6)

    assert sorted(stage.texts()) == ["и ещё"] + ["один раз"] * 5
    assert len({webhook.raw for webhook in stage.bot.received}) == 2


async def test_held_webhooks_come_in_the_order_asked_for(stage: Stage) -> None:
    people = [stage.sim.telegram.user(name) for name in ("Айгерим", "Данияр", "Мария")]
    stage.sim.delivery.reorder(3)
    for number, person in enumerate(people):
        assert await person.send_text(str(number)) == 0
    await stage.bot.wait_for(3)

    assert stage.texts() == ["2", "1", "0"]


async def test_nothing_is_lost_while_the_bot_is_down(stage: Stage) -> None:
    bot_url, stage.shopper.telegram_bot.webhook_url = stage.bot.url, "http://127.0.0.1:9/hook"
    status = await stage.shopper.send_text("вы там?")
    assert status == 0
    assert stage.sim.delivery.pending == 1
    assert stage.shopper.chat.messages[0].status == "sent"

    stage.bot.answers = [Answer(200)]
    stage.shopper.telegram_bot.webhook_url = f"{bot_url}/hook"
    await stage.bot.wait_for(1)

    await stage.sim.delivery.settle()
    assert stage.texts() == ["вы там?"]
    assert stage.shopper.chat.messages[0].status == "delivered"


async def test_traffic_keeps_both_directions_without_the_token(stage: Stage) -> None:
    await stage.shopper.send_text("привет")
    await stage.send("Здравствуйте")

    webhook, call = stage.sim.traffic.list()
    assert (webhook.direction, webhook.status) == ("webhook", 200)
    assert (call.direction, call.method, call.status) == ("call", "sendMessage", 200)
    assert "Здравствуйте" in call.request_body
    assert stage.shopper.telegram_bot.token not in call.url


async def test_traffic_is_bounded(stage: Stage) -> None:
    for _ in range(520):
        await stage.send("x" * 10)

    assert len(stage.sim.traffic.list()) == 500
    assert len(stage.shopper.received) == 400


async def test_the_fast_path_counts_and_answers_without_keeping() -> None:
    async with Simulator.start(instant=True) as sim, httpx.AsyncClient() as http:
        bot = sim.telegram.add_bot(token="1:fast")
        path = f"{sim.telegram_api_url}/bot{bot.token}/sendMessage"
        answers: list[Any] = [(await http.post(path, json={"chat_id": 7, "text": str(n)})).json() for n in range(3)]

        assert [answer["result"]["message_id"] for answer in answers] == [1, 2, 3]
        assert sim.accepted == 3
        assert [send.text for send in sim.environment.accepted] == ["0", "1", "2"]
        assert sim.traffic.list() == []
