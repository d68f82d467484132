"""Viber behind the channel contract (Viber REST Bot API)."""

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
    MembershipChange,
    NotSent,
    Platform,
    Refused,
    Sent,
    WebhookRequest,
)
from shared.channels.messages import MediaContent, OutboundMessage
from shared.channels.settings import ChannelSettings
from shared.channels.signatures import header_of, hex_hmac_sha256, require_equal, secret_of
from shared.channels.viber import client, errors, media
from shared.channels.viber.parse import CONVERSATION_STARTED, parse_callback
from shared.channels.viber.render import ViberRenderer
from shared.kernel.errors import Forbidden
from shared.kernel.languages import DEFAULT_LANGUAGE
from shared.runtime.downloads import Download, Downloads
from shared.runtime.http import HttpTransport

__all__ = ["ViberChannel"]


class ViberChannel:
    """Stateless; see ``shared.channels.contract.Channel``."""

    platform: ClassVar[Platform] = Platform.VIBER
    credential_names: ClassVar[frozenset[str]] = frozenset({"auth_token"})
    optional_credentials: ClassVar[frozenset[str]] = frozenset()
    tells_fate_of_uncertain_sends: ClassVar[bool] = False
    tells_late_failures: ClassVar[bool] = True
    reply_window: ClassVar[float | None] = None

    def __init__(self, settings: ChannelSettings) -> None:
        self._settings = settings

    def authenticate(self, request: WebhookRequest, credentials: Credentials) -> None:
        """``X-Viber-Content-Signature``: the hex HMAC of the raw body under the bot's token, also of the check
        that set_webhook makes."""
        given = header_of(request, "x-viber-content-signature")
        require_equal(given, hex_hmac_sha256(secret_of(credentials, "auth_token"), request.body))

    def handshake(self, query: Mapping[str, str], credentials: Credentials) -> str:
        """Viber has no handshake: set_webhook makes a signed POST."""
        raise Forbidden("Viber verifies no webhook by GET")

    def parse(self, body: Mapping[str, Any], *, bot: BotIdentity) -> Sequence[InboundEvent]:
        """One callback is one event."""
        return (parse_callback(body),)

    def immediate_reply(
        self, events: Sequence[InboundEvent], welcome: OutboundMessage | None, *, bot: BotIdentity | None = None
    ) -> Mapping[str, Any] | None:
        """The welcome message that answers conversation_started: one message, without a receiver. Of a welcome
        that needs several calls the first is sent."""
        # "subscribed" is a start too, but its answer is not read.
        started = [event for event in events if event.event_id.startswith(f"{CONVERSATION_STARTED}:")]
        for event in started:
            if welcome is None or not isinstance(event, MembershipChange):
                continue
            language = event.sender.language or DEFAULT_LANGUAGE
            for call in self.render(welcome, ChannelAddress(chat_id=event.chat_id, language=language)):
                content = {key: value for key, value in call.payload.items() if key != "receiver"}
                return {**content, "sender": client.sender_of(bot or BotIdentity())}
        return None

    def render(self, message: OutboundMessage, address: ChannelAddress) -> Sequence[Call]:
        """See docs/channels.md for what becomes of what."""
        return ViberRenderer(self._settings, address).render(message)

    def private_link(self, bot: BotIdentity, parameter: str) -> str | None:
        """See ``Channel.private_link``: bots are in no groups here."""
        return None

    def addressed(self, call: Call, address: ChannelAddress) -> Call:
        """The same with the ``receiver``, where the method takes one."""
        return call.with_field("receiver", address.chat_id)

    def acknowledge(self, event: InboundMessage) -> Call | None:
        """None: a pressed button waits for nothing."""
        return None

    def typing(self, address: ChannelAddress, event: InboundMessage | None) -> Call | None:
        """None: bots have no typing indicator."""
        return None

    def late_error(self, code: str | None) -> NotSent | Refused:
        """See ``errors``: Viber's ``failed`` names no code."""
        return errors.late_error(code)

    async def send(
        self, call: Call, *, reference: str, credentials: Credentials, http: HttpTransport, bot: BotIdentity
    ) -> Sent:
        """See ``client.send``; Viber carries no reference of ours."""
        return await client.send(self._settings.viber_api_url, call, credentials, http, bot)

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
            self._settings.viber_api_url,
            hosts=self._settings.viber_media_hosts,
            content=content,
            downloads=downloads,
            limit=limit,
        )
