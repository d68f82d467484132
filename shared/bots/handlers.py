"""What administrators do with bots; each method is one endpoint. Credentials go in and never come out."""

from __future__ import annotations

import logging
from uuid import UUID

from shared.bots import service
from shared.bots.connection import Connection, connect, credential_names
from shared.bots.schemas import (
    BotChanges,
    BotConnection,
    BotFilter,
    BotRegistration,
    BotReplacement,
    BotView,
    ConnectionFact,
    NewBot,
)
from shared.channels.contract import SendError
from shared.channels.settings import ChannelSettings
from shared.companies import service as companies
from shared.identity import audit
from shared.identity.schemas import Caller
from shared.kernel.answers import Created
from shared.kernel.errors import Misconfigured
from shared.kernel.etags import IfMatch
from shared.kernel.paging import Page
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.http import HttpTransport

__all__ = ["BotHandlers"]

_log = logging.getLogger(__name__)


class BotHandlers:
    """The company's accounts at the messengers."""

    def __init__(
        self,
        database: Database,
        keyring: KeyRing,
        *,
        http: HttpTransport,
        channels: ChannelSettings,
        public_base_url: str,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._http = http
        self._channels = channels
        self._public_base_url = public_base_url

    async def list(self, caller: Caller, filters: BotFilter) -> Page[BotView]:
        """List the company's bots."""
        async with self._database.session_scope(caller.company_id) as session:
            return await service.page_bots(session, filters)

    async def get(self, caller: Caller, bot_id: UUID) -> BotView:
        """Show one bot."""
        async with self._database.session_scope(caller.company_id) as session:
            return await service.get_bot(session, bot_id)

    async def create(self, caller: Caller, body: BotRegistration) -> Created[BotView]:
        """Add a bot.

        Connect it afterwards with `POST /bots/{id}/check`.
        """
        async with self._database.session_scope(caller.company_id) as session:
            if body.city_id is not None:
                await companies.get_city(session, body.city_id)
            new = NewBot(**dict(body))
            names = credential_names(body.platform)
            bot = await service.create_bot(session, self._keyring, caller.company_id, new, names)
            await audit.record(
                session,
                caller,
                action="bot.created",
                subject_type="bot",
                subject_id=str(bot.id),
                before=None,
                after={**bot.model_dump(), "credentials": sorted(body.credentials)},
            )
        return Created(bot, f"bots/{bot.id}")

    async def replace(self, caller: Caller, bot_id: UUID, body: BotReplacement, if_match: IfMatch) -> BotView:
        """Change a bot.

        Every field is given anew, except `credentials`: they are write-only, and stay when they are left out.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await service.get_bot(session, bot_id, lock=True)
            if_match.check(before)
            if body.city_id is not None:
                await companies.get_city(session, body.city_id)
            await service.update_bot(session, bot_id, BotChanges(**body.model_dump(exclude={"credentials"})))
            if body.credentials is not None:
                names = credential_names(before.platform)
                await service.replace_credentials(session, self._keyring, bot_id, body.credentials, names)
            after = await service.get_bot(session, bot_id)
            replaced = {"credentials": sorted(body.credentials)} if body.credentials is not None else {}
            await audit.record(
                session,
                caller,
                action="bot.updated",
                subject_type="bot",
                subject_id=str(bot_id),
                before=before.model_dump(),
                after=after.model_dump() | replaced,
            )
            return after

    async def delete(self, caller: Caller, bot_id: UUID, if_match: IfMatch) -> None:
        """Delete a bot that nobody wrote to yet.

        A bot that has dialogs is refused with 409: switch it off (`active: false`) instead.

        Raises:
            Conflict: it has dialogs.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await service.get_bot(session, bot_id, lock=True)
            if_match.check(before)
            await service.delete_bot(session, bot_id)
            await audit.record(
                session,
                caller,
                action="bot.deleted",
                subject_type="bot",
                subject_id=str(bot_id),
                before=before.model_dump(),
                after=None,
            )

    async def check(self, caller: Caller, bot_id: UUID) -> BotConnection:
        """Connect a bot to its platform and check that it works.

        Points the platform at our webhook where it lets us (Telegram, Viber), and asks what it knows of the bot.
        """
        async with self._database.session_scope(caller.company_id) as session:
            bot = await service.get_bot(session, bot_id)
            access = await service.access(session, self._keyring, bot_id)
        url = service.webhook_url(self._public_base_url, bot.platform, bot_id)
        try:
            found = await connect(self._http, self._channels, bot.platform, access.credentials, url)
        except (Misconfigured, SendError) as error:
            _log.warning("a bot cannot be connected", extra={"bot_id": str(bot_id), "code": error.code})
            problem = "misconfigured" if isinstance(error, Misconfigured) else "unreachable"
            return BotConnection(connected=False, username=None, problem=problem, facts=[])
        async with self._database.session_scope(caller.company_id) as session:
            await service.note_connected(session, bot_id, username=found.username)
            await audit.record(
                session,
                caller,
                action="bot.connected",
                subject_type="bot",
                subject_id=str(bot_id),
                before=None,
                after={"username": found.username},
            )
        return _connected(found)


def _connected(found: Connection) -> BotConnection:
    facts = [ConnectionFact(name=name, value=str(value)) for name, value in found.facts if value not in (None, "")]
    return BotConnection(connected=True, username=found.username, problem=None, facts=facts)
