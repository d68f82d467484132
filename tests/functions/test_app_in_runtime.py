"""The app in Microsoft's own Python runtime: it indexes, its functions run over real HTTP, queues and timers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from shared.channels.contract import Platform
from tests.doubles.severable_link import severable_link
from tests.functions.app_host import RunningApp, proof, run_app
from tests.host import PATIENCE, wait_for

UNKNOWN = UUID("00000000-0000-7000-8000-000000000001")
EMPTY = b'{"update_id": 1}'


@pytest.fixture
async def app(app_env: dict[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with run_app(app_env, tmp_path) as running:
        yield running


@pytest.fixture
async def web(app_env: dict[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    """The HTTP functions alone."""
    async with run_app(app_env, tmp_path, queues=False) as running:
        yield running


async def test_shoppers_are_answered_through_http_and_the_queue(app: RunningApp) -> None:
    shop = await app.stage.open_shop()
    shoppers = [app.stage.shopper(shop, platform) for platform in Platform]

    for shopper in shoppers:
        await shopper.says("хочу красный диван до 150000")

    for shopper in shoppers:
        await shopper.person.wait_for(1)


async def test_each_kind_of_request_is_told_what_it_is(web: RunningApp) -> None:
    shop = await web.stage.open_shop()
    telegram, whatsapp = Platform.TELEGRAM, Platform.WHATSAPP
    base = f"{web.http.url}/api/webhook"
    good = proof(telegram, shop.slug, EMPTY)

    answers = {
        "authentic": await web.post(shop, telegram, EMPTY),
        "no proof": await web.post(shop, telegram, EMPTY, {}),
        "wrong proof": await web.post(shop, telegram, EMPTY, {"X-Telegram-Bot-Api-Secret-Token": "x"}),
        "signature of another body": await web.post(shop, whatsapp, b"{}", proof(whatsapp, shop.slug, EMPTY)),
        "unknown bot": await web.client.post(f"{base}/telegram/{UNKNOWN}", content=EMPTY, headers=good),
        "no bot id": await web.client.post(f"{base}/telegram/nobody", content=EMPTY, headers=good),
        "another platform": await web.client.post(
            f"{base}/viber/{shop.bots[telegram]}", content=EMPTY, headers=good
        ),
        "unknown platform": await web.client.post(f"{base}/icq/{shop.bots[telegram]}", content=EMPTY, headers=good),
        "not JSON": await web.post(shop, telegram, b"{"),
        "not an object": await web.post(shop, telegram, b"[]"),
        "too large": await web.post(shop, telegram, b"{" + b" " * (3 << 20) + b"}"),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "authentic": 200,
        "no proof": 401,
        "wrong proof": 403,
        "signature of another body": 403,
        "unknown bot": 404,
        "no bot id": 404,
        "another platform": 404,
        "unknown platform": 404,
        "not JSON": 400,
        "not an object": 400,
        "too large": 413,
    }
    for name, answer in answers.items():
        if answer.is_error:
            assert answer.headers["content-type"].startswith("application/problem+json"), name
            assert answer.json().keys() == {"type", "title", "status", "code", "instance"}, name
    assert len(await web.stage.sql(shop, "SELECT id FROM inbox")) == 1


async def test_whatsapp_verifies_our_address_with_the_agreed_token(web: RunningApp) -> None:
    shop = await web.stage.open_shop()
    number = web.stage.simulator.whatsapp.bots[-1]

    right = await web.stage.simulator.whatsapp.verify_webhook(bot=number)
    wrong = await web.stage.simulator.whatsapp.verify_webhook(bot=number, verify_token="guessed")

    assert (right, wrong) == ((200, True), (403, False))
    assert shop.bots


async def test_health_names_each_dependency_and_ping_touches_none(web: RunningApp) -> None:
    ping = await web.client.get(f"{web.http.url}/api/ping")
    health = await web.client.get(f"{web.http.url}/api/health")

    assert (ping.status_code, ping.text) == (200, "pong")
    found = health.json()
    assert (health.status_code, found["status"]) == (200, "ok")
    states = {name: described["status"] for name, described in found["dependencies"].items()}
    assert states.pop("model") == "disabled"
    assert states.keys() >= {"postgres", "queue", "redis"}
    assert set(states.values()) == {"ok"}
    assert found["dependencies"]["postgres"]["latency_ms"] > 0


async def test_the_sweep_finds_what_nobody_rang_for(app: RunningApp) -> None:
    shop = await app.stage.open_shop(mode="assistant")
    aigul = app.stage.shopper(shop)
    event = {
        "kind": "message",
        "event_id": "1",
        "occurred_at": "2026-01-01T00:00:00Z",
        "order_key": 1,
        "chat_id": aigul.person.id,
        "sender": {"id": aigul.person.id},
        "content": {"kind": "text", "text": "/help"},
        "message_id": "1",
    }
    row = {
        **{name: event[name] for name in ("kind", "event_id", "occurred_at", "order_key", "chat_id")},
        "place": 0,
        "bot_id": str(shop.bots[Platform.TELEGRAM]),
        "customer_id": aigul.person.id,
        "event": event,
    }
    app.stage.simulator.telegram.user("Айгуль Ким", bot=shop.simulated[Platform.TELEGRAM], started=True)  # type: ignore[arg-type]  # the simulator's Telegram bot
    async with app.stage.worker.database.anonymous_scope() as session:
        await session.execute(
            text("SELECT receive_events(CAST(:events AS jsonb), '{}')"), {"events": json.dumps([row])}
        )

    [answer, *_] = await aigul.person.wait_for(1)

    assert "/language" in answer.text


async def test_with_postgres_away_webhooks_come_again_and_functions_fail_loudly_and_recover(
    app_env: dict[str, str], tmp_path: Path
) -> None:
    address = urlsplit(app_env["DATABASE_URL"])
    assert address.hostname is not None
    assert address.port is not None
    async with severable_link(address.hostname, address.port) as link:

        def through_link(url: str) -> str:
            parts = urlsplit(url)
            login = parts.netloc.rpartition("@")[0]
            return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{link.port}"))

        cut_off: dict[str, Any] = {
            name: through_link(app_env[name]) for name in ("DATABASE_URL", "SYSTEM_DATABASE_URL")
        }
        async with run_app(app_env, tmp_path, **cut_off) as app:
            shop = await app.stage.open_shop()
            await app.post(shop, Platform.TELEGRAM, EMPTY)
            link.cut()
            away = await app.post(shop, Platform.TELEGRAM, b'{"update_id": 2}')
            health = await app.client.get(f"{app.http.url}/api/health")
            await app.stage.worker.queues.send("turns", "turns")
            failed = await _printed(app, "function failed", function="run_turns")
            link.mend()
            back = await _status(lambda: app.post(shop, Platform.TELEGRAM, b'{"update_id": 3}'))
            aigul = app.stage.shopper(shop)
            await aigul.says("/help")
            await aigul.person.wait_for(1)

    assert away.status_code == 503
    assert int(away.headers["retry-after"]) >= 1
    assert (health.status_code, health.json()["status"]) == (503, "down")
    assert failed["level"] == "ERROR"
    assert back == 200


async def _printed(app: RunningApp, words: str, *, function: str) -> dict[str, object]:
    """The first line of the log with these words about that function, once it is there: timers fail too."""
    found: list[dict[str, object]] = []

    def said() -> bool:
        lines = [json.loads(line) for line in app.printed().splitlines() if words in line]
        found.extend(line for line in lines if line.get("function") == function)
        return bool(found)

    await asyncio.to_thread(wait_for, said)
    return found[0]


async def _status(send: Callable[[], Awaitable[httpx.Response]]) -> int:
    """The first answer other than 503."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if (status := (await send()).status_code) != 503:
                return status
            await asyncio.sleep(0.1)
