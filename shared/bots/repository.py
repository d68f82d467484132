"""Queries over bots, configurations and prompts. Row level security narrows each to the session's company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots.models import Bot, BotConfiguration, Prompt
from shared.bots.schemas import BotFilter, FoundBot, PromptFilter
from shared.channels.contract import Platform
from shared.runtime.keyset import Key, fetch_page

__all__ = [
    "activate_prompt",
    "active_prompt_body",
    "active_prompt_version",
    "bot",
    "bot_page",
    "bots",
    "city_settings",
    "delete_bot",
    "find_bot",
    "has_dialogs",
    "last_prompt_version",
    "prompt",
    "prompt_page",
    "prompts",
    "put_city_settings",
]


async def find_bot(session: AsyncSession, bot_id: UUID) -> FoundBot | None:
    """The owner of an active bot of an active company; works without a company."""
    row = (await session.execute(text("SELECT company_id, platform FROM find_bot(:bot)"), {"bot": bot_id})).first()
    return None if row is None else FoundBot(row.company_id, Platform(row.platform))


async def bot(session: AsyncSession, bot_id: UUID, *, lock: bool = False) -> Bot | None:
    """The bot; ``lock`` makes others that lock it wait for this transaction's end."""
    query = select(Bot).where(Bot.id == bot_id).execution_options(populate_existing=True)
    if lock:
        query = query.with_for_update(key_share=True)
    return (await session.scalars(query)).one_or_none()


async def bots(session: AsyncSession) -> Sequence[Bot]:
    """The bots, oldest first."""
    return (await session.scalars(select(Bot).order_by(Bot.created_at, Bot.id))).all()


_BOT_SORTS = {"created": (Key(Bot.created_at, datetime), Key(Bot.id, UUID))}


async def bot_page(session: AsyncSession, filters: BotFilter) -> tuple[Sequence[Bot], str | None]:
    """One page of the bots, oldest first, and the cursor of the next."""
    query = select(Bot)
    for column, value in (
        (Bot.platform, filters.platform),
        (Bot.city_id, filters.city_id),
        (Bot.active, filters.active),
    ):
        if value is not None:
            query = query.where(column == value)
    return await fetch_page(session, query, _BOT_SORTS, "created", filters)


async def has_dialogs(session: AsyncSession, bot_id: UUID) -> bool:
    """Whether anybody wrote to the bot; its row is held until the transaction ends, so that nobody does now."""
    await session.execute(select(Bot.id).where(Bot.id == bot_id).with_for_update())
    found = await session.execute(text("SELECT EXISTS (SELECT FROM dialogs WHERE bot_id = :bot)"), {"bot": bot_id})
    return bool(found.scalar_one())


async def delete_bot(session: AsyncSession, bot: Bot) -> None:
    """Delete the bot, and by the foreign keys all that belongs to it alone."""
    await session.delete(bot)
    await session.flush()


_PROMPT_SORTS = {"newest": (Key(Prompt.version, int, descending=True),)}


async def prompt_page(
    session: AsyncSession, city_id: UUID, filters: PromptFilter
) -> tuple[Sequence[Prompt], str | None]:
    """One page of the versions of a city's prompt, newest first, and the cursor of the next."""
    query = select(Prompt).where(Prompt.city_id == city_id).execution_options(populate_existing=True)
    return await fetch_page(session, query, _PROMPT_SORTS, "newest", filters)


async def active_prompt_version(session: AsyncSession, city_id: UUID) -> int | None:
    """The version of the city's active prompt."""
    query = select(Prompt.version).where(Prompt.city_id == city_id, Prompt.active)
    return (await session.scalars(query)).one_or_none()


async def city_settings(session: AsyncSession, city_id: UUID) -> Mapping[str, Any]:
    """The settings of a city; empty where none were set."""
    query = select(BotConfiguration.settings).where(BotConfiguration.city_id == city_id)
    return (await session.scalars(query)).one_or_none() or {}


async def put_city_settings(
    session: AsyncSession, company_id: UUID, city_id: UUID, settings: Mapping[str, Any]
) -> None:
    """Replace the settings of a city."""
    statement = insert(BotConfiguration).values(company_id=company_id, city_id=city_id, settings=dict(settings))
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[BotConfiguration.company_id, BotConfiguration.city_id],
            set_={"settings": statement.excluded.settings, "updated_at": func.now()},
        )
    )


async def active_prompt_body(session: AsyncSession, city_id: UUID) -> str:
    """The text of the city's active prompt; empty where there is none."""
    query = select(Prompt.body).where(Prompt.city_id == city_id, Prompt.active)
    return (await session.scalars(query)).one_or_none() or ""


async def prompts(session: AsyncSession, city_id: UUID) -> Sequence[Prompt]:
    """The versions of a city's prompt, newest first."""
    query = select(Prompt).where(Prompt.city_id == city_id).order_by(Prompt.version.desc())
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def prompt(session: AsyncSession, city_id: UUID, version: int) -> Prompt | None:
    """One version of a city's prompt."""
    query = select(Prompt).where(Prompt.city_id == city_id, Prompt.version == version)
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def last_prompt_version(session: AsyncSession, city_id: UUID) -> int:
    """The highest version; 0 where there is none."""
    query = select(func.coalesce(func.max(Prompt.version), 0)).where(Prompt.city_id == city_id)
    return (await session.scalars(query)).one()


async def activate_prompt(session: AsyncSession, city_id: UUID, version: int) -> bool:
    """Make ``version`` the active one; False where it does not exist. Two statements: the index that allows one
    active version is checked row by row."""
    of_city = update(Prompt).where(Prompt.city_id == city_id).execution_options(synchronize_session=False)
    await session.execute(of_city.where(Prompt.active, Prompt.version != version).values(active=False))
    activated = await session.execute(
        of_city.where(Prompt.version == version).values(active=True).returning(Prompt.version)
    )
    return activated.first() is not None
