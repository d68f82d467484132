"""The function app in Microsoft's runtime, as the local host runs it, with shops and shoppers around it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from shared.channels.contract import Platform
from tests.host import PATIENCE, HostProcess
from tests.integration.conversation import Shop, Stage, credentials_of, open_stage

__all__ = ["RunningApp", "proof", "run_app"]


@dataclass(frozen=True)
class RunningApp:
    """The app's processes and the stage that shops are opened on; webhooks go to the app."""

    stage: Stage
    http: HostProcess
    queues: HostProcess | None
    client: httpx.AsyncClient

    async def post(
        self, shop: Shop, platform: Platform, body: bytes, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send a webhook; with the platform's proof where no headers are given."""
        url = f"{self.http.url}/api/webhook/{platform.value}/{shop.bots[platform]}"
        sent = proof(platform, shop.slug, body) if headers is None else dict(headers)
        return await self.client.post(url, content=body, headers={"Content-Type": "application/json", **sent})

    def printed(self) -> str:
        """All that the processes have written."""
        return self.http.printed() + (self.queues.printed() if self.queues else "")


def proof(platform: Platform, slug: str, body: bytes) -> dict[str, str]:
    """The header by which the platform proves a webhook of that shop's bot."""
    secrets = credentials_of(platform, slug)
    match platform:
        case Platform.TELEGRAM:
            return {"X-Telegram-Bot-Api-Secret-Token": secrets["secret_token"]}
        case Platform.WHATSAPP:
            return {"X-Hub-Signature-256": f"sha256={_digest(secrets['app_secret'], body)}"}
        case Platform.VIBER:
            return {"X-Viber-Content-Signature": _digest(secrets["auth_token"], body)}


def _digest(key: str, body: bytes) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


@asynccontextmanager
async def run_app(
    app_env: Mapping[str, str], folder: Path, *, queues: bool = True, **settings: Any
) -> AsyncIterator[RunningApp]:
    """Start the app; ``settings`` are added to its environment. All processes are ended afterwards."""
    async with open_stage(app_env) as stage, httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
        simulator = stage.simulator
        environment: dict[str, Any] = {
            **app_env,
            "TELEGRAM_API_URL": simulator.telegram_api_url,
            "WHATSAPP_API_URL": simulator.whatsapp_api_url,
            "VIBER_API_URL": simulator.viber_api_url,
            "MERGE_WINDOW": "0.05",
            **settings,
        }
        http = HostProcess("http", settings=environment, log=folder / "http.log")
        work = HostProcess("queues", settings=environment, log=folder / "queues.log") if queues else None
        started = [process for process in (http, work) if process is not None]
        try:
            await asyncio.gather(*(asyncio.to_thread(process.start) for process in started))
            stage.url = http.url
            yield RunningApp(stage, http, work, client)
        finally:
            for process in started:
                await asyncio.to_thread(process.stop)
