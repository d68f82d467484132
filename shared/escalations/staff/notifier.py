"""Tells members of staff things in their own messengers, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bots import service as bots
from shared.channels.contract import Platform
from shared.channels.messages import Reply, RichText, TemplateMessage, TextMessage
from shared.dialogs.notices import Notice, Notices, Recipient
from shared.escalations.rules import rules_of
from shared.escalations.staff import cards, links
from shared.escalations.staff.people import Member
from shared.identity.messengers import MessengerClosed, MessengerNotLinked
from shared.kernel.languages import Language

__all__ = ["StaffNotifier"]

Compose = Callable[[Language], Reply]
Template = Callable[[Language], TemplateMessage]


class StaffNotifier:
    """One per worker. Whoever calls rings ``deliveries`` after its commit (``ring``).

    All that the staff is told is said privately (``shared.dialogs.notices``): those who may read dialogs read none
    of it, and it is forgotten once it is sent.
    """

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    async def ring(self) -> None:
        """Have it sent now; after the commit."""
        await self._notices.ring()

    async def send(self, session: AsyncSession, user_id: UUID, compose: Callable[[Language], str]) -> None:
        """Write something to a user's linked messenger that must come as it is, e.g. a one-time link.

        Args:
            session: a transaction of the user's company.
            user_id: the user.
            compose: writes the text in the language of their chat.

        Raises:
            MessengerNotLinked: they have linked none.
            MessengerClosed: the bot is blocked there, or a template is all that it may send (WhatsApp, a day after
                their last word): they have to write to it first.
        """
        link = await links.find_link(session, user_id)
        if link is None:
            raise MessengerNotLinked(f"user {user_id}")
        if not await self._notices.may_write_freely(session, link.dialog_id):
            raise MessengerClosed(f"user {user_id}")
        await self._notices.say(session, link.dialog_id, lambda language: _plain(compose(language)), about=())

    async def tell(self, session: AsyncSession, members: Sequence[Member], compose: Compose, of: Recipient) -> int:
        """Tell members something about the shopper ``of``, each in their own language.

        Returns:
            How many it was queued for.
        """
        notices = [
            Notice(
                member.dialog_id,
                _always(compose(member.language)),
                template=await self._template(session, member.dialog_id, of),
                about=[of.dialog_id],
            )
            for member in members
            if member.dialog_id is not None
        ]
        return len(await self._notices.say_all(session, notices))

    async def _template(self, session: AsyncSession, dialog_id: int, of: Recipient) -> Template | None:
        member = await self._notices.recipient(session, dialog_id)
        if member.platform is not Platform.WHATSAPP:
            return None
        name = rules_of(await bots.snapshot(session, member.bot_id)).template
        return None if name is None else lambda language: cards.template(name, of, language)


def _always(reply: Reply) -> Compose:
    """They are spoken to in their own language, not in that of the chat."""
    return lambda _language: reply


def _plain(words: str) -> Reply:
    return Reply(messages=(TextMessage(text=RichText.of(words)),))
