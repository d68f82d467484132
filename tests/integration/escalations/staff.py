"""Members of a shop's staff in their own messengers, as tests tell of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared.channels.contract import Platform
from shared.escalations.staff import links
from shared.kernel.ids import new_id
from tests.integration.conversation import Shop, Shopper, Stage

__all__ = ["Counter", "Member"]


class Member(Shopper):
    """A user of the company who writes to its bot: linked, a member of staff; else a shopper like all."""

    user_id: UUID


class Counter:
    """A shop with its staff: opens escalations, links managers, moves the clock."""

    def __init__(self, stage: Stage, shop: Shop) -> None:
        self.stage = stage
        self.shop = shop

    @classmethod
    async def open(cls, stage: Stage, slug: str = "uyut", **settings: Any) -> Counter:
        """A shop with bots on every messenger; ``settings`` are its rules of the hand-over."""
        return cls(stage, await stage.open_shop(slug, handover=settings))

    async def user(self, name: str, *, role: str = "manager") -> UUID:
        """A user without a messenger."""
        user_id = new_id()
        await self.stage.sql(
            self.shop,
            "INSERT INTO users (company_id, id, email, name, role, language)"
            " VALUES (:company, :id, :email, :name, :role, 'ru')",
            company=self.shop.company_id,
            id=user_id,
            email=f"{user_id}@example.kz",
            name=name,
            role=role,
        )
        return user_id

    async def code(self, user_id: UUID) -> str:
        """A fresh code of the user."""
        async with self.stage.worker.database.session_scope(self.shop.company_id) as session:
            return (await links.issue_code(session, user_id)).code

    async def member(self, name: str, platform: Platform = Platform.TELEGRAM, *, role: str = "manager") -> Member:
        """A user who has linked the own messenger."""
        user_id = await self.user(name, role=role)
        member = self.person(name, platform)
        member.user_id = user_id
        await member.says(f"/link {await self.code(user_id)}")
        await member.hears(f"{name}, чат подключён")
        return member

    def person(self, name: str, platform: Platform = Platform.TELEGRAM) -> Member:
        """Somebody who has not written yet."""
        messenger: Any = getattr(self.stage.simulator, platform.value)
        return Member(self.stage, self.shop, messenger.user(name, bot=self.shop.simulated[platform], language="ru"))

    async def shopper_waits(self, name: str = "Айгуль Ким", platform: Platform = Platform.TELEGRAM) -> Shopper:
        """A shopper who asked for a person; the staff has been told."""
        shopper = self.stage.shopper(self.shop, platform, name)
        await shopper.says("красный диван")
        await shopper.hears()
        await shopper.says("позовите менеджера")
        await shopper.hears("Позвал менеджера")
        await self.attend()
        return shopper

    async def attend(self) -> int:
        """Look at what is due, as the queue function does; how many escalations were looked at."""
        return await self.stage.worker.escalation_runner.run()

    async def pass_minutes(self, minutes: float) -> None:
        """Let time pass for every escalation, and look at what is due then."""
        columns = (
            "opened_at",
            "expires_at",
            "assigned_at",
            "answered_at",
            "waiting_since",
            "announced_at",
            "due_at",
        )
        moved = ", ".join(f"{column} = {column} - :age * interval '1 minute'" for column in columns)
        await self.stage.sql(self.shop, f"UPDATE escalations SET {moved}", age=minutes)
        await self.stage.sql(
            self.shop,
            "UPDATE dialogs SET handover_until = handover_until - :age * interval '1 minute'",
            age=minutes,
        )
        await self.attend()

    async def escalation(self) -> dict[str, Any]:
        """The only escalation's row."""
        [row] = await self.stage.sql(self.shop, "SELECT * FROM escalations")
        return row

    async def kept(self, words: str) -> list[str]:
        """Where the words stand in the chats of the staff."""
        texts = {
            "messages": "m.text, m.content::text",
            "outbox": "m.call::text",
            "inbox": "m.event::text, convert_from(m.raw, 'UTF8')",
        }
        found = []
        for table, columns in texts.items():
            rows = await self.stage.sql(
                self.shop,
                f"SELECT 1 FROM {table} m JOIN dialogs d ON d.id = m.dialog_id"
                f" WHERE d.staff_user_id IS NOT NULL AND position(:words in concat_ws(' ', {columns})) > 0",
                words=words,
            )
            found += [table] * bool(rows)
        return found

    async def erase(self, shopper: Shopper) -> None:
        """Have a person forgotten."""
        [dialog] = await self.stage.sql(
            self.shop, "SELECT id FROM dialogs WHERE customer_name = :name", name=shopper.person.name
        )
        worker = self.stage.worker
        async with worker.database.session_scope(self.shop.company_id) as session:
            customer = await worker.services.customers.ensure(session, dialog["id"])
            await worker.services.customers.erase(session, customer.id)

    async def history(self, shopper: Shopper) -> list[tuple[str, str]]:
        """Role and words of all that stands in a shopper's history."""
        rows = await self.stage.sql(
            self.shop,
            "SELECT m.role, m.text FROM messages m JOIN dialogs d ON d.id = m.dialog_id"
            " WHERE d.customer_name = :name ORDER BY m.seq",
            name=shopper.person.name,
        )
        return [(row["role"], row["text"]) for row in rows]
