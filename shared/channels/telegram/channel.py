"""Telegram behind the channel contract (Telegram Bot API, webhook mode)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from shared.channels.contract import (
    BotIdentity,
    Call,
    ChannelAddress,
    Credentials,
    InboundEvent,
    InboundMessage,
    NotSent,
    Platform,
    Refused,
    Sent,
    WebhookRequest,
)
from shared.channels.messages import ChoiceContent, MediaContent, OutboundMessage
from shared.channels.settings import ChannelSettings
from shared.channels.signatures import header_of, require_equal, secret_of
from shared.channels.telegram import client, errors, media
from shared.channels.telegram.destination import destination, quoting
from shared.channels.telegram.parse import parse_update
from shared.channels.telegram.render import TelegramRenderer
from shared.kernel.errors import Forbidden
from shared.runtime.downloads import Download, Downloads
from shared.runtime.http import HttpTransport

__all__ = ["TelegramChannel"]


class TelegramChannel:
    """Stateless; see ``shared.channels.contract.Channel``."""

    platform: ClassVar[Platform] = Platform.TELEGRAM
    credential_names: ClassVar[frozenset[str]] = frozenset({"token", "secret_token"})
    optional_credentials: ClassVar[frozenset[str]] = frozenset()
    tells_fate_of_uncertain_sends: ClassVar[bool] = False
    tells_late_failures: ClassVar[bool] = False
    reply_window: ClassVar[float | None] = None

    def __init__(self, settings: ChannelSettings) -> None:
        self._settings = settings

    def authenticate(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Compare the secret that setWebhook was given; Telegram signs nothing."""
        given = header_of(request, "x-telegram-bot-api-secret-token")
        require_equal(given, secret_of(credentials, "secret_token"))

    def handshake(self, query: Mapping[str, str], credentials: Credentials) -> str:
        """Telegram has no handshake."""
        raise Forbidden("Telegram verifies no webhook by GET")

    def parse(self, body: Mapping[str, Any], *, bot: BotIdentity) -> Sequence[InboundEvent]:
        """One update is one event."""
        return (parse_update(body, bot),)

    def immediate_reply(
        self,
        events: Sequence[InboundEvent],
        welcome: OutboundMessage | None,
        *,
        bot: BotIdentity | None = None,
    ) -> Mapping[str, Any] | None:
        """None: Telegram would take a call here, but never tell its result."""
        return None

    def render(self, message: OutboundMessage, address: ChannelAddress) -> Sequence[Call]:
        """See docs/channels.md for what becomes of what."""
        calls = TelegramRenderer(self._settings, address).render(message)
        if not calls or address.quotes is None:
            return calls
        return [quoting(calls[0], address.quotes), *calls[1:]]

    def private_link(self, bot: BotIdentity, parameter: str) -> str | None:
        """See ``Channel.private_link`` (Telegram Bot API, "Deep linking")."""
        username = (bot.username or "").removeprefix("@")
        return f"https://t.me/{username}?start={parameter}" if username else None

    def addressed(self, call: Call, address: ChannelAddress) -> Call:
        """The same with the ``chat_id``, where the method takes one."""
        return call.with_field("chat_id", address.chat_id)

    def acknowledge(self, event: InboundMessage) -> Call | None:
        """answerCallbackQuery, for a pressed inline button."""
        if not isinstance(event.content, ChoiceContent) or event.content.callback_id is None:
            return None
        return Call(method="answerCallbackQuery", payload={"callback_query_id": event.content.callback_id})

    def typing(self, address: ChannelAddress, event: InboundMessage | None) -> Call | None:
        """sendChatAction: shown for at most 5 s or until the next message."""
        return Call(method="sendChatAction", payload={**destination(address), "action": "typing"})

    def late_error(self, code: str | None) -> NotSent | Refused:
        """See ``errors``: Telegram has no delivery statuses."""
        return errors.late_error(code)

    async def send(
        self,
        call: Call,
        *,
        reference: str,
        credentials: Credentials,
        http: HttpTransport,
        bot: BotIdentity,
    ) -> Sent:
        """See ``client.send``."""
        return await client.send(self._settings.telegram_api_url, call, credentials, http)

    async def fetch_media(
        self,
        content: MediaContent,
        *,
        credentials: Credentials,
        http: HttpTransport,
        downloads: Downloads,
        limit: int,
    ) -> Download:
        """See ``media.fetch``."""
        return await media.fetch(
            self._settings.telegram_api_url,
            content=content,
            credentials=credentials,
            http=http,
            downloads=downloads,
            limit=limit,
        )
