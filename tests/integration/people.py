"""People who wrote to a shop, as rows: for tests that begin where a dialog exists already."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from shared.kernel.ids import new_id
from shared.runtime.database import Database
from tests.integration.shops import Shop

__all__ = ["open_dialog"]

_OPEN = text("""
    INSERT INTO dialogs (company_id, bot_id, chat_id, customer_id, customer_name, phone, language, last_inbound_at)
    VALUES (:company, :bot, :chat, :chat, :name, :phone, 'ru', now()) RETURNING id
""")


async def open_dialog(
    database: Database,
    shop: Shop,
    name: str = "Айгуль Ким",
    *,
    phone: str | None = None,
    bot_id: UUID | None = None,
) -> int:
    """A dialog of the shop's bot with a new person; ``phone``: as a platform that proves it tells it."""
    async with database.session_scope(shop.company_id) as session:
        values = {"company": shop.company_id, "bot": bot_id or shop.bot_id, "chat": str(new_id())}
        return int((await session.execute(_OPEN, values | {"name": name, "phone": phone})).scalar_one())
