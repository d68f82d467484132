"""Bots: their credentials and what they are told to be. Functions take the caller's transaction, never commit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from pydantic import JsonValue, SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots import repository
from shared.bots.models import Bot
from shared.bots.schemas import (
    BotAccess,
    BotChanges,
    BotFilter,
    BotSnapshot,
    BotView,
    CityConfiguration,
    CredentialNames,
    FoundBot,
    NewBot,
)
from shared.channels.contract import BotIdentity, Platform
from shared.companies import service as companies
from shared.companies.schemas import CityView, CompanyView
from shared.kernel.errors import Conflict, InvalidInput, Misconfigured, NotFound
from shared.kernel.ids import new_id
from shared.kernel.languages import Language
from shared.kernel.paging import Page
from shared.runtime.crypto import KeyRing

__all__ = [
    "access",
    "create_bot",
    "credentials",
    "delete_bot",
    "find_bot",
    "get_bot",
    "get_city_configuration",
    "get_city_settings",
    "list_bots",
    "note_connected",
    "page_bots",
    "replace_credentials",
    "rotate_credentials",
    "set_city_settings",
    "snapshot",
    "update_bot",
    "webhook_url",
]


async def find_bot(session: AsyncSession, bot_id: UUID) -> FoundBot:
    """Whose bot this is; works in a session without a company.

    Raises:
        NotFound: no active bot of an active company has this id.
    """
    found = await repository.find_bot(session, bot_id)
    if found is None:
        raise NotFound("bot", bot_id)
    return found


async def create_bot(
    session: AsyncSession,
    keyring: KeyRing,
    company_id: UUID,
    new: NewBot,
    names: CredentialNames,
    *,
    bot_id: UUID | None = None,
) -> BotView:
    """Create a bot; ``names`` are the credentials that its channel declares.

    Raises:
        InvalidInput: a credential is missing, empty or unknown to the channel.
        NotFound: the company or the city does not exist for this session.
    """
    _check_credentials(new.credentials, names)
    company = await companies.get_company(session, company_id)
    city = await companies.get_city(session, new.city_id) if new.city_id is not None else None
    identity = bot_id or new_id()
    row = Bot(
        company_id=company_id,
        id=identity,
        platform=new.platform,
        name=new.name,
        username=new.username,
        mode=new.mode,
        language=new.language or (city or company).language,
        city_id=new.city_id,
        credentials=_seal(keyring, company_id, identity, new.credentials),
        settings=dict(new.settings),
    )
    session.add(row)
    await session.flush()
    return BotView.model_validate(row)


async def get_bot(session: AsyncSession, bot_id: UUID, *, lock: bool = False) -> BotView:
    """The bot; ``lock`` makes others that change it wait for this transaction's end.

    Raises:
        NotFound: there is none of that id for this session.
    """
    return BotView.model_validate(await _bot(session, bot_id, lock=lock))


async def list_bots(session: AsyncSession) -> list[BotView]:
    """The company's bots, oldest first."""
    return [BotView.model_validate(row) for row in await repository.bots(session)]


async def page_bots(session: AsyncSession, filters: BotFilter) -> Page[BotView]:
    """One page of the company's bots, oldest first.

    Raises:
        InvalidInput: the cursor is none of this list.
    """
    rows, following = await repository.bot_page(session, filters)
    return Page(items=[BotView.model_validate(row) for row in rows], next=following)


async def delete_bot(session: AsyncSession, bot_id: UUID) -> None:
    """Delete a bot that nobody wrote to yet: with it, its dialogs and all that they led to would go.

    Raises:
        NotFound: there is no such bot for this session.
        Conflict: it has dialogs; it can be switched off instead.
    """
    row = await _bot(session, bot_id, lock=True)
    if await repository.has_dialogs(session, bot_id):
        raise Conflict("the bot has dialogs")
    await repository.delete_bot(session, row)


async def update_bot(session: AsyncSession, bot_id: UUID, changes: BotChanges) -> BotView:
    """Change the fields that were set.

    Raises:
        NotFound: the bot, or the new city, does not exist for this session.
    """
    row = await _bot(session, bot_id, lock=True)
    clearable = {"city_id", "username"}
    for name, value in changes.model_dump(exclude_unset=True).items():
        if name == "city_id" and value is not None:
            await companies.get_city(session, value)
        if value is not None or name in clearable:
            setattr(row, name, value)
    await session.flush()
    return BotView.model_validate(row)


async def note_connected(session: AsyncSession, bot_id: UUID, *, username: str | None) -> None:
    """Keep the name that the platform told when the bot was connected, and let sending go on if it had stopped.

    Raises:
        NotFound: there is no such bot for this session.
    """
    row = await _bot(session, bot_id, lock=True)
    row.username = username
    _let_go_on(row)
    await session.flush()


def _let_go_on(bot: Bot) -> None:
    """End the rest that refused credentials put the bot to."""
    bot.misconfigured = None
    bot.send_after = None


def webhook_url(base_url: str, platform: Platform, bot_id: UUID) -> str:
    """Where the platform calls this bot; ``base_url`` is the app's address without a path."""
    return f"{base_url.rstrip('/')}/api/webhook/{platform.value}/{bot_id}"


async def replace_credentials(
    session: AsyncSession,
    keyring: KeyRing,
    bot_id: UUID,
    new: Mapping[str, SecretStr],
    names: CredentialNames,
) -> None:
    """Put other credentials in place, and let sending go on if the platform had refused the old ones.

    Raises:
        InvalidInput: a credential is missing, empty or unknown to the channel.
        NotFound: there is no such bot for this session.
    """
    _check_credentials(new, names)
    row = await _bot(session, bot_id, lock=True)
    row.credentials = _seal(keyring, row.company_id, row.id, new)
    _let_go_on(row)
    await session.flush()


