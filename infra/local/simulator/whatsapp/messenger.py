"""WhatsApp in one object: its business numbers, its people, its API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from infra.local.simulator.delivery import NO_ANSWER
from infra.local.simulator.environment import Environment
from infra.local.simulator.identities import whatsapp_phone, whatsapp_user_id
from infra.local.simulator.participant import first_status
from infra.local.simulator.whatsapp.api import WhatsAppApi
from infra.local.simulator.whatsapp.identity import KnownBy, find_by_identity, first_number
from infra.local.simulator.whatsapp.numbers import Template, WhatsAppNumber
from infra.local.simulator.whatsapp.person import WhatsAppPerson
from infra.local.simulator.whatsapp.webhooks import to_bytes
from infra.local.simulator.wire import Json
from infra.local.simulator.world import Person, Platform

__all__ = ["WhatsAppMessenger"]


class WhatsAppMessenger:
    """``add_number`` first; people talk to the newest number unless told otherwise."""

    platform = Platform.WHATSAPP

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.api = WhatsAppApi(environment)

    @property
    def bots(self) -> list[WhatsAppNumber]:
        """Numbers known to the server, oldest first."""
        return list(self.api.numbers.values())

    def add_number(
        self,
        *,
        phone_number_id: str = "106540352242922",
        access_token: str = "EAAsimulated",  # noqa: S107 - a made-up value of the simulator
        app_secret: str = "app-secret",  # noqa: S107 - a made-up value of the simulator
        verify_token: str = "verify-me",  # noqa: S107 - a made-up value of the simulator
        waba_id: str = "102290129340398",
        webhook_url: str = "",
        bot_id: str = "",
        name: str = "Магазин",
        display_phone_number: str = "77050000000",
        templates: Sequence[Template] | None = None,
    ) -> WhatsAppNumber:
        """Create a business number; without ``templates`` any template name is accepted."""
        number = WhatsAppNumber(
            Platform.WHATSAPP,
            bot_id or phone_number_id,
            name,
            webhook_url,
            phone_number_id,
            access_token,
            app_secret,
            verify_token,
            waba_id,
            display_phone_number,
            None if templates is None else {template.name: template for template in templates},
        )
        self.api.numbers[phone_number_id] = number
        self._environment.world.add_bot(number)
        return number

    def user(
        self,
        name: str,
        *,
        bot: WhatsAppNumber | None = None,
        phone: str | None = None,
        user_id: str = "",
        hide_phone: bool = False,
        known_by: KnownBy | str | None = None,
        username: str | None = None,
        language: str = "ru",
    ) -> WhatsAppPerson:
        """The person of that phone, user id or name in a chat with a number.

        ``known_by`` says what the webhooks tell of them from now on (``number``, ``both``, ``user_id``);
        left out, new people are known as the number's ``known_by`` says and others as before.
        ``hide_phone`` is ``known_by="user_id"``.
        """
        number = bot or self._newest()
        known_by = KnownBy.USER_ID if hide_phone else known_by
        person = self._find(name, phone, user_id) or self._add(number, name, phone, user_id, known_by, language)
        if known_by is not None:
            person.details["known_by"] = str(KnownBy(known_by))
        if username is not None:
            person.details["username"] = username
        if user_id and person.details["user_id"] != user_id:
            person.details["user_id"] = user_id
            find_by_identity(self._environment.world, person)
        chat = self._environment.world.open_chat(number, person)
        return WhatsAppPerson(
            self._environment,
            chat,
            person,
            number=number,
            webhooks=self.api.webhooks,
            sending=self.api.sending,
        )

    def _find(self, name: str, phone: str | None, user_id: str) -> Person | None:
        """Whoever has that number or user id now; by name, whoever began with the number of that name."""
        world = self._environment.world
        if phone:
            return world.person(self.platform, phone)
        known = world.person(self.platform, user_id) if user_id else None
        return known or world.person(self.platform, first_number(whatsapp_phone(name)))

    def _add(
        self,
        number: WhatsAppNumber,
        name: str,
        phone: str | None,
        user_id: str,
        known_by: KnownBy | str | None,
        language: str,
    ) -> Person:
        phone = phone or whatsapp_phone(name)
        told = KnownBy(known_by or number.known_by)
        user_id = user_id or whatsapp_user_id(name, phone)
        named = phone == whatsapp_phone(name)
        details: Json = {"known_by": str(told), "user_id": user_id, "first_number": phone if named else ""}
        identity = phone if told.tells_number else user_id
        person = Person(Platform.WHATSAPP, identity, name, language, phone, details)
        self._environment.world.add_person(person)
        find_by_identity(self._environment.world, person)
        return person

    async def inject(
        self,
        body: Json | bytes,
        *,
        bot: WhatsAppNumber | None = None,
        signature: str | None = None,
        queue: str = "injected",
        wait: bool = True,
    ) -> int:
        """Send any webhook, also a broken one (bytes go as they are); ``signature`` forges the header."""
        number = bot or self._newest()
        if not number.webhook_url:
            return NO_ANSWER
        raw = body if isinstance(body, bytes) else to_bytes(body)
        webhook = self.api.webhooks.push_raw(number, raw, queue=queue, label="injected", signature=signature)
        return await first_status(webhook) if wait else NO_ANSWER

    @asynccontextmanager
    async def batch(self, *, bot: WhatsAppNumber | None = None) -> AsyncIterator[None]:
        """Collect what happens in the block and send it as one webhook with many changes."""
        number = bot or self._newest()
        self.api.webhooks.begin_batch(number)
        try:
            yield
        finally:
            await first_status(self.api.webhooks.send_batch(number))

    async def verify_webhook(
        self, *, bot: WhatsAppNumber | None = None, verify_token: str | None = None
    ) -> tuple[int, bool]:
        """Make the GET handshake: the status, and whether the challenge came back."""
        return await self.api.webhooks.handshake(bot or self._newest(), verify_token=verify_token)

    def _newest(self) -> WhatsAppNumber:
        if not self.api.numbers:
            raise LookupError("no WhatsApp number yet: add_number first")
        return self.bots[-1]
