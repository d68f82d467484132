"""What administrators set for all bots of a city: its configuration, and the versions of its prompt."""

from __future__ import annotations

from uuid import UUID

from shared.bots import prompts, service
from shared.bots.schemas import CityConfiguration, NewCityConfiguration, NewPrompt, PromptFilter, PromptView
from shared.identity import audit
from shared.identity.schemas import Caller
from shared.kernel.answers import Created
from shared.kernel.etags import IfMatch
from shared.kernel.paging import Page
from shared.runtime.database import Database

__all__ = ["CityConfigurationHandlers", "PromptHandlers"]


class CityConfigurationHandlers:
    """Settings that every bot of a city starts from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, caller: Caller, city_id: UUID) -> CityConfiguration:
        """Show what the bots of a city start from."""
        async with self._database.session_scope(caller.company_id) as session:
            return await service.get_city_configuration(session, city_id)

    async def replace(
        self, caller: Caller, city_id: UUID, body: NewCityConfiguration, if_match: IfMatch
    ) -> CityConfiguration:
        """Set what the bots of a city start from.

        A bot's own settings are laid over these, key by key. It counts from the next message on.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await service.get_city_configuration(session, city_id, lock=True)
            if_match.check(before)
            await service.set_city_settings(session, caller.company_id, city_id, body.settings)
            after = await service.get_city_configuration(session, city_id)
            await audit.record(
                session,
                caller,
                action="bot_configuration.updated",
                subject_type="city",
                subject_id=str(city_id),
                before=before.model_dump(),
                after=after.model_dump(),
            )
            return after


class PromptHandlers:
    """Versions of a city's system prompt: each change is a new one, and any can be made active again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, caller: Caller, city_id: UUID, filters: PromptFilter) -> Page[PromptView]:
        """List the versions of a city's prompt, newest first."""
        async with self._database.session_scope(caller.company_id) as session:
            return await prompts.page_prompts(session, city_id, filters)

    async def get(self, caller: Caller, city_id: UUID, version: int) -> PromptView:
        """Show one version of a city's prompt."""
        async with self._database.session_scope(caller.company_id) as session:
            return await prompts.get_prompt(session, city_id, version)

    async def create(self, caller: Caller, city_id: UUID, body: NewPrompt) -> Created[PromptView]:
        """Write the next version of a city's prompt.

        It is active at once, unless `activate` is false.
        """
        async with self._database.session_scope(caller.company_id) as session:
            prompt = await prompts.create_prompt(
                session, caller.company_id, city_id, body.body, activate=body.activate
            )
            await audit.record(
                session,
                caller,
                action="prompt.created",
                subject_type="city",
                subject_id=str(city_id),
                before=None,
                after=prompt.model_dump(),
            )
        return Created(prompt, f"cities/{city_id}/prompts/{prompt.version}")

    async def activate(self, caller: Caller, city_id: UUID, version: int) -> PromptView:
        """Make a version of a city's prompt the active one."""
        async with self._database.session_scope(caller.company_id) as session:
            before = await service.get_city_configuration(session, city_id, lock=True)
            prompt = await prompts.activate_prompt(session, city_id, version)
            await audit.record(
                session,
                caller,
                action="prompt.activated",
                subject_type="city",
                subject_id=str(city_id),
                before={"version": before.active_prompt_version},
                after={"version": prompt.version},
            )
            return prompt

    async def roll_back(self, caller: Caller, city_id: UUID) -> PromptView:
        """Return to the version of a city's prompt before the active one.

        Raises:
            Conflict: no version is active, or none stands before it.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await service.get_city_configuration(session, city_id, lock=True)
            prompt = await prompts.roll_back_prompt(session, city_id)
            await audit.record(
                session,
                caller,
                action="prompt.rolled_back",
                subject_type="city",
                subject_id=str(city_id),
                before={"version": before.active_prompt_version},
                after={"version": prompt.version},
            )
            return prompt
