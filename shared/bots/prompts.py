"""Versioned system prompts of a city: each change is a new version, and any version can be made active again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots import repository
from shared.bots.models import Prompt
from shared.bots.schemas import PROMPT_LIMIT, PromptFilter, PromptView
from shared.companies import service as companies
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.kernel.paging import Page

__all__ = ["activate_prompt", "create_prompt", "get_prompt", "list_prompts", "page_prompts", "roll_back_prompt"]


async def create_prompt(
    session: AsyncSession, company_id: UUID, city_id: UUID, body: str, *, activate: bool = True
) -> PromptView:
    """Add the next version of the city's prompt.

    Raises:
        InvalidInput: the text is empty or longer than ``PROMPT_LIMIT`` characters.
        NotFound: there is no such city for this session.
    """
    if not body.strip() or len(body) > PROMPT_LIMIT:
        raise InvalidInput(f"a prompt has 1 to {PROMPT_LIMIT} characters", field="body")
    await companies.get_city(session, city_id, lock=True)
    version = 1 + await repository.last_prompt_version(session, city_id)
    session.add(Prompt(company_id=company_id, id=new_id(), city_id=city_id, version=version, body=body))
    await session.flush()
    if activate:
        await repository.activate_prompt(session, city_id, version)
    return await get_prompt(session, city_id, version)


async def list_prompts(session: AsyncSession, city_id: UUID) -> list[PromptView]:
    """The versions of the city's prompt, newest first."""
    return [PromptView.model_validate(row) for row in await repository.prompts(session, city_id)]


async def page_prompts(session: AsyncSession, city_id: UUID, filters: PromptFilter) -> Page[PromptView]:
    """One page of the versions of the city's prompt, newest first.

    Raises:
        NotFound: there is no such city for this session.
        InvalidInput: the cursor is none of this list.
    """
    await companies.get_city(session, city_id)
    rows, following = await repository.prompt_page(session, city_id, filters)
    return Page(items=[PromptView.model_validate(row) for row in rows], next=following)


async def activate_prompt(session: AsyncSession, city_id: UUID, version: int) -> PromptView:
    """Make one version the active one.

    Raises:
        NotFound: there is no such city or version for this session.
    """
    await companies.get_city(session, city_id, lock=True)
    if not await repository.activate_prompt(session, city_id, version):
        raise NotFound("prompt version", version)
    return await get_prompt(session, city_id, version)


async def roll_back_prompt(session: AsyncSession, city_id: UUID) -> PromptView:
    """Make the version before the active one active.

    Raises:
        NotFound: there is no such city for this session.
        Conflict: no version is active, or none stands before it.
    """
    await companies.get_city(session, city_id, lock=True)
    versions = await repository.prompts(session, city_id)
    active = next((row.version for row in versions if row.active), None)
    earlier = [row.version for row in versions if active is not None and row.version < active]
    if not earlier:
        raise Conflict("there is no earlier prompt version to return to")
    await repository.activate_prompt(session, city_id, max(earlier))
    return await get_prompt(session, city_id, max(earlier))


async def get_prompt(session: AsyncSession, city_id: UUID, version: int) -> PromptView:
    """One version of the city's prompt.

    Raises:
        NotFound: there is no such version for this session.
    """
    row = await repository.prompt(session, city_id, version)
    if row is None:
        raise NotFound("prompt version", version)
    return PromptView.model_validate(row)
