"""The dialogs that the demo shop's people wrote in, and the customers they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from infra.local.demo.people import DemoPerson, demo_people
from infra.local.simulator.identities import telegram_id, viber_id, whatsapp_phone
from shared.channels.contract import Platform
from shared.customers.service import CustomerService

__all__ = ["Acquaintance", "open_dialog", "open_dialogs", "phone_of"]

# a dialog begins with a message of the person; nothing else makes one
_OPEN = text("""
INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, customer_name, phone, language, created_at,
                     last_inbound_at)
VALUES (:company_id, :bot_id, :chat_id, :chat_id, :name, :phone, :language, :since, :since)
ON CONFLICT (bot_id, chat_id) DO UPDATE SET customer_name = excluded.customer_name
RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A person with the rows that stand for them."""

    person: DemoPerson
    customer_id: UUID
    dialog_id: int
    bot_id: UUID


def phone_of(person: DemoPerson) -> str:
    """Where the shop calls them; on WhatsApp it is the account itself. E.164."""
    return f"+{whatsapp_phone(person.name)}"


async def open_dialogs(
    session: AsyncSession,
    company_id: UUID,
    customers: CustomerService,
    bots: Mapping[Platform, UUID],
    *,
    since: datetime,
) -> Sequence[Acquaintance]:
    """The dialogs and customers of all demo people, who wrote first at ``since``."""
    opened = []
    for person in demo_people():
        bot_id = bots[person.platform]
        dialog_id = await open_dialog(session, company_id, bot_id, person, since=since)
        customer = await customers.ensure(session, dialog_id)
        opened.append(Acquaintance(person, customer.id, dialog_id, bot_id))
    return opened


async def open_dialog(
    session: AsyncSession, company_id: UUID, bot_id: UUID, person: DemoPerson, *, since: datetime
) -> int:
    """A person's dialog with a bot, made if it is missing; its id."""
    values = {
        "company_id": company_id,
        "bot_id": bot_id,
        "chat_id": _chat_of(person),
        "name": person.name,
        # WhatsApp tells the sender's number; the others tell none
        "phone": phone_of(person) if person.platform is Platform.WHATSAPP else None,
        "language": person.language.value,
        "since": since,
    }
    return int((await session.execute(_OPEN, values)).scalar_one())


def _chat_of(person: DemoPerson) -> str:
    match person.platform:
        case Platform.TELEGRAM:
            return str(telegram_id(person.name))
        case Platform.WHATSAPP:
            return whatsapp_phone(person.name)
        case Platform.VIBER:
            return viber_id(person.name)
