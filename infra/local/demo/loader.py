"""Puts the demo company into the database: its cities, prompts, one bot per messenger, and its products.

Loading again changes nothing that is there: ids are fixed, and the bots' secrets, made up on the first run, are
read back from the database.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import JsonValue, SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from infra.local.demo.people import MANAGER, acquaintances
from infra.local.demo.products import DemoCompany, demo_categories, demo_company, demo_products
from infra.local.demo.users import DEMO_USERS
from shared.bots import prompts
from shared.bots import service as bots
from shared.bots.schemas import CredentialNames, NewBot
from shared.catalog.imports import upsert_categories, upsert_products
from shared.channels.contract import Platform
from shared.channels.registry import build_channels
from shared.channels.settings import ChannelSettings
from shared.companies import service as companies
from shared.companies.schemas import NewCity, NewCompany
from shared.kernel.errors import Misconfigured, NotFound
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database

__all__ = ["DemoState", "LoadedBot", "has_traded", "load_demo", "write_state"]

_IDS = uuid5(NAMESPACE_URL, "https://zeta.invalid/demo")
_PROMPT = Path(__file__).parent / "data" / "prompt.txt"
_SETTINGS: dict[str, JsonValue] = {
    "handover": {"reply_minutes": 10, "template": "staff_news"},
    "window_template": "shop_news",
    "price_alert_template": "price_alert",
    "restock_template": "restock",
}
"""Of every bot: an answer is promised in ten minutes; templates are WhatsApp's, the simulator approves any."""
_TELEGRAM_USERNAME = "kerege_demo_bot"


@dataclass(frozen=True, slots=True)
class _DemoBot:
    platform: Platform
    city: str
    username: str | None
    make_credentials: Callable[[], dict[str, str]]


@dataclass(frozen=True, slots=True)
class LoadedBot:
    """A demo bot as the simulator and a person need it, secrets included."""

    platform: Platform
    bot_id: UUID
    webhook_url: str
    name: str
    credentials: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoState:
    """What was loaded: ``cities`` by slug; ``products`` is how many were new or changed."""

    company_id: UUID
    cities: Mapping[str, UUID]
    bots: Sequence[LoadedBot]
    products: int


def _telegram_credentials() -> dict[str, str]:
    """A token in Telegram's shape: the bot's number, a colon, 35 characters."""
    return {
        "token": f"{_digits(10)}:AA{secrets.token_urlsafe(40)[:33]}",
        "secret_token": secrets.token_urlsafe(32),
    }


def _whatsapp_credentials() -> dict[str, str]:
    return {
        "access_token": f"EAA{secrets.token_urlsafe(60)}",
        "phone_number_id": _digits(15),
        "app_secret": secrets.token_hex(16),
        "verify_token": secrets.token_urlsafe(24),
        "waba_id": _digits(15),
    }


def _viber_credentials() -> dict[str, str]:
    """A token in Viber's shape: three groups of 16 hexadecimal digits."""
    return {"auth_token": "-".join(secrets.token_hex(8) for _ in range(3))}


_BOTS = (
    _DemoBot(Platform.TELEGRAM, "almaty", _TELEGRAM_USERNAME, _telegram_credentials),
    _DemoBot(Platform.WHATSAPP, "astana", None, _whatsapp_credentials),
    _DemoBot(Platform.VIBER, "almaty", None, _viber_credentials),
)


async def load_demo(database: Database, keyring: KeyRing, *, base_url: str, simulator: str) -> DemoState:
    """Load what is missing.

    Args:
        database: where to.
        keyring: seals the bots' credentials.
        base_url: where the messengers reach the function app.
        simulator: the messenger simulator's address; it serves the products' pictures.

    Raises:
        Unavailable: Postgres does not answer.
    """
    described = demo_company()
    company_id = uuid5(_IDS, described.slug)
    async with database.session_scope(company_id) as session:
        cities = await _company_and_cities(session, company_id, described)
    async with database.session_scope(company_id) as session:
        loaded = []
        for wanted in _BOTS:
            new = _new_bot(wanted, described.name, cities)
            credentials = await _bot(session, keyring, company_id, wanted, new)
            loaded.append(_loaded(wanted, described.name, credentials, base_url))
    async with database.session_scope(company_id) as session:
        await upsert_categories(session, demo_categories())
        images = f"{simulator.rstrip('/')}/media/demo"
        result = await upsert_products(session, demo_products(cities, image_base=images))
    return DemoState(company_id, cities, loaded, result.created + result.changed)


