"""All parts of the local stack: started in order, ended in the opposite order, from any process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

import httpx

from infra.local.errors import StackError
from infra.local.host.roles import READY
from infra.local.programs import Program
from infra.local.progress import say, step
from infra.local.services.azurite import AzuriteServer, azurite_is_installed, install_azurite
from infra.local.services.migrations import migrate
from infra.local.services.ocr_data import install_ocr_data, ocr_data_is_installed
from infra.local.services.ports import claim_port
from infra.local.services.postgres import PostgresServer
from infra.local.services.processes import run_step
from infra.local.services.provision import DatabaseUrls, Passwords, provision
from infra.local.services.redis import RedisServer
from infra.local.settings import Choices, app_environment, app_settings, write_app_settings
from infra.local.state import AZURITE_PROGRAMS, CHATS, CHECKOUT, DEMO, LOCAL, SECRETS

__all__ = ["Addresses", "Stack"]

DATABASE = "zeta"
ADDRESSES = LOCAL / "stack.json"


@dataclass(frozen=True)
class Addresses:
    """What a person opens or calls; written to ``.local/stack.json`` while the stack runs."""

    functions_host: str
    simulator: str
    parts: list[str]


class Stack:
    """The parts, running or not. ``start`` and ``stop`` may be called in different processes."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.postgres = PostgresServer(LOCAL / "postgres", port=choices.postgres_port)
        self.redis = RedisServer(LOCAL / "redis", port=choices.redis_port)
        self.azurite = AzuriteServer(LOCAL / "azurite", programs=AZURITE_PROGRAMS, port=choices.azurite_port)
        state = ["--state", str(DEMO), "--keep", str(CHATS)]
        self.simulator = Program(
            "simulator", "infra.local.simulator", ["--port", str(choices.simulator_port), *state]
        )
        port, processes = str(choices.host_port), str(choices.queue_processes)
        self.http = Program("host-http", "infra.local.host", ["--role", "http", "--port", port])
        self.queues = Program("host-queues", "infra.local.host", ["--role", "queues", "--processes", processes])

    def running(self) -> dict[str, int]:
        """The process ids of the parts that run, by name."""
        parts = {
            "postgres": self.postgres.pid,
            "redis": self.redis.pid,
            "azurite": self.azurite.pid,
            **{program.name: program.pid for program in self._programs()},
        }
        return {name: pid for name, pid in parts.items() if pid is not None}

    def missing(self) -> list[str]:
        """The parts that ought to run and do not: of the stack that was started, or of one to be started."""
        addresses, running = self.addresses(), self.running()
        wanted = addresses.parts if addresses is not None else self._parts()
        return [name for name in wanted if name not in running]

    def start(self) -> Addresses:
        """Start every part, in order; the demo company is loaded and ready to talk.

        Raises:
            StackError: a part does not start; what was started runs on until ``stop``.
        """
        SECRETS.mkdir(parents=True, exist_ok=True)
        SECRETS.chmod(0o700)
        for port, part, setting in (
            (self.choices.host_port, "the functions host", "ZETA_HOST_PORT"),
            (self.choices.simulator_port, "the messenger simulator", "ZETA_SIMULATOR_PORT"),
        ):
            claim_port(port, service=part, setting=setting)
        admin_url, redis_url, storage = self._start_services()
        database = self._prepare_database(admin_url)
        settings = app_settings(self.choices, database=database, redis_url=redis_url, storage=storage)
        environment = app_environment(settings, write_app_settings(settings))
        if self.choices.storage is None:
            with step("Azurite"):
                self.azurite.wait()
        # a start is mostly the loading of code, so what does not need each other loads at once
        self.http.start(environment)
        self.queues.start(environment)
        self._load_demo(environment)
        _prepare_ocr()
        self.simulator.start(environment)
        with step("messenger simulator"):
            self.simulator.wait(_answering(self.choices.simulator_url + "/control/state"))
        with step("functions host"):
            self.http.wait(_answering(self.choices.host_url + "/admin/host/status"))
            self.queues.wait(READY)
        addresses = Addresses(self.choices.host_url, self.choices.simulator_url, self._parts())
        ADDRESSES.write_text(json.dumps(asdict(addresses), indent=2))
        return addresses

    def stop(self) -> None:
        """End whatever runs, the last started first."""
        for program in reversed(self._programs()):
            program.stop()
        self.azurite.stop()
        self.redis.stop()
        self.postgres.stop()
        ADDRESSES.unlink(missing_ok=True)

    def addresses(self) -> Addresses | None:
        """Where the running stack answers, as whoever started it wrote it down."""
        return Addresses(**json.loads(ADDRESSES.read_text())) if ADDRESSES.exists() else None

    def _parts(self) -> list[str]:
        """The names of all parts, without the services that the environment replaces."""
        replaced = {
            "postgres": self.choices.database_url,
            "redis": self.choices.redis_url,
            "azurite": self.choices.storage,
        }
        embedded = [name for name, address in replaced.items() if address is None]
        return embedded + [program.name for program in self._programs()]

    def _programs(self) -> list[Program]:
        return [self.simulator, self.http, self.queues]

    def _start_services(self) -> tuple[str, str, str]:
        """Start what is not replaced, and wait for all but Azurite; the addresses of database, Redis, storage."""
        if self.choices.storage is None:
            if not azurite_is_installed(AZURITE_PROGRAMS):
                with step("installing Azurite", hint="half a minute"):
                    install_azurite(AZURITE_PROGRAMS)
            self.azurite.begin()
        if self.choices.database_url is None:
            with step("Postgres"):
                self.postgres.start()
        if self.choices.redis_url is None:
            with step("Redis"):
                self.redis.start()
        return (
            self.choices.database_url or self.postgres.url,
            self.choices.redis_url or self.redis.url,
            self.choices.storage or self.azurite.connection_string,
        )

    def _prepare_database(self, admin_url: str) -> DatabaseUrls:
        with step("roles, database, migrations"):
            passwords = Passwords.kept_in(SECRETS / "passwords.json")
            urls = provision(admin_url, database=DATABASE, passwords=passwords)
            migrate(urls)
        return urls

    def _load_demo(self, environment: dict[str, str]) -> None:
        if not (CHECKOUT / "infra" / "local" / "demo" / "__main__.py").exists():
            raise StackError(
                "the demo company is missing from this checkout (infra/local/demo)",
                remedy="check out the repository anew",
            )
        with step("demo company"):
            options = ["--base-url", self.choices.host_url, "--simulator", self.choices.simulator_url]
            run_step(
                [sys.executable, "-m", "infra.local.demo", "load", *options, "--out", DEMO],
                what="loading the demo company",
                remedy="read the lines above; to begin with an empty database: ./infra/local/down --delete",
                cwd=CHECKOUT,
                env=environment,
            )
            DEMO.chmod(0o600)


def _prepare_ocr() -> None:
    """Photos are searched by without it too, only price tags are not read: no reason not to start."""
    if ocr_data_is_installed():
        return
    try:
        with step("language data for price tags"):
            install_ocr_data()
    except StackError as error:
        say(f"  Words in photos will not be read: {error}")


def _answering(url: str) -> Callable[[], bool]:
    def answers() -> bool:
        try:
            return httpx.get(url, trust_env=False, timeout=2).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    return answers
