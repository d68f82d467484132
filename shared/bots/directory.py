"""What a worker knows about bots: found by id, with their credentials and configuration, always recent.

A change in the database is effective in every worker within 5 seconds, without any message between them:
ownership, credentials and identity are read again every 3 seconds, and a turn asks for the configuration by the
company's version, which came with its claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from pydantic import SecretStr

from shared.bots import service
from shared.bots.schemas import BotAccess, BotSnapshot, FoundBot
from shared.channels.contract import BotIdentity
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.live_copies import LiveCopies

__all__ = ["BotDirectory"]

_FRESH_SECONDS = 3.0
_STALE_SECONDS = 60.0
_Version = tuple[UUID, UUID, int]


class BotDirectory:
    """One per worker. Safe to call concurrently: askers of one bot share one read."""

    def __init__(self, database: Database, keyring: KeyRing) -> None:
        self._database = database
        self._keyring = keyring
        self._found = LiveCopies(self._find, fresh=_FRESH_SECONDS, stale=_STALE_SECONDS)
        self._access = LiveCopies(self._open, fresh=_FRESH_SECONDS, stale=_STALE_SECONDS)
        self._snapshots: LiveCopies[_Version, BotSnapshot] = LiveCopies(self._read)

    async def find(self, bot_id: UUID) -> FoundBot:
        """Whose bot this is, at most 3 s old; up to 60 s while Postgres does not answer.

        Raises:
            NotFound: no active bot of an active company has this id.
            Unavailable: Postgres does not answer and nothing recent is known.
        """
        return await self._found.get(bot_id)

    async def access(self, bot_id: UUID) -> BotAccess:
        """Credentials and identity, as recent as ``find``.

        Raises:
            NotFound: no active bot of an active company has this id.
            Misconfigured: no key of the ring opens the credentials.
            Unavailable: Postgres does not answer and nothing recent is known.
        """
        return await self._access.get(bot_id)

    async def credentials(self, bot_id: UUID) -> Mapping[str, SecretStr]:
        """The bot's credentials; raises as ``access`` does."""
        return (await self.access(bot_id)).credentials

    async def identity(self, bot_id: UUID) -> BotIdentity:
        """What a channel may know of the bot; raises as ``access`` does."""
        return (await self.access(bot_id)).identity

    async def snapshot(self, company_id: UUID, bot_id: UUID, config_version: int) -> BotSnapshot:
        """The bot's configuration, at least as new as ``config_version`` of its company.

        Raises:
            NotFound: the company has no such bot.
            Unavailable: Postgres does not answer and this version is not known yet.
        """
        return await self._snapshots.get((company_id, bot_id, config_version))

    async def _find(self, bot_id: UUID) -> FoundBot:
        async with self._database.anonymous_scope() as session:
            return await service.find_bot(session, bot_id)

    async def _open(self, bot_id: UUID) -> BotAccess:
        # not the kept copy: two delays of 3 s would add up to more than 5
        found = await self._find(bot_id)
        async with self._database.session_scope(found.company_id) as session:
            return await service.access(session, self._keyring, bot_id)

    async def _read(self, version: _Version) -> BotSnapshot:
        company_id, bot_id, _ = version
        async with self._database.session_scope(company_id) as session:
            return await service.snapshot(session, bot_id)