async def has_traded(database: Database, company_id: UUID) -> bool:
    """Whether the company has orders."""
    async with database.session_scope(company_id) as session:
        return bool(await session.scalar(text("SELECT EXISTS (SELECT FROM orders)")))


def write_state(state: DemoState, path: Path, password: str, *, fresh: bool = False) -> None:
    """Write the file that the simulator starts from, readable by its owner alone.

    ``password`` is that of all users; ``fresh``: nobody has talked to the shop since it was made.
    """
    content = {
        "company_id": str(state.company_id),
        "fresh": fresh,
        "manager": MANAGER,
        "password": password,
        "users": [{"role": user.role.value, "email": user.email} for user in DEMO_USERS],
        "bots": [
            {
                "platform": bot.platform.value,
                "bot_id": str(bot.bot_id),
                "webhook_url": bot.webhook_url,
                "name": bot.name,
                "credentials": dict(bot.credentials),
                "acquaintances": acquaintances(bot.platform),
            }
            for bot in state.bots
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
    part.replace(path)


async def _company_and_cities(session: AsyncSession, company_id: UUID, described: DemoCompany) -> dict[str, UUID]:
    """The ids of the demo company's cities by slug; each has a prompt."""
    try:
        await companies.get_company(session, company_id)
    except NotFound:
        new = NewCompany.model_validate(described.model_dump(exclude={"cities"}))
        await companies.create_company(session, company_id, new)
    ids = {city.slug: city.id for city in await companies.list_cities(session)}
    for city in described.cities:
        name = city.name.get(city.language)
        if city.slug not in ids:
            new_city = NewCity.model_validate(city.model_dump(exclude={"name"}) | {"name": name})
            ids[city.slug] = (await companies.create_city(session, company_id, new_city)).id
        if not await prompts.list_prompts(session, ids[city.slug]):
            body = _PROMPT.read_text(encoding="utf-8").format(company=described.name, city=name)
            await prompts.create_prompt(session, company_id, ids[city.slug], body.strip())
    return ids


async def _bot(
    session: AsyncSession, keyring: KeyRing, company_id: UUID, wanted: _DemoBot, new: NewBot
) -> dict[str, str]:
    """Make the bot if it is missing; its credentials. Those that no key opens any more are made anew."""
    bot_id = _bot_id(wanted)
    channel = build_channels(ChannelSettings()).channel_of(wanted.platform)
    names = CredentialNames(channel.credential_names, channel.optional_credentials)
    try:
        kept = await bots.credentials(session, keyring, bot_id)
    except NotFound:
        kept = dict(new.credentials)
        await bots.create_bot(session, keyring, company_id, new, names, bot_id=bot_id)
    except Misconfigured:
        kept = dict(new.credentials)
        await bots.replace_credentials(session, keyring, bot_id, new.credentials, names)
    return {field: value.get_secret_value() for field, value in kept.items()}


def _new_bot(wanted: _DemoBot, name: str, cities: Mapping[str, UUID]) -> NewBot:
    """The bot as it is made the first time, with secrets of its own."""
    return NewBot(
        platform=wanted.platform,
        name=name,
        username=wanted.username,
        city_id=cities[wanted.city],
        credentials={field: SecretStr(value) for field, value in wanted.make_credentials().items()},
        settings=_SETTINGS,
    )


def _loaded(wanted: _DemoBot, name: str, credentials: Mapping[str, str], base_url: str) -> LoadedBot:
    # the simulator plays the platform that knows the bot's public name
    public = {"username": wanted.username} if wanted.username else {}
    webhook_url = bots.webhook_url(base_url, wanted.platform, _bot_id(wanted))
    return LoadedBot(wanted.platform, _bot_id(wanted), webhook_url, name, {**credentials, **public})


def _bot_id(wanted: _DemoBot) -> UUID:
    return uuid5(_IDS, wanted.platform.value)


def _digits(count: int) -> str:
    return str(secrets.randbelow(9 * 10 ** (count - 1)) + 10 ** (count - 1))
