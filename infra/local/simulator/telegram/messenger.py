"""Telegram in one object: its bots, its people, its API."""

from __future__ import annotations

import json
import secrets

from infra.local.simulator.delivery import NO_ANSWER, Webhook
from infra.local.simulator.environment import Environment
from infra.local.simulator.identities import telegram_id
from infra.local.simulator.participant import first_status
from infra.local.simulator.telegram.api import TelegramApi
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.group import TelegramGroup
from infra.local.simulator.telegram.person import TelegramPerson
from infra.local.simulator.wire import Json
from infra.local.simulator.world import Person, Platform

__all__ = ["TelegramMessenger"]


class TelegramMessenger:
    """``add_bot`` first; people talk to the newest bot unless told otherwise."""

    platform = Platform.TELEGRAM

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.api = TelegramApi(environment)

    @property
    def bots(self) -> list[TelegramBot]:
        """Bots known to the server, oldest first."""
        return list(self.api.bots.values())

    def add_bot(
        self,
        *,
        token: str = "",
        webhook_url: str = "",
        secret_token: str = "",
        bot_id: str = "",
        name: str = "Бот",
        username: str = "zeta_demo_bot",
    ) -> TelegramBot:
        """Create a bot; a token is made up where none is given."""
        token = token or f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_urlsafe(26)}"
        bot = TelegramBot(
            Platform.TELEGRAM,
            bot_id or token.split(":", 1)[0],
            name,
            webhook_url,
            token,
            secret_token,
            username,
        )
        self.api.bots[token] = bot
        self._environment.world.add_bot(bot)
        return bot

    def user(
        self,
        name: str,
        *,
        bot: TelegramBot | None = None,
        user_id: int | None = None,
        language: str = "ru",
        username: str = "",
        started: bool = False,
    ) -> TelegramPerson:
        """The person of that name (or id) in a private chat with a bot.

        ``started`` lets the bot write although the person has said nothing yet.
        """
        bot = bot or self._newest()
        person = self._person(name, user_id, language, username)
        chat = self._environment.world.open_chat(bot, person)
        if started and chat.membership == "new":
            chat.membership = type(chat.membership).ACTIVE
        return TelegramPerson(self._environment, chat, person, bot, self.api.updates)

    def group_member(
        self, name: str, *, group: str = "Семья", bot: TelegramBot | None = None, user_id: int | None = None
    ) -> TelegramPerson:
        """The person of that name in a group the bot is a member of."""
        return self.group(group, bot=bot).member(name, user_id=user_id)

    def group(self, title: str = "Семья", *, bot: TelegramBot | None = None) -> TelegramGroup:
        """The group of that title, made on first use, with the bot as a member."""
        return TelegramGroup(self._environment, bot or self._newest(), title, self.api.updates)

    async def inject(
        self,
        update: Json | bytes,
        *,
        bot: TelegramBot | None = None,
        secret: str | None = None,
        queue: str = "injected",
        kind: str = "injected",
        wait: bool = True,
    ) -> int:
        """Send any update, also a broken one (bytes go as they are); ``secret`` forges the header."""
        bot = bot or self._newest()
        if not bot.webhook_url:
            return NO_ANSWER
        raw = update if isinstance(update, bytes) else json.dumps(update, ensure_ascii=False).encode()
        webhook: Webhook = self.api.updates.push_raw(bot, raw, kind=kind, queue=queue, secret=secret)
        return await first_status(webhook) if wait else NO_ANSWER

    def _newest(self) -> TelegramBot:
        if not self.api.bots:
            raise LookupError("no Telegram bot yet: add_bot first")
        return self.bots[-1]

    def _person(self, name: str, user_id: int | None, language: str, username: str) -> Person:
        number = user_id or telegram_id(name)
        phone = f"7701{number % 10_000_000:07d}"
        person = Person(Platform.TELEGRAM, str(number), name, language, phone, {"username": username})
        return self._environment.world.add_person(person)
