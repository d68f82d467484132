"""The company's users, and those who were invited."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from shared.companies import service as companies
from shared.identity import invitations, repository, service
from shared.identity.accounts import (
    Invitation,
    InvitationFilter,
    IssuedInvitation,
    NewInvitation,
    NewUser,
    NotSent,
    User,
    UserChanges,
    UserFilter,
)
from shared.identity.mails import InvitationMessage, Links, MailedInvitations
from shared.identity.messengers import MessengerNotLinked, OwnMessenger
from shared.identity.passwords import Passwords
from shared.identity.schemas import Caller
from shared.kernel.answers import Created
from shared.kernel.etags import IfMatch
from shared.kernel.paging import Page
from shared.runtime.database import Database

__all__ = ["InvitationHandlers", "UserHandlers"]


class UserHandlers:
    """People who work for the company."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    async def list(self, caller: Caller, filters: UserFilter) -> Page[User]:
        """List the company's users."""
        async with self._database.session_scope(caller.company_id) as session:
            return await service.page_users(session, filters)

    async def get(self, caller: Caller, user_id: UUID) -> User:
        """Show one user."""
        async with self._database.session_scope(caller.company_id) as session:
            return await service.get_user(session, user_id)

    async def create(self, caller: Caller, body: NewUser) -> Created[User]:
        """Add a user.

        Without a password the user cannot log in until a reset link was used. Nobody gives a role above their own.
        """
        service.check_may_give(caller, body.role)
        password_hash = await self._passwords.hash(body.password) if body.password is not None else None
        async with self._database.session_scope(caller.company_id) as session:
            user = await service.add_user(session, caller, body, password_hash)
        return Created(user, f"users/{user.id}")

    async def update(self, caller: Caller, user_id: UUID, body: UserChanges, if_match: IfMatch) -> User:
        """Change a user.

        Fields that are left out stay. `active: false` ends the user's sessions. The last active owner stays one.
        """
        async with self._database.session_scope(caller.company_id) as session:
            return await service.change_user(session, caller, user_id, body, if_match)

    async def delete(self, caller: Caller, user_id: UUID, if_match: IfMatch) -> None:
        """Delete a user.

        What the user did stays in the audit log. The last active owner cannot be deleted.
        """
        async with self._database.session_scope(caller.company_id) as session:
            await service.delete_user(session, caller, user_id, if_match)


class InvitationHandlers:
    """Invitations to the company.

    Args:
        database: of the worker.
        mailed: sends a link to the invited address.
        messenger: sends a link to the inviter's own messenger.
        links: where the links lead.
        lifetime: how long an invitation can be accepted.
    """

    def __init__(
        self,
        database: Database,
        mailed: MailedInvitations,
        messenger: OwnMessenger,
        links: Links,
        *,
        lifetime: timedelta,
    ) -> None:
        self._database = database
        self._mailed = mailed
        self._messenger = messenger
        self._links = links
        self._lifetime = lifetime

    async def list(self, caller: Caller, filters: InvitationFilter) -> Page[Invitation]:
        """List the invitations that were not accepted yet."""
        async with self._database.session_scope(caller.company_id) as session:
            return await invitations.page_invitations(session, filters)

    async def get(self, caller: Caller, invitation_id: UUID) -> Invitation:
        """Show an invitation that was not accepted yet."""
        async with self._database.session_scope(caller.company_id) as session:
            return await invitations.get_invitation(session, invitation_id)

    async def create(self, caller: Caller, body: NewInvitation) -> Created[IssuedInvitation]:
        """Invite somebody to the company.

        The link goes where `send_to` says; where it could not be mailed, or no owner of the company has a verified
        e-mail, it is in the answer, this once, and `not_sent` tells why. An invitation that the address had before
        is void. Without a linked messenger, or where the bot may not write to it now, `messenger` is refused with
        409 and nobody is invited.
        """
        async with self._database.session_scope(caller.company_id) as session:
            invitation, token = await invitations.invite(session, caller, body, self._lifetime)
            company = await companies.current_company(session)
            # nobody mails strangers in our name before somebody can be reached for it
            may_mail = body.send_to == "email" and await repository.has_verified_owner(session)
            message = InvitationMessage(
                company_id=company.id,
                company=company.name,
                email=invitation.email,
                language=invitation.language,
                link=self._links.invitation(token),
                days=max(1, self._lifetime.days),
            )
            if body.send_to == "messenger":
                await self._messenger.send(session, _person(caller), message.for_messenger)
        if body.send_to == "messenger":
            await self._messenger.ring()
        not_sent = await self._not_sent(body, message, may_mail=may_mail)
        sent = not_sent is None
        issued = IssuedInvitation(
            invitation=invitation,
            sent=sent,
            not_sent=not_sent,
            link=None if sent else message.link,
            token=None if sent else token,
        )
        return Created(issued, f"invitations/{invitation.id}")

    async def _not_sent(self, body: NewInvitation, message: InvitationMessage, *, may_mail: bool) -> NotSent | None:
        """Mail the link where it is to be mailed; why it went nowhere."""
        if body.send_to == "messenger":
            return None
        if body.send_to == "none":
            return "as_asked"
        if not may_mail:
            return "owner_unverified" if self._mailed.possible else "mail_failed"
        return None if await self._mailed.send(message) else "mail_failed"

    async def revoke(self, caller: Caller, invitation_id: UUID) -> None:
        """Take an invitation back."""
        async with self._database.session_scope(caller.company_id) as session:
            await invitations.revoke(session, caller, invitation_id)


def _person(caller: Caller) -> UUID:
    if caller.user_id is None:
        raise MessengerNotLinked("a machine has no messenger")
    return caller.user_id
