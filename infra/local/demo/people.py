"""People who know the demo shop already: the dialogs they wrote in, and the customers they are.

They are accounts of the messenger simulator, so that what the shop writes to them is seen in its windows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from infra.local.simulator.identities import telegram_id, viber_id, whatsapp_phone
from shared.channels.contract import Platform
from shared.customers.service import CustomerService
from shared.kernel.languages import Language

__all__ = ["MANAGER", "Acquaintance", "DemoPerson", "acquaintances", "demo_people", "open_dialog", "open_dialogs"]

MANAGER = "Гульнара Ахметова"
"""The member of the staff whose own Telegram is linked."""
_DATA = Path(__file__).parent / "data" / "people.json"

# a dialog begins with a message of the person; nothing else makes one
_OPEN = text("""
INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, customer_name, phone, language, created_at,
                     last_inbound_at)
VALUES (:company_id, :bot_id, :chat_id, :chat_id, :name, :phone, :language, :since, :since)
ON CONFLICT (bot_id, chat_id) DO UPDATE SET customer_name = excluded.customer_name
RETURNING id
""")


class DemoPerson(BaseModel):
    """A person as ``people.json`` tells of them."""

    model_config = ConfigDict(frozen=True)

    name: str
    platform: Platform
    language: Language

    @property
    def phone(self) -> str:
        """Where the shop calls them; on WhatsApp it is the account itself. E.164."""
        return f"+{whatsapp_phone(self.name)}"

    @property
    def chat_id(self) -> str:
        """Their chat with a bot of their platform."""
        match self.platform:
            case Platform.TELEGRAM:
                return str(telegram_id(self.name))
            case Platform.WHATSAPP:
                return whatsapp_phone(self.name)
            case Platform.VIBER:
                return viber_id(self.name)


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A person with the rows that stand for them."""

    person: DemoPerson
    customer_id: UUID
    dialog_id: int
    bot_id: UUID


def demo_people() -> list[DemoPerson]:
    """Everybody who bought at the demo shop or wrote to it."""
    return [DemoPerson.model_validate(entry) for entry in json.loads(_DATA.read_text(encoding="utf-8"))]


def acquaintances(platform: Platform) -> list[str]:
    """The names of those to whom the bot of that platform may write."""
    names = [person.name for person in demo_people() if person.platform is platform]
    return [*names, MANAGER] if platform is Platform.TELEGRAM else names


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
        "chat_id": person.chat_id,
        "name": person.name,
        # WhatsApp tells the sender's number; the others tell none
        "phone": person.phone if person.platform is Platform.WHATSAPP else None,
        "language": person.language.value,
        "since": since,
    }
    return int((await session.execute(_OPEN, values)).scalar_one())
