"""Viber in one object: its bot accounts, its people, its API."""

from __future__ import annotations

import hashlib
import json

from infra.local.simulator.delivery import NO_ANSWER
from infra.local.simulator.environment import Environment
from infra.local.simulator.identities import viber_id
from infra.local.simulator.participant import first_status
from infra.local.simulator.viber.accounts import ViberAccount
from infra.local.simulator.viber.api import ViberApi
from infra.local.simulator.viber.person import ViberPerson
from infra.local.simulator.wire import Json
from infra.local.simulator.world import Membership, Person, Platform

__all__ = ["ViberMessenger"]


class ViberMessenger:
    """``add_account`` first; people talk to the newest account unless told otherwise."""

    platform = Platform.VIBER

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.api = ViberApi(environment)

    @property
    def bots(self) -> list[ViberAccount]:
        """Accounts known to the server, oldest first."""
        return list(self.api.accounts.values())

    def add_account(
        self,
        *,
        auth_token: str = "viber-token",  # noqa: S107 - a made-up value of the simulator
        webhook_url: str = "",
        bot_id: str = "",
        name: str = "Магазин",
    ) -> ViberAccount:
        """Create a bot account."""
        identity = bot_id or hashlib.sha256(auth_token.encode()).hexdigest()[:12]
        account = ViberAccount(Platform.VIBER, identity, name, webhook_url, auth_token)
        self.api.accounts[auth_token] = account
        self._environment.world.add_bot(account)
        return account

    def user(
        self,
        name: str,
        *,
        bot: ViberAccount | None = None,
        user_id: str | None = None,
        language: str = "ru",
        subscribed: bool = False,
    ) -> ViberPerson:
        """The person of that name (or id) with an account; ``subscribed`` lets the bot write first."""
        account = bot or self._newest()
        digest = hashlib.sha256(name.encode()).digest()
        identity = user_id or viber_id(name)
        phone = f"7707{int.from_bytes(digest[:4]) % 10_000_000:07d}"
        person = self._environment.world.add_person(Person(Platform.VIBER, identity, name, language, phone))
        chat = self._environment.world.open_chat(account, person)
        if subscribed and chat.membership is Membership.NEW:
            chat.membership = Membership.ACTIVE
        return ViberPerson(self._environment, chat, person, account, self.api)

    async def inject(
        self,
        body: Json | bytes,
        *,
        bot: ViberAccount | None = None,
        signature: str | None = None,
        queue: str = "injected",
        wait: bool = True,
    ) -> int:
        """Send any callback, also a broken one (bytes go as they are); ``signature`` forges the header."""
        account = bot or self._newest()
        if not account.webhook_url:
            return NO_ANSWER
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        webhook = self.api.webhooks.push_raw(account, raw, queue=queue, label="injected", signature=signature)
        return await first_status(webhook) if wait else NO_ANSWER

    def _newest(self) -> ViberAccount:
        if not self.api.accounts:
            raise LookupError("no Viber account yet: add_account first")
        return self.bots[-1]
