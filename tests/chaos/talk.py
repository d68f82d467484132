"""People who write to a bot of the fleet, and the proof that each of their words was answered once, in order."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from infra.local.simulator import Simulator
from infra.local.simulator.telegram.person import TelegramPerson
from shared.runtime.crypto import KeyRing
from shared.runtime.database import Database
from shared.runtime.settings import Settings
from tests.chaos.fleet import eventually
from tests.integration.shops import open_shop

__all__ = ["Talk", "open_talk"]

_DIALOGS = """
SELECT d.id, d.chat_id, d.state, d.received_seq, d.done_seq, d.outbox_seq, d.sent_seq, d.lease_token, d.send_token
  FROM dialogs d WHERE d.bot_id = %s
"""
_RESTLESS = """
SELECT (SELECT count(*) FROM dialogs WHERE received_seq <> done_seq OR (outbox_seq <> sent_seq AND NOT blocked))
     + (SELECT count(*) FROM delivery_events WHERE NOT applied)
"""


@dataclass
class Talk:
    """One bot's people. ``said`` keeps what each of them wrote, in order."""

    simulator: Simulator
    bot_id: UUID
    company_id: UUID
    superuser_url: str
    slug: str
    said: dict[str, list[str]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    def connect(self, port: int) -> None:
        """Make the bot known to the messenger, with its webhook at ``port`` of loopback."""
        self.simulator.telegram.add_bot(
            token=f"1:{self.slug}",
            webhook_url=f"http://127.0.0.1:{port}/api/webhook/telegram/{self.bot_id}",
            secret_token="s3cret",
            bot_id=str(self.bot_id),
        )

    def person(self, name: str) -> TelegramPerson:
        """The person of that name."""
        bot = next(bot for bot in self.simulator.telegram.bots if bot.bot_id == str(self.bot_id))
        return self.simulator.telegram.user(name, bot=bot)

    def say(self, name: str, words: str | None = None) -> None:
        """Write; the messenger delivers in the chat's order, and again until it gets a 2xx.

        ``words``: none of that person's before; by default a running number.
        """
        said = self.said.setdefault(name, [])
        words = words or f"words {len(said)}"
        said.append(words)
        task = asyncio.create_task(self._say(name, words))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _say(self, name: str, words: str) -> None:
        self.statuses[await self.person(name).send_text(words)] += 1

    async def all_acknowledged(self) -> None:
        """Wait until every webhook was answered 2xx."""
        await eventually(lambda: not self._sending and not self.simulator.delivery.pending, what="acknowledged")

    async def all_answered(self) -> None:
        """Wait until nothing is left to answer or to send."""
        await self.all_acknowledged()
        await eventually(lambda: self.restless() == 0, what="all answered and sent")

    def restless(self) -> int:
        """Dialogs and statuses with work left."""
        return int(self.rows(_RESTLESS)[0]["?column?"])

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows seen past row level security."""
        try:
            with psycopg.connect(self.superuser_url, autocommit=True, row_factory=dict_row) as connection:
                return connection.execute(query, values).fetchall()
        except psycopg.OperationalError:
            return [{"?column?": -1}] if query is _RESTLESS else []

    def verify(self) -> int:
        """Everything said was answered once and in order, and every answer arrived; how many sends were repeated.

        A message may arrive twice only where its outbox row says so.
        """
        dialogs = {row["chat_id"]: row for row in self.rows(_DIALOGS, self.bot_id)}
        repeated = 0
        for name, said in self.said.items():
            person = self.person(name)
            dialog = dialogs[person.id]
            inbox = self.rows("SELECT id, event_id, status FROM inbox WHERE dialog_id = %s", dialog["id"])
            assert {row["status"] for row in inbox} == {"done"}, inbox
            assert dialog["state"].get("seen", []) == said, f"{name}: answered {dialog['state']}, said {said}"
            assert dialog["received_seq"] == dialog["done_seq"] == len(said), dialog
            assert dialog["outbox_seq"] == dialog["sent_seq"], dialog
            assert dialog["lease_token"] is None, dialog
            repeated += self._verify_sends(dialog["id"], person)
        return repeated

    def _verify_sends(self, dialog_id: int, person: TelegramPerson) -> int:
        outbox = self.rows("SELECT * FROM outbox WHERE dialog_id = %s ORDER BY seq", dialog_id)
        assert {row["status"] for row in outbox} == {"sent"}, outbox
        assert [row["seq"] for row in outbox] == list(range(1, len(outbox) + 1))
        arrived = [message.text for message in person.received]
        wanted = [row["call"]["payload"]["text"] for row in outbox]
        assert list(dict.fromkeys(arrived)) == wanted, f"arrived {arrived}, wanted {wanted}"
        copies = Counter(arrived)
        twice = {row["call"]["payload"]["text"] for row in outbox if copies[row["call"]["payload"]["text"]] > 1}
        flagged = {row["call"]["payload"]["text"] for row in outbox if row["repeated"]}
        assert twice <= flagged, f"sent twice without a flag: {twice - flagged}"
        return len(flagged)


async def open_talk(
    simulator: Simulator, settings_env: dict[str, str], superuser_url: str, slug: str = "uyut"
) -> Talk:
    """A company with a bot, and its people."""
    settings = Settings.model_validate({name.lower(): value for name, value in settings_env.items()})
    database = Database(settings)
    try:
        keyring = KeyRing.from_setting(settings.credential_keys.get_secret_value())
        shop = await open_shop(database, keyring, slug)
    finally:
        await database.aclose()
    return Talk(simulator, shop.bot_id, shop.company_id, superuser_url, slug)
