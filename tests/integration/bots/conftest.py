"""A worker's database handle, a key ring, and a company with a city and a bot in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from pydantic import SecretStr

from shared.bots import service as bots
from shared.bots.schemas import CredentialNames, NewBot
from shared.channels.contract import Platform
from shared.companies import service as companies
from shared.companies.schemas import NewCity, NewCompany
from shared.kernel.ids import new_id
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.settings import Settings

TELEGRAM_NAMES = CredentialNames(frozenset({"token", "secret_token"}))


@dataclass(frozen=True)
class Shop:
    """A company with one city and one Telegram bot there."""

    company_id: UUID
    city_id: UUID
    bot_id: UUID


@pytest.fixture
def settings(settings_env: dict[str, str]) -> Settings:
    return Settings.model_validate({name.lower(): value for name, value in settings_env.items()})


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings)
    yield database
    await database.aclose()


@pytest.fixture
def keyring(settings: Settings) -> KeyRing:
    return KeyRing.from_setting(settings.credential_keys)


async def open_shop(database: Database, keyring: KeyRing, slug: str) -> Shop:
    company_id = new_id()
    async with database.session_scope(company_id) as session:
        await companies.create_company(session, company_id, NewCompany(slug=slug, name=slug.title()))
        city = await companies.create_city(session, company_id, NewCity(slug="almaty", name="Алматы"))
        bot = await bots.create_bot(
            session,
            keyring,
            company_id,
            NewBot(
                platform=Platform.TELEGRAM,
                name="Продавец",
                city_id=city.id,
                credentials={"token": SecretStr(f"1:{slug}"), "secret_token": SecretStr("s3cret")},
            ),
            TELEGRAM_NAMES,
        )
    return Shop(company_id, city.id, bot.id)


@pytest.fixture
async def shop(database: Database, keyring: KeyRing) -> Shop:
    return await open_shop(database, keyring, "uyut")


@pytest.fixture
async def other_shop(database: Database, keyring: KeyRing) -> Shop:
    return await open_shop(database, keyring, "sklad")
