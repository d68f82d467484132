"""Every worker knows a change within 5 seconds; askers share reads; a short outage of Postgres is not felt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots import prompts
from shared.bots import service as bots
from shared.bots.directory import BotDirectory
from shared.bots.schemas import BotChanges, FoundBot
from shared.channels.contract import Platform
from shared.companies import service as companies
from shared.companies.schemas import CompanyChanges
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.ids import new_id
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.settings import Settings
from tests.doubles.severable_link import severable_link
from tests.integration.shops import TELEGRAM_NAMES, Shop

PROMISE = 5.0


@pytest.fixture
async def workers(settings: Settings, keyring: KeyRing) -> AsyncIterator[list[BotDirectory]]:
    """Two workers: nothing is shared between them but Postgres."""
    databases = [Database(settings), Database(settings)]
    yield [BotDirectory(database, keyring) for database in databases]
    for database in databases:
        await database.aclose()


async def _until(holds: Callable[[], Awaitable[bool]]) -> float:
    """Seconds until ``holds``, asked as often as webhooks would."""
    started = time.monotonic()
    while time.monotonic() - started < PROMISE + 2:
        if await holds():
            break
        await asyncio.sleep(0.05)
    return time.monotonic() - started


async def test_a_bot_is_found_without_knowing_its_company(workers: list[BotDirectory], shop: Shop) -> None:
    assert await workers[0].find(shop.bot_id) == FoundBot(shop.company_id, Platform.TELEGRAM)
    with pytest.raises(NotFound):
        await workers[0].find(new_id())


async def test_new_credentials_and_a_new_name_reach_every_worker_in_time(
    database: Database, keyring: KeyRing, workers: list[BotDirectory], shop: Shop
) -> None:
    for worker in workers:
        assert (await worker.credentials(shop.bot_id))["token"].get_secret_value() == "1:uyut"
    async with database.session_scope(shop.company_id) as session:
        renewed = {"token": SecretStr("2:new"), "secret_token": SecretStr("s")}
        await bots.replace_credentials(session, keyring, shop.bot_id, renewed, TELEGRAM_NAMES)
        await bots.update_bot(session, shop.bot_id, BotChanges(username="uyut_bot"))

    async def changed(worker: BotDirectory) -> bool:
        token = (await worker.credentials(shop.bot_id))["token"].get_secret_value()
        return token == "2:new" and (await worker.identity(shop.bot_id)).username == "uyut_bot"

    waits = await asyncio.gather(*(_until(partial(changed, worker)) for worker in workers))
    assert max(waits) < PROMISE


async def test_a_bot_out_of_use_is_gone_in_every_worker_in_time(
    database: Database, workers: list[BotDirectory], shop: Shop
) -> None:
    for worker in workers:
        await worker.find(shop.bot_id)
        await worker.access(shop.bot_id)
    async with database.session_scope(shop.company_id) as session:
        await companies.update_company(session, shop.company_id, CompanyChanges(active=False))

    async def gone(ask: Callable[[UUID], Awaitable[object]]) -> bool:
        try:
            await ask(shop.bot_id)
        except NotFound:
            return True
        return False

    asks = [ask for worker in workers for ask in (worker.find, worker.access)]
    waits = await asyncio.gather(*(_until(partial(gone, ask)) for ask in asks))
    assert max(waits) < PROMISE


async def test_any_change_of_configuration_raises_the_version_and_is_in_the_next_snapshot(
    database: Database, workers: list[BotDirectory], shop: Shop
) -> None:
    async def version() -> int:
        async with database.system_scope() as session:
            return (await companies.find_company(session, "uyut")).config_version

    before = await version()
    assert (await workers[1].snapshot(shop.company_id, shop.bot_id, before)).system_prompt == ""
    async with database.session_scope(shop.company_id) as session:
        await prompts.create_prompt(session, shop.company_id, shop.city_id, "Улыбайтесь.")
    assert await version() > before
    for worker in workers:
        snapshot = await worker.snapshot(shop.company_id, shop.bot_id, await version())
        assert (snapshot.system_prompt, snapshot.config_version) == ("Улыбайтесь.", await version())


class CountingDatabase(Database):
    """Counts the transactions of its worker."""

    transactions = 0

    @asynccontextmanager
    async def anonymous_scope(self) -> AsyncIterator[AsyncSession]:
        self.transactions += 1
        async with super().anonymous_scope() as session:
            yield session

    @asynccontextmanager
    async def session_scope(self, company_id: UUID) -> AsyncIterator[AsyncSession]:
        self.transactions += 1
        async with super().session_scope(company_id) as session:
            yield session


async def test_a_hundred_webhooks_at_once_cost_one_read(settings: Settings, keyring: KeyRing, shop: Shop) -> None:
    database = CountingDatabase(settings)
    directory = BotDirectory(database, keyring)
    try:
        await asyncio.gather(*(directory.credentials(shop.bot_id) for _ in range(100)))
        await directory.credentials(shop.bot_id)
    finally:
        await database.aclose()
    assert database.transactions == 2, "one to find the company, one to read the bot"


async def test_a_configuration_of_a_known_version_is_not_read_again(
    settings: Settings, keyring: KeyRing, shop: Shop
) -> None:
    database = CountingDatabase(settings)
    directory = BotDirectory(database, keyring)
    try:
        for version in (7, 7, 8, 7):
            await directory.snapshot(shop.company_id, shop.bot_id, version)
    finally:
        await database.aclose()
    assert database.transactions == 2


async def test_while_postgres_is_away_the_last_known_credentials_serve(
    settings: Settings, keyring: KeyRing, shop: Shop
) -> None:
    address = make_url(settings.database_url.get_secret_value())
    assert address.host is not None
    assert address.port is not None
    async with severable_link(address.host, address.port) as link:
        through_link = address.set(port=link.port).render_as_string(hide_password=False)
        database = Database(settings.model_copy(update={"database_url": SecretStr(through_link)}))
        directory = BotDirectory(database, keyring)
        await directory.find(shop.bot_id)
        known = await directory.credentials(shop.bot_id)
        link.cut()
        await asyncio.sleep(3.1)
        assert await directory.find(shop.bot_id) == FoundBot(shop.company_id, Platform.TELEGRAM)
        assert await directory.credentials(shop.bot_id) == known
        with pytest.raises(Unavailable):
            await directory.credentials(new_id())
        link.mend()
        assert await directory.credentials(shop.bot_id) == known
        await database.aclose()
