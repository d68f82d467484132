"""``zeta bot connect`` against the messengers' real protocols, as the simulator speaks them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from typer.testing import Result

from infra.local.simulator.simulator import Simulator
from tests.integration.cli.conftest import Zeta

TELEGRAM = {"token": "7000000001:AAFabcdefghijklmnopqrstuvwxyz012345", "secret_token": "webhook-secret"}
VIBER = {"auth_token": "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"}
WHATSAPP = {
    "access_token": "EAAtoken",
    "phone_number_id": "106540352242922",
    "app_secret": "app-secret",
    "verify_token": "type-this-at-meta",
    "waba_id": "102290129340398",
}
pytestmark = pytest.mark.usefixtures("company_and_city")


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator.start() as simulator:
        yield simulator


@pytest.fixture
async def our_app() -> AsyncIterator[str]:
    """The address of an app that takes every webhook: Viber calls it before it agrees."""

    async def take(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_post("/api/webhook/{platform}/{bot}", take)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def _connect(
    zeta: Zeta,
    simulator: Simulator,
    our_app: str,
    platform: str,
    credentials: dict[str, str],
    *,
    fails: bool = False,
) -> Result:
    """Create a bot and connect it, in a thread: a command runs an event loop of its own."""
    create = ("bot", "create", "-p", platform, "--name", "B", "--credentials-stdin")
    await asyncio.to_thread(zeta, *create, stdin=json.dumps(credentials))
    addresses = {
        "TELEGRAM_API_URL": simulator.telegram_api_url,
        "WHATSAPP_API_URL": simulator.whatsapp_api_url,
        "VIBER_API_URL": simulator.viber_api_url,
    }
    return await asyncio.to_thread(zeta, "bot", "connect", "B", "--base-url", our_app, fails=fails, **addresses)


async def test_telegram_gets_the_webhook_with_its_secret_and_tells_the_bots_name(
    zeta: Zeta, simulator: Simulator, our_app: str
) -> None:
    bot = simulator.telegram.add_bot(token=TELEGRAM["token"], username="uyut_bot")
    connected = await _connect(zeta, simulator, our_app, "telegram", TELEGRAM)
    assert "connected" in connected.output
    assert bot.webhook_url.startswith(f"{our_app}/api/webhook/telegram/")
    assert bot.secret_token == "webhook-secret"
    shown = (await asyncio.to_thread(zeta, "bot", "list")).output
    assert re.search(r"telegram\s+B\s+uyut_bot", shown)
    for secret in TELEGRAM.values():
        assert secret not in connected.output


async def test_viber_gets_the_webhook(zeta: Zeta, simulator: Simulator, our_app: str) -> None:
    account = simulator.viber.add_account(auth_token=VIBER["auth_token"])
    connected = await _connect(zeta, simulator, our_app, "viber", VIBER)
    assert "connected" in connected.output
    assert account.webhook_url.startswith(f"{our_app}/api/webhook/viber/")
    assert VIBER["auth_token"] not in connected.output


async def test_whatsapps_steps_are_printed_and_the_number_is_checked(
    zeta: Zeta, simulator: Simulator, our_app: str
) -> None:
    simulator.whatsapp.add_number(
        phone_number_id=WHATSAPP["phone_number_id"],
        access_token=WHATSAPP["access_token"],
        waba_id=WHATSAPP["waba_id"],
        display_phone_number="77051234567",
    )
    connected = await _connect(zeta, simulator, our_app, "whatsapp", WHATSAPP)
    assert re.search(r"1\. .*developers\.facebook\.com", connected.output)
    assert f"{our_app}/api/webhook/whatsapp/" in connected.output
    assert "type-this-at-meta" in connected.output
    assert "77051234567" in re.sub(r"[^\d]", "", connected.output)
    for secret in (WHATSAPP["access_token"], WHATSAPP["app_secret"]):
        assert secret not in connected.output


@pytest.mark.parametrize(
    ("platform", "credentials"), [("telegram", TELEGRAM), ("viber", VIBER), ("whatsapp", WHATSAPP)]
)
async def test_refused_credentials_are_told_without_showing_them(
    zeta: Zeta, simulator: Simulator, our_app: str, platform: str, credentials: dict[str, str]
) -> None:
    refused = await _connect(zeta, simulator, our_app, platform, credentials, fails=True)
    assert "refuses" in refused.output
    for name, secret in credentials.items():
        assert secret not in refused.output or name in {"verify_token", "phone_number_id", "waba_id"}
