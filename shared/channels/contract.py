"""What a channel is: how a platform's webhook becomes events, and how a reply becomes calls.

A channel is four small parts (``wire``, ``parse``, ``render``, ``client``) joined in one object that
satisfies ``Channel``. Channels know no capability and never each other; dialogs know only this module, which has
all names of ``events`` and ``calls``, and ``messages``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from pydantic import SecretStr

from shared.channels.calls import Call, ChannelAddress, NotSent, Refusal, Refused, SendError, Sent, Uncertain
from shared.channels.events import (
    AddressChange,
    AddressNews,
    DeliveryState,
    DeliveryUpdate,
    Ignored,
    InboundEvent,
    InboundMessage,
    Membership,
    MembershipChange,
    Person,
)
from shared.channels.messages import MediaContent, OutboundMessage
from shared.kernel.errors import ZetaError
from shared.runtime.downloads import Download, Downloads
from shared.runtime.http import HttpTransport

__all__ = [
    "AddressChange",
    "AddressNews",
    "BotIdentity",
    "Call",
    "Channel",
    "ChannelAddress",
    "Credentials",
    "DeliveryState",
    "DeliveryUpdate",
    "Ignored",
    "InboundEvent",
    "InboundMessage",
    "MediaNotFetched",
    "MediaTrouble",
    "Membership",
    "MembershipChange",
    "NotSent",
    "Person",
    "Platform",
    "Refusal",
    "Refused",
    "SendError",
    "Sent",
    "Uncertain",
    "WebhookRequest",
]


class Platform(StrEnum):
    """The messengers; the value is the path part of the webhook address."""

    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    VIBER = "viber"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A webhook call as it came: header names in lower case, the body as raw bytes."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)


class MediaTrouble(StrEnum):
    """Why a file that a person sent could not be had."""

    TOO_LARGE = "too_large"
    GONE = "gone"
    """The platform has it no more (links expire), or will not give it."""
    MISCONFIGURED = "misconfigured"
    """Credentials or account: a person must act."""
    FORBIDDEN_ADDRESS = "forbidden_address"
    """The message names a host that is not the platform's."""
    NO_ANSWER = "no_answer"
    """No connection, too slow, or trouble at the platform: a later try may do better."""


class MediaNotFetched(ZetaError):
    """Raised by ``Channel.fetch_media``; ``trouble`` says why."""

    code: ClassVar[str] = "media_not_fetched"

    def __init__(self, trouble: MediaTrouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


Credentials = Mapping[str, SecretStr]
"""A bot's credentials by the names of ``Channel.credential_names``."""


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """What of a bot a channel may know: its name to be addressed by in groups, and non-secret settings."""

    name: str = ""
    username: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


class Channel(Protocol):
    """One messenger. Stateless: one instance serves every bot of its platform."""

    platform: ClassVar[Platform]
    credential_names: ClassVar[frozenset[str]]
    """The credentials that a bot of this platform needs; extra optional ones are ``optional_credentials``."""
    optional_credentials: ClassVar[frozenset[str]]
    tells_fate_of_uncertain_sends: ClassVar[bool]
    """True where delivery statuses carry our reference back, so an uncertain send can be resolved by waiting."""
    tells_late_failures: ClassVar[bool]
    """True where a call that was taken may be reported as failed later: its forms are needed until then."""
    reply_window: ClassVar[float | None]
    """Seconds after the person's last message in which free-form messages may be sent; ``None``: no limit."""

    def authenticate(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Verify the platform's proof over the raw bytes, in constant time.

        Raises:
            Unauthenticated: the proof is missing.
            Forbidden: the proof is wrong.
        """

    def handshake(self, query: Mapping[str, str], credentials: Credentials) -> str:
        """Answer a GET verification handshake with the body to return.

        Raises:
            Forbidden: not our token, or the platform has no handshake.
        """

    def parse(self, body: Mapping[str, Any], *, bot: BotIdentity) -> Sequence[InboundEvent]:
        """Turn one webhook body into events, in the platform's order. Never raises: what is not understood
        becomes ``UnsupportedContent`` (a person said it) or ``Ignored``."""

    def immediate_reply(
        self, events: Sequence[InboundEvent], welcome: OutboundMessage | None, *, bot: BotIdentity | None = None
    ) -> Mapping[str, Any] | None:
        """The JSON to answer the webhook itself with, where the platform asks for one (Viber's
        conversation_started), else ``None``. ``bot`` is the sender that the person sees."""

    def render(self, message: OutboundMessage, address: ChannelAddress) -> Sequence[Call]:
        """Turn a message into the calls that show it best here (see the degradation table in docs/channels.md)."""

    def private_link(self, bot: BotIdentity, parameter: str) -> str | None:
        """The address that opens a person's private chat with the bot and hands it ``parameter`` there; ``None``
        where the platform brings no groups to come from, or the bot's public name is not known."""

    def addressed(self, call: Call, address: ChannelAddress) -> Call:
        """``call`` and its fallbacks to ``address``, whatever name it was rendered for: names change while calls
        wait."""

    def acknowledge(self, event: InboundMessage) -> Call | None:
        """The best-effort call that stops a pressed button's spinner, where the platform has one."""

    def typing(self, address: ChannelAddress, event: InboundMessage | None) -> Call | None:
        """The best-effort call that shows "typing…", where the platform has one."""

    def late_error(self, code: str | None) -> NotSent | Refused:
        """What a status ``failed`` with this code means, by the same table as an answer (``None``: no code)."""

    async def send(
        self, call: Call, *, reference: str, credentials: Credentials, http: HttpTransport, bot: BotIdentity
    ) -> Sent:
        """Make one call, once (retries live in the outbox). ``reference`` is our id of the outbox row.

        Raises:
            NotSent, Refused, Uncertain: see each.
        """

    async def fetch_media(
        self,
        content: MediaContent,
        *,
        credentials: Credentials,
        http: HttpTransport,
        downloads: Downloads,
        limit: int,
    ) -> Download:
        """Get a file that a person sent, of at most ``limit`` bytes (or what the platform allows, if less).

        Raises:
            MediaNotFetched: with the reason.
        """
