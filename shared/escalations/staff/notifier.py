"""Tells members of staff things in their own messengers, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots import service as bots
from shared.channels.contract import Platform
from shared.channels.messages import Reply, RichText, TemplateMessage, TextMessage
from shared.dialogs.notes import lock_dialogs
from shared.dialogs.notices import Notices, Recipient
from shared.escalations.rules import rules_of
from shared.escalations.staff import cards, links
from shared.escalations.staff.people import Member
from shared.kernel.languages import Language

__all__ = ["StaffNotifier"]

Compose = Callable[[Language], Reply]
Template = Callable[[Language], TemplateMessage]


class StaffNotifier:
    """One per worker. Whoever calls rings ``deliveries`` after its commit (``Notices.ring``)."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    async def send_text(self, session: AsyncSession, user_id: UUID, text: str) -> bool:
        """Write a text to a user's linked messenger, e.g. an invitation for a colleague or a new password's link.

        Args:
            session: a transaction of the user's company.
            user_id: the user.
            text: the words, in the user's language.

        Returns:
            Whether it was queued: not where no messenger is linked, or its owner has blocked the bot. On WhatsApp
            a message more than a day after the user's last word needs the bot's ``window_template``.
        """
        link = await links.find_link(session, user_id)
        if link is None:
            return False
        reply = Reply(messages=(TextMessage(text=RichText.of(text)),))
        return await self._notices.say(session, link.dialog_id, lambda _language: reply)

    async def tell(self, session: AsyncSession, members: Sequence[Member], compose: Compose, of: Recipient) -> int:
        """Tell members something about the shopper ``of``; how many it was queued for."""
        dialogs = [member.dialog_id for member in members if member.dialog_id is not None]
        await lock_dialogs(session, dialogs)
        told = 0
        for dialog_id in dialogs:
            template = await self._template(session, dialog_id, of)
            told += await self._notices.say(session, dialog_id, compose, template=template)
        return told

    async def _template(self, session: AsyncSession, dialog_id: int, of: Recipient) -> Template | None:
        member = await self._notices.recipient(session, dialog_id)
        if member.platform is not Platform.WHATSAPP:
            return None
        name = rules_of(await bots.snapshot(session, member.bot_id)).template
        return None if name is None else lambda language: cards.template(name, of, language)
