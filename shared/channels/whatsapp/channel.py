"""WhatsApp behind the channel contract (WhatsApp Cloud API)."""

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
from shared.channels.messages import MediaContent, OutboundMessage
from shared.channels.settings import ChannelSettings
from shared.channels.signatures import header_of, hex_hmac_sha256, require_equal, secret_of
from shared.channels.whatsapp import client, errors, identity, media
from shared.channels.whatsapp.parse import parse_body
from shared.channels.whatsapp.render import WhatsAppRenderer
from shared.kernel.errors import Forbidden
from shared.runtime.downloads import Download, Downloads
from shared.runtime.http import HttpTransport

__all__ = ["WhatsAppChannel"]


class WhatsAppChannel:
    """Stateless; see ``shared.channels.contract.Channel``."""

    platform: ClassVar[Platform] = Platform.WHATSAPP
    credential_names: ClassVar[frozenset[str]] = frozenset(
        {"access_token", "phone_number_id", "app_secret", "verify_token"}
    )
    optional_credentials: ClassVar[frozenset[str]] = frozenset({"waba_id"})
    tells_fate_of_uncertain_sends: ClassVar[bool] = True
    tells_late_failures: ClassVar[bool] = True
    reply_window: ClassVar[float | None] = 24 * 3600.0

    def __init__(self, settings: ChannelSettings) -> None:
        self._settings = settings
        self._api_url = f"{settings.whatsapp_api_url}/{settings.whatsapp_api_version}"

    def authenticate(self, request: WebhookRequest, credentials: Credentials) -> None:
        """``X-Hub-Signature-256``: ``sha256=`` and the hex HMAC of the raw body under the app secret."""
        given = header_of(request, "x-hub-signature-256")
        require_equal(given, f"sha256={hex_hmac_sha256(secret_of(credentials, 'app_secret'), request.body)}")

    def handshake(self, query: Mapping[str, str], credentials: Credentials) -> str:
        """Give the challenge back where mode and verify token are right."""
        if query.get("hub.mode") != "subscribe":
            raise Forbidden("not a subscription")
        require_equal(query.get("hub.verify_token", ""), secret_of(credentials, "verify_token"))
        return query.get("hub.challenge", "")

    def parse(self, body: Mapping[str, Any], *, bot: BotIdentity) -> Sequence[InboundEvent]:
        """Any number of messages and statuses."""
        return parse_body(body, bot)

    def immediate_reply(
        self, events: Sequence[InboundEvent], welcome: OutboundMessage | None, *, bot: BotIdentity | None = None
    ) -> Mapping[str, Any] | None:
        """None: WhatsApp reads no answer."""
        return None

    def render(self, message: OutboundMessage, address: ChannelAddress) -> Sequence[Call]:
        """See docs/channels.md for what becomes of what. Only a template passes outside the reply window."""
        return WhatsAppRenderer(self._settings, address).render(message)

    def private_link(self, bot: BotIdentity, parameter: str) -> str | None:
        """See ``Channel.private_link``: groups are not read here."""
        return None

    def addressed(self, call: Call, address: ChannelAddress) -> Call:
        """See ``identity.addressed``."""
        return identity.addressed(call, address)

    def acknowledge(self, event: InboundMessage) -> Call | None:
        """None: a pressed button waits for nothing."""
        return None

    def typing(self, address: ChannelAddress, event: InboundMessage | None) -> Call | None:
        """Mark the message read and show typing, which lasts until the reply or about 25 s."""
        if event is None:
            return None
        # An edit's own id is the event's; the message id is the edited one's, which was marked before.
        payload = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": event.event_id,
            "typing_indicator": {"type": "text"},
        }
        return Call(method="messages", payload=payload)

    def late_error(self, code: str | None) -> NotSent | Refused:
        """See ``errors``: WhatsApp uses the same codes in its answers and its statuses."""
        return errors.late_error(code)

    async def send(
        self, call: Call, *, reference: str, credentials: Credentials, http: HttpTransport, bot: BotIdentity
    ) -> Sent:
        """See ``client.send``."""
        return await client.send(self._api_url, call, reference=reference, credentials=credentials, http=http)

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
            self._api_url,
            hosts=self._settings.whatsapp_media_hosts,
            content=content,
            credentials=credentials,
            http=http,
            downloads=downloads,
            limit=limit,
        )
