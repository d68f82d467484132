"""A shop to test with: a company that has one city and one Telegram bot there."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr

from shared.bots import service as bots
from shared.bots.schemas import CredentialNames, NewBot
from shared.channels.contract import Platform
from shared.companies import service as companies
from shared.companies.schemas import NewCity, NewCompany
from shared.kernel.ids import new_id
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database

__all__ = ["TELEGRAM_NAMES", "Shop", "open_shop"]

TELEGRAM_NAMES = CredentialNames(frozenset({"token", "secret_token"}))


@dataclass(frozen=True)
class Shop:
    """A company with one city and one Telegram bot there."""

    company_id: UUID
    city_id: UUID
    bot_id: UUID


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
