"""The simulator as one object: start it in a test, or let ``python -m infra.local.simulator`` do it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from infra.local.simulator.demo_state import load_state
from infra.local.simulator.environment import Environment
from infra.local.simulator.keeping import Keeper
from infra.local.simulator.server import build_app
from infra.local.simulator.telegram.messenger import TelegramMessenger
from infra.local.simulator.viber.messenger import ViberMessenger
from infra.local.simulator.whatsapp.messenger import WhatsAppMessenger

__all__ = ["Simulator"]


class Simulator:
    """Three messengers behind one loopback port.

    ``async with Simulator.start() as sim:`` listens, and closes everything at the end. ``sim.telegram``,
    ``sim.whatsapp`` and ``sim.viber`` make bots and people; ``sim.faults``, ``sim.traffic``,
    ``sim.delivery`` and ``sim.clock`` are the screws of all three.
    """

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.telegram = TelegramMessenger(environment)
        self.whatsapp = WhatsAppMessenger(environment)
        self.viber = ViberMessenger(environment)
        self.world = environment.world
        self.faults = environment.faults
        self.traffic = environment.traffic
        self.delivery = environment.delivery
        self.clock = environment.clock

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        state: Path | None = None,
        keep: Path | None = None,
        speed: float = 1.0,
        instant: bool = False,
    ) -> AsyncIterator[Simulator]:
        """Listen on ``port`` (any free one for 0).

        ``state``: a file that lists bots (see ``demo_state``). ``keep``: a folder that the chats are kept in
        and read from (see ``keeping``). ``speed`` divides the delays between
        webhook retries. ``instant``: the fast path for benchmarks. Raises ``OSError`` when the port is
        taken.
        """
        simulator = cls(Environment.build(speed=speed, instant=instant))
        keeper: Keeper | None = None
        runner = web.AppRunner(
            build_app(simulator), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            simulator.environment.base_url = f"http://{host}:{runner.addresses[0][1]}"
            if state is not None:
                load_state(simulator, state)
            if keep is not None:
                keeper = Keeper(simulator, keep)
                keeper.open()
            yield simulator
        finally:
            if keeper is not None:
                await keeper.close()
            await simulator.whatsapp.api.sending.close()
            await simulator.viber.api.close()
            await simulator.delivery.close()
            await runner.cleanup()

    @property
    def url(self) -> str:
        """``http://127.0.0.1:<port>``: the page, and the root of all APIs."""
        return self.environment.base_url

    @property
    def telegram_api_url(self) -> str:
        """For ``TELEGRAM_API_URL``."""
        return f"{self.url}/telegram"

    @property
    def whatsapp_api_url(self) -> str:
        """For ``WHATSAPP_API_URL``."""
        return f"{self.url}/whatsapp"

    @property
    def viber_api_url(self) -> str:
        """For ``VIBER_API_URL``."""
        return f"{self.url}/viber"

    @property
    def accepted(self) -> int:
        """How many sends the fast path has taken."""
        return self.environment.accepted_total
