"""What administrators do with escalations and with the staff's own messengers; each method is one endpoint."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots import service as bots
from shared.channels.contract import Platform
from shared.dialogs.bells import Bells
from shared.escalations import listing, service
from shared.escalations.desk import EscalationDesk
from shared.escalations.records import record_act, record_code, record_link
from shared.escalations.schemas import Escalation
from shared.escalations.staff import links
from shared.escalations.staff.people import find_member
from shared.escalations.views import (
    Assignment,
    EscalationChange,
    EscalationDetail,
    EscalationFilter,
    EscalationView,
    LinkCode,
    LinkTarget,
    MessengerLink,
    NewEscalation,
    StaffReply,
)
from shared.identity.permissions import Role
from shared.identity.schemas import Caller
from shared.kernel.answers import Created
from shared.kernel.clock import utc_now
from shared.kernel.errors import Forbidden, NotFound
from shared.kernel.etags import IfMatch
from shared.kernel.paging import Page
from shared.runtime.database import Database

__all__ = ["EscalationHandlers", "MessengerLinkHandlers"]

_RANKS: Final = {Role.VIEWER: 0, Role.MANAGER: 1, Role.ADMIN: 2, Role.OWNER: 3}


class EscalationHandlers:
    """Dialogs in which people answer."""

    def __init__(self, database: Database, desk: EscalationDesk, bells: Bells, *, handover: timedelta) -> None:
        self._database = database
        self._desk = desk
        self._bells = bells
        self._handover = handover

    async def list(self, caller: Caller, filters: EscalationFilter) -> Page[EscalationView]:
        """List the company's escalations.

        `sort=priority` puts complaints and trouble with orders first, then the oldest.
        """
        async with self._database.session_scope(caller.company_id) as session:
            return await listing.page(session, filters)

    async def get(self, caller: Caller, escalation_id: UUID) -> EscalationDetail:
        """Show one escalation with the talk around it."""
        async with self._database.session_scope(caller.company_id) as session:
            return await listing.detail_of(session, await service.get(session, escalation_id))

    async def create(self, caller: Caller, body: NewEscalation) -> Created[EscalationDetail]:
        """Take a dialog over from the bot.

        The bot falls silent there, and the shopper is told that a person answers now. A dialog that people have
        already is refused with 409.
        """
        expires_at = utc_now() + self._handover
        async with self._database.session_scope(caller.company_id) as session:
            opened = await self._desk.open(
                session,
                dialog_id=body.dialog_id,
                reason=body.reason,
                summary=body.summary,
                expires_at=expires_at,
                assignee_id=body.assignee_id,
            )
            await record_act(session, caller, "opened", None, opened)
            view = await listing.detail_of(session, opened)
        await self._bells.ring("escalations")
        await self._desk.notices.ring()
        return Created(view, f"escalations/{view.id}")

    async def update(
        self, caller: Caller, escalation_id: UUID, body: EscalationChange, if_match: IfMatch
    ) -> EscalationDetail:
        """Give a dialog back: to the bot, or to whoever of the staff takes it next.

        The shopper is told when the bot is back.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await self._lock(session, escalation_id, if_match)
            if body.status == "resolved":
                after = await self._desk.resolve(session, escalation_id, by=caller.user_id)
            else:
                after = await service.release(session, escalation_id)
            await record_act(
                session, caller, "resolved" if body.status == "resolved" else "released", before, after
            )
            view = await listing.detail_of(session, after)
        await self._desk.notices.ring()
        return view

    async def assign(
        self, caller: Caller, escalation_id: UUID, body: Assignment, if_match: IfMatch
    ) -> EscalationDetail:
        """Give a dialog to a member of staff, whoever has it.

        Both are told in their own messengers, where they have linked one.
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await self._lock(session, escalation_id, if_match)
            if body.user_id is None:
                after = await service.release(session, escalation_id)
            else:
                after = await self._desk.assign(session, escalation_id, body.user_id)
            await record_act(session, caller, "assigned", before, after)
            view = await listing.detail_of(session, after)
        await self._desk.notices.ring()
        return view

    async def reply(self, caller: Caller, escalation_id: UUID, body: StaffReply) -> EscalationDetail:
        """Answer the shopper in the same dialog.

        A dialog that nobody has is the answerer's from then on, and the bot keeps silent for as long again. A
        shopper who has blocked the bot cannot be answered (409).
        """
        async with self._database.session_scope(caller.company_id) as session:
            before = await self._lock(session, escalation_id)
            after = await self._desk.reply(session, escalation_id, body.text, user_id=caller.user_id)
            await record_act(session, caller, "answered", before, after)
            view = await listing.detail_of(session, after)
        await self._desk.notices.ring()
        return view

    @staticmethod
    async def _lock(session: AsyncSession, escalation_id: UUID, if_match: IfMatch | None = None) -> Escalation:
        """The escalation as it is, held until the end of the transaction."""
        found = await service.get(session, escalation_id, lock=True)
        if if_match is not None:
            if_match.check(await listing.detail_of(session, found))
        return found


class MessengerLinkHandlers:
    """The staff's own messengers, linked by one-time codes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get_own(self, caller: Caller) -> MessengerLink:
        """Show the caller's own linked messenger."""
        return await self._show(caller, _own(caller))

    async def create_own(self, caller: Caller) -> LinkCode:
        """Issue a code that links the caller's own messenger.

        It is shown once, lives 15 minutes and voids the one before. Write it to any of the company's bots.
        """
        return await self._issue(caller, _own(caller))

    async def delete_own(self, caller: Caller) -> None:
        """Unlink the caller's own messenger."""
        await self._unlink(caller, _own(caller))

    async def get(self, caller: Caller, user_id: UUID) -> MessengerLink:
        """Show a user's linked messenger."""
        return await self._show(caller, user_id)

    async def create(self, caller: Caller, user_id: UUID) -> LinkCode:
        """Issue a code that links a user's messenger.

        Whoever writes the code is that user to the bot; a code for somebody of a higher role is refused.
        """
        return await self._issue(caller, user_id)

    async def delete(self, caller: Caller, user_id: UUID) -> None:
        """Unlink a user's messenger; a user of a higher role is refused."""
        await self._unlink(caller, user_id)

    async def _show(self, caller: Caller, user_id: UUID) -> MessengerLink:
        async with self._database.session_scope(caller.company_id) as session:
            if await find_member(session, user_id) is None:
                raise NotFound("user", user_id)
            link = await links.find_link(session, user_id)
        if link is None:
            return MessengerLink(linked=False)
        return MessengerLink(
            linked=True,
            platform=link.platform,
            bot_id=link.bot_id,
            bot_name=link.bot_name,
            linked_at=link.linked_at,
            reachable=not link.blocked,
        )

    async def _issue(self, caller: Caller, user_id: UUID) -> LinkCode:
        async with self._database.session_scope(caller.company_id) as session:
            await _require_rank(session, caller, user_id)
            issued = await links.issue_code(session, user_id)
            targets = [
                LinkTarget(
                    bot_id=bot.id,
                    platform=bot.platform,
                    name=bot.name,
                    url=_deep_link(bot.platform, bot.username, issued.code),
                    message=f"/link {issued.code}",
                )
                for bot in await bots.list_bots(session)
                if bot.active
            ]
            await record_code(session, caller, user_id, issued.expires_at)
        return LinkCode(code=issued.code, expires_at=issued.expires_at, bots=targets)

    async def _unlink(self, caller: Caller, user_id: UUID) -> None:
        async with self._database.session_scope(caller.company_id) as session:
            await _require_rank(session, caller, user_id)
            before = await links.find_link(session, user_id)
            await links.unlink(session, user_id)
            await record_link(session, caller, user_id, before, None)


def _own(caller: Caller) -> UUID:
    if caller.user_id is None:
        raise Forbidden("a machine has no messenger")
    return caller.user_id


async def _require_rank(session: AsyncSession, caller: Caller, user_id: UUID) -> None:
    """Refuse to act as somebody above: a code is as good as being that user to the bot."""
    member = await find_member(session, user_id)
    if member is None:
        raise NotFound("user", user_id)
    own = _RANKS[caller.role] if caller.role is not None else _RANKS[Role.MANAGER]
    if caller.user_id != user_id and _RANKS[member.role] > own:
        raise Forbidden("the user's role is higher")


def _deep_link(platform: Platform, username: str | None, code: str) -> str | None:
    """Telegram opens a chat with a parameter (Bot API, deep linking); the others know no such address of a bot."""
    if platform is not Platform.TELEGRAM or not username:
        return None
    return f"https://t.me/{username.removeprefix('@')}?start={links.DEEP_LINK}{code.replace('-', '')}"
