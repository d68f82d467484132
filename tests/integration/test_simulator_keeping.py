"""A simulator that was ended or killed and starts again has its chats: people, messages, files, webhooks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.services.ports import free_port
from infra.local.simulator import Simulator, samples
from infra.local.simulator.whatsapp.identity import KnownBy
from tests.doubles.recording_bot import Answer, RecordingBot
from tests.host import CHECKOUT, wait_for

BUTTONS = {"inline_keyboard": [[{"text": "В корзину", "callback_data": "add:1"}]]}


def with_bots(sim: Simulator, url: str) -> None:
    sim.telegram.add_bot(token="7:abc", bot_id="t1", webhook_url=f"{url}/telegram")
    sim.whatsapp.add_number(bot_id="w1", webhook_url=f"{url}/whatsapp")
    sim.viber.add_account(bot_id="v1", webhook_url=f"{url}/viber")


async def send(sim: Simulator, chat: str, text: str, **more: Any) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=f"{sim.telegram_api_url}/bot7:abc/") as http:
        answer = await http.post("sendMessage", json={"chat_id": chat, "text": text, **more})
    result: dict[str, Any] = answer.json()["result"]
    return result


async def test_chats_messages_and_buttons_are_there_again(tmp_path: Path) -> None:
    async with RecordingBot.start() as bot:
        async with Simulator.start(keep=tmp_path) as sim:
            with_bots(sim, bot.url)
            shopper = sim.telegram.user("Айгерим")
            await shopper.send_photo(caption="такой?")
            first = await send(sim, shopper.id, "<b>Диван</b>", parse_mode="HTML", reply_markup=BUTTONS)
            before = [(message.text, message.kind, message.entities) for message in shopper.chat.messages]

        async with Simulator.start(keep=tmp_path) as sim:
            again = sim.telegram.user("Айгерим")
            assert [(message.text, message.kind, message.entities) for message in again.chat.messages] == before
            picture = sim.environment.media.get(again.chat.messages[0].file_id)
            assert picture is not None
            assert picture.data == samples.photo().data
            assert await again.press("В корзину") == 200
            later = await send(sim, again.id, "ещё")

        assert later["message_id"] > first["message_id"]
        updates = [webhook.body["update_id"] for webhook in bot.received]
        assert updates == sorted(set(updates))


async def test_identities_topics_blocks_and_a_moved_group_are_there_again(tmp_path: Path) -> None:
    async with RecordingBot.start() as bot:
        async with Simulator.start(keep=tmp_path) as sim:
            with_bots(sim, bot.url)
            person = sim.whatsapp.user("Айгерим")
            await person.send_text("привет")
            await person.change_number("77059998877")
            person.becomes_known_by("user_id", username="aigerim")
            await sim.whatsapp.user("Хозяин", phone="77011112233").send_text("я")
            member = sim.telegram.group("Дом").member("Данияр")
            await member.in_topic("Заказы").send_text("диван")
            new_id = await sim.telegram.group("Дом").upgrade(by=member, told=False)
            await sim.viber.user("Мария", subscribed=True).block()
            sim.clock.advance(5_000)
            now = sim.clock.now()

        async with Simulator.start(keep=tmp_path) as sim:
            again = sim.whatsapp.user("Айгерим")
            assert (again.phone, again.user_id) == ("77059998877", person.user_id)
            assert again.person.details["known_by"] == KnownBy.USER_ID
            assert again.person.details["username"] == "aigerim"
            assert [message.text for message in again.chat.messages] == ["привет"]
            group = sim.telegram.group("Дом")
            assert group.chat.id == new_id
            assert [topic["name"] for topic in group.chat.details["topics"].values()] == ["Заказы"]
            assert sim.viber.user("Мария").chat.membership == "blocked"
            assert sim.clock.now() >= now


async def test_the_old_number_s_new_owner_does_not_inherit_the_chat(tmp_path: Path) -> None:
    async with RecordingBot.start() as bot:
        async with Simulator.start(keep=tmp_path) as sim:
            with_bots(sim, bot.url)
            first = sim.whatsapp.user("Айгерим")
            old = first.phone
            await first.send_text("секрет")
            await first.change_number("77059998877")
            await sim.whatsapp.user("Новый хозяин", phone=old).send_text("привет")

        async with Simulator.start(keep=tmp_path) as sim:
            owner = sim.whatsapp.user("Новый хозяин", phone=old)
            assert [message.text for message in owner.chat.messages] == ["привет"]
            assert [message.text for message in sim.whatsapp.user("Айгерим").chat.messages] == ["секрет"]


async def test_what_the_bot_has_not_taken_comes_after_the_restart(tmp_path: Path) -> None:
    async with RecordingBot.start() as bot:
        bot.answers = [Answer(500)] * 500
        async with Simulator.start(keep=tmp_path) as sim:
            with_bots(sim, bot.url)
            for person in (sim.telegram.user("Айгерим"), sim.whatsapp.user("Айгерим"), sim.viber.user("Айгерим")):
                assert await person.send_text("мои заказы") == 500
        refused = {webhook.raw for webhook in bot.received}

        bot.answers = []
        bot.received.clear()
        async with Simulator.start(keep=tmp_path) as sim:
            assert await sim.delivery.settle()

        assert {webhook.raw for webhook in bot.received} == refused
        assert all(webhook.path in ("/telegram", "/whatsapp", "/viber") for webhook in bot.received)
        bot.received.clear()
        async with Simulator.start(keep=tmp_path) as sim:
            await sim.delivery.settle()
        assert bot.received == []


async def test_the_state_file_rules_over_what_was_kept_of_its_bots(tmp_path: Path) -> None:
    def state(token: str, url: str) -> Path:
        credentials = {"token": token, "secret_token": "s"}
        entry = {"platform": "telegram", "bot_id": "t1", "webhook_url": url, "credentials": credentials}
        path = tmp_path / "demo.json"
        path.write_text(json.dumps({"bots": [entry]}), encoding="utf-8")
        return path

    async with RecordingBot.start() as bot:
        keep = tmp_path / "chats"
        async with Simulator.start(state=state("7:old", f"{bot.url}/old"), keep=keep) as sim:
            await sim.telegram.user("Айгерим").send_text("раз")
        async with Simulator.start(state=state("7:new", f"{bot.url}/new"), keep=keep) as sim:
            shopper = sim.telegram.user("Айгерим")
            await shopper.send_text("два")

            assert [message.text for message in shopper.chat.messages] == ["раз", "два"]
            assert [one.token for one in sim.telegram.bots] == ["7:new"]
        assert [webhook.path for webhook in bot.received] == ["/old", "/new"]
        assert b"7:new" not in (keep / "world.json").read_bytes()


@pytest.mark.parametrize(
    "broken", [b"", b"[]", b'{"bots": 7}', b'{"offset": 0, "bots": {}, "people": [{}]}', b"\xff"]
)
async def test_a_broken_file_is_left_out_and_said(
    tmp_path: Path, broken: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "world.json").write_bytes(broken)

    async with Simulator.start(keep=tmp_path) as sim:
        sim.telegram.add_bot(token="7:abc", bot_id="t1")
        await sim.telegram.user("Айгерим").send_text("привет")

    assert "world.json is left out" in capsys.readouterr().err
    assert json.loads((tmp_path / "world.json").read_bytes())["people"]


async def test_a_broken_chat_costs_that_chat_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with Simulator.start(keep=tmp_path) as sim:
        sim.telegram.add_bot(token="7:abc", bot_id="t1")
        for name in ("Айгерим", "Данияр"):
            await sim.telegram.user(name).send_text(name)
    [broken, *_] = sorted((tmp_path / "chats").iterdir())
    lost = json.loads(broken.read_bytes())["messages"][0]["text"]
    broken.write_bytes(b'{"bot": "telegram/t1"}')

    async with Simulator.start(keep=tmp_path) as sim:
        texts = {name: [m.text for m in sim.telegram.user(name).chat.messages] for name in ("Айгерим", "Данияр")}

    assert texts == {name: [] if name == lost else [name] for name in ("Айгерим", "Данияр")}
    assert "is left out" in capsys.readouterr().err


def modes_of_files(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}


async def test_what_is_kept_is_bounded_and_private(tmp_path: Path) -> None:
    async with Simulator.start(keep=tmp_path) as sim:
        sim.telegram.add_bot(token="7:abc", bot_id="t1")
        for number in range(510):
            await sim.telegram.user(f"Покупатель {number}").send_text("привет")
        shopper = sim.telegram.user("Покупатель 509")
        await shopper.send_photo()
        await sim.telegram.user("Покупатель 508").send_photo()
        shopper.clear()

    assert len(list((tmp_path / "chats").iterdir())) == 500
    assert len(list((tmp_path / "files").iterdir())) == 1
    assert modes_of_files(tmp_path) == {0o600}


@contextmanager
def process(keep: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "infra.local.simulator", "--port", str(port), "--keep", str(keep)]
    running = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers(port))
        yield running
    finally:
        running.kill()
        running.wait()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/control/state").is_success
    except httpx.HTTPError:
        return False


def test_a_killed_simulator_loses_no_chat(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/control"
    who = {"platform": "telegram", "user": "Айгерим"}
    with process(tmp_path, port) as first:
        httpx.post(f"{url}/bots", json={"platform": "telegram", "bot_id": "t1", "credentials": {"token": "7:abc"}})
        httpx.post(f"{url}/act", json={**who, "action": "send_text", "text": "до убийства"}, timeout=20)
        wait_for(lambda: any("до убийства" in path.read_text() for path in (tmp_path / "chats").glob("*.json")))
        os.kill(first.pid, signal.SIGKILL)
        first.wait()

    with process(tmp_path, port):
        chat = httpx.get(f"{url}/chat", params=who).json()

    assert [message["text"] for message in chat["messages"]] == ["до убийства"]