async def credentials(session: AsyncSession, keyring: KeyRing, bot_id: UUID) -> dict[str, SecretStr]:
    """The bot's credentials, opened.

    Raises:
        NotFound: there is no such bot for this session.
        Misconfigured: no key of the ring opens them.
    """
    return _open(keyring, await _bot(session, bot_id))


async def access(session: AsyncSession, keyring: KeyRing, bot_id: UUID) -> BotAccess:
    """Credentials and identity of the bot in one read, for talking with its platform.

    Raises:
        NotFound: there is no such bot for this session.
        Misconfigured: no key of the ring opens the credentials.
    """
    row = await _bot(session, bot_id)
    identity = BotIdentity(name=row.name, username=row.username, settings=row.settings)
    return BotAccess(credentials=_open(keyring, row), identity=identity)


async def rotate_credentials(session: AsyncSession, keyring: KeyRing) -> int:
    """Seal anew what another key than the first one sealed; return how many bots that were.

    Raises:
        Misconfigured: a credential's old key is no longer in the ring.
    """
    rotated = 0
    for listed in await repository.bots(session):
        row = await _bot(session, listed.id, lock=True)
        if keyring.needs_rotation(row.credentials):
            row.credentials = _seal(keyring, row.company_id, row.id, _open(keyring, row))
            rotated += 1
    await session.flush()
    return rotated


async def set_city_settings(
    session: AsyncSession, company_id: UUID, city_id: UUID, settings: Mapping[str, JsonValue]
) -> None:
    """Replace the settings that every bot of the city starts from.

    Raises:
        NotFound: there is no such city for this session.
    """
    await companies.get_city(session, city_id, lock=True)
    await repository.put_city_settings(session, company_id, city_id, settings)


async def get_city_settings(session: AsyncSession, city_id: UUID) -> Mapping[str, JsonValue]:
    """The settings of a city; empty where none were set."""
    return await repository.city_settings(session, city_id)


async def get_city_configuration(session: AsyncSession, city_id: UUID, *, lock: bool = False) -> CityConfiguration:
    """What the city's bots start from; ``lock`` serialises those who change it.

    Raises:
        NotFound: there is no such city for this session.
    """
    await companies.get_city(session, city_id, lock=lock)
    return CityConfiguration(
        city_id=city_id,
        settings=await repository.city_settings(session, city_id),
        active_prompt_version=await repository.active_prompt_version(session, city_id),
    )


async def snapshot(session: AsyncSession, bot_id: UUID) -> BotSnapshot:
    """The bot as a turn needs it: its city's active prompt, and its own settings laid over the city's, key by key.

    The company's version is read first, so what is read is never older than ``config_version`` says.

    Raises:
        NotFound: there is no such bot for this session.
    """
    company = await companies.current_company(session)
    row = await _bot(session, bot_id)
    if row.city_id is None:
        return _snapshot(row, company, None, "", {})
    city = await companies.get_city(session, row.city_id)
    prompt = await repository.active_prompt_body(session, row.city_id)
    return _snapshot(row, company, city, prompt, await repository.city_settings(session, row.city_id))


def _snapshot(
    row: Bot, company: CompanyView, city: CityView | None, prompt: str, city_settings: Mapping[str, object]
) -> BotSnapshot:
    place = city or company
    return BotSnapshot(
        company_id=company.id,
        company_name=company.name,
        bot_id=row.id,
        platform=Platform(row.platform),
        mode=row.mode,
        language=Language(row.language),
        city_id=row.city_id,
        city_name=city.name if city else None,
        currency=place.currency,
        timezone=place.timezone,
        system_prompt=prompt,
        settings={**city_settings, **row.settings},
        config_version=company.config_version,
        daily_model_budget=company.daily_model_budget,
    )


async def _bot(session: AsyncSession, bot_id: UUID, *, lock: bool = False) -> Bot:
    row = await repository.bot(session, bot_id, lock=lock)
    if row is None:
        raise NotFound("bot", bot_id)
    return row


def _check_credentials(given: Mapping[str, SecretStr], names: CredentialNames) -> None:
    filled = {name for name, value in given.items() if value.get_secret_value().strip()}
    if missing := sorted(names.required - filled):
        raise InvalidInput(f"missing credentials: {', '.join(missing)}", field=f"credentials.{missing[0]}")
    if unknown := sorted(given.keys() - names.required - names.optional):
        raise InvalidInput(f"unknown credentials: {', '.join(unknown)}", field=f"credentials.{unknown[0]}")


def _owner(company_id: UUID, bot_id: UUID) -> bytes:
    """What sealed credentials are bound to: copied into another row, they do not open."""
    return company_id.bytes + bot_id.bytes


def _seal(keyring: KeyRing, company_id: UUID, bot_id: UUID, values: Mapping[str, SecretStr]) -> bytes:
    plain = {name: value.get_secret_value() for name, value in values.items() if value.get_secret_value()}
    return keyring.encrypt(json.dumps(plain).encode(), bound_to=_owner(company_id, bot_id))


def _open(keyring: KeyRing, row: Bot) -> dict[str, SecretStr]:
    plain = json.loads(keyring.decrypt(row.credentials, bound_to=_owner(row.company_id, row.id)))
    if not isinstance(plain, dict):
        raise Misconfigured("credentials", f"bot {row.id}: not a set of named values")
    return {str(name): SecretStr(str(value)) for name, value in plain.items()}
