"""What a channel is: how a platform's webhook becomes events, and how a reply becomes calls.

A channel is four small parts (``wire``, ``parse``, ``render``, ``client``) joined in one object that
satisfies ``Channel``. Channels know no capability and never each other; dialogs know only this module
and ``messages``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shared.channels.messages import InboundContent, MediaContent, OutboundMessage
from shared.kernel.errors import ZetaError
from shared.kernel.languages import Language
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


# ---- in ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A webhook call as it came: header names in lower case, the body as raw bytes."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(_Frozen):
    """The sender as the platform describes them. ``phone`` is set only where the platform proves it (E.164)."""

    id: str
    name: str = ""
    username: str | None = None
    language: Language | None = None
    phone: str | None = None
    anonymous: bool = False
    """Nobody in particular: an anonymous administrator, a post in the name of a chat, another bot. They may search
    and ask; nothing is kept of them, and ``id`` tells them apart for limits alone."""


class _Event(_Frozen):
    event_id: str = Field(min_length=1, max_length=255)
    """Unique per bot: the key that tells a repeated delivery."""
    occurred_at: datetime
    order_key: int
    """The platform's own order inside one dialog (Telegram ``update_id``; else the time in milliseconds, where the
    platform tells whole seconds with the place in the webhook's body in their stead)."""


class _ChatEvent(_Event):
    chat_id: str
    """The chat's name: the one that stays, where the platform tells several."""
    number: str | None = None
    """The telephone number (digits) that the platform tells with it, if any; it may be the ``chat_id``.

    Numbers pass to other people: the same chat can come back without it, and the number with somebody else.
    """


class InboundMessage(_ChatEvent):
    """A person said, sent, pressed or edited something in the chat ``chat_id``."""

    kind: Literal["message"] = "message"
    sender: Person
    content: InboundContent
    message_id: str
    """The platform's id of the message (Telegram's is unique inside a chat only)."""
    edited: bool = False
    """``content`` replaces that of the earlier message ``message_id``."""
    album_id: str | None = None
    """Parts of one album share it."""
    reply_to: str | None = None
    group: bool = False
    """Said in a group: everybody in it reads the answer."""
    chat_title: str = ""
    """The group's name."""
    thread_id: str | None = None
    """The topic of the chat in which it was said, where the chat has topics and the answer can go there."""
    product_sku: str | None = None
    """The article number of the product that it is about, where the platform tells (asked from a catalogue)."""


class Membership(StrEnum):
    """What a person did to the conversation itself."""

    STARTED = "started"
    """Opened the chat (Viber conversation_started / subscribed; may be before any message)."""
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


class MembershipChange(_ChatEvent):
    """The person opened, blocked or unblocked the conversation."""

    kind: Literal["membership"] = "membership"
    sender: Person
    change: Membership
    payload: str = ""
    """A deep link's parameter."""


class AddressNews(StrEnum):
    """What is told of a chat's names."""

    MOVED = "moved"
    """The chat goes on under another name."""
    UNSURE = "unsure"
    """Nobody knows whether it is still the same person: nothing is told there until they write."""
    JOINED = "joined"
    """Two dialogs proved to be one chat; ours, no platform's."""
    LOST = "lost"
    """Its number is another person's now; ours, no platform's."""


class AddressChange(_ChatEvent):
    """A chat's names changed: a group became a supergroup, a person has another number or user id. Nobody spoke."""

    kind: Literal["address"] = "address"
    change: AddressNews
    also: tuple[str, ...] = ()
    """Further names of the same chat, which it keeps."""
    formerly: tuple[str, ...] = ()
    """Names that it had until now; numbers among them are nobody's until somebody comes with them."""
    phone: str | None = None
    """The proven number that goes with it now (E.164)."""
    source: int | None = None
    """Of ``JOINED``: the dialog that ended in this one."""


class DeliveryState(StrEnum):
    """Rank order: sent < delivered < read; failed ends sent only."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class DeliveryUpdate(_Event):
    """The platform tells what became of a message of ours."""

    kind: Literal["delivery"] = "delivery"
    platform_message_id: str
    state: DeliveryState
    reference: str | None = None
    """Our own outbox reference where the platform carries it back (WhatsApp ``biz_opaque_callback_data``)."""
    chat_id: str | None = None
    error_code: str | None = None
    """Why it failed, as the platform says it: ``Channel.late_error`` knows what follows."""


class Ignored(_Event):
    """Authentic and well formed, but nothing for a dialog: recorded, never answered (a group that does not
    address the bot, an echo, an unknown kind of update). ``reason`` is a short machine word."""

    kind: Literal["ignored"] = "ignored"
    reason: str
    keep_raw: bool = True
    """Whether the body is kept for a while, for an engineer to read; not the talk of a group among its members."""


InboundEvent = Annotated[
    InboundMessage | MembershipChange | AddressChange | DeliveryUpdate | Ignored, Field(discriminator="kind")
]


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


# ---- out --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChannelAddress:
    """Where a message goes: the chat, and facts of it that rendering needs."""

    chat_id: str
    language: Language
    phone: str | None = None
    """The person's proven number (E.164), where known: WhatsApp's second way to somebody known by a user id."""
    thread_id: str | None = None
    """The topic of the chat to write into; ``None``: the chat itself."""


class Call(_Frozen):
    """One call to the platform's API: the unit of the outbox (sent or not sent as a whole).

    ``method`` is the platform's method (``sendMessage``; WhatsApp ``messages``; Viber ``send_message``),
    ``payload`` its JSON without credentials. ``template`` marks a call that is allowed outside a reply window.
    """

    method: str
    payload: dict[str, Any]
    template: bool = False
    fallback: Call | None = None
    """What to send instead once the platform says that it cannot take this call as it is (Telegram could not
    fetch the picture or parse the text; WhatsApp wants a template): tried once, whether it says so in its answer
    (then in place) or in a later status (then at the end of the send lane)."""

    def instead(self, refused: Refused) -> Call | None:
        """The form to send after this refusal: outside the reply window a template, else the next form, if any."""
        if refused.refusal is Refusal.WINDOW_CLOSED:
            return self.template_form
        return self.fallback if refused.other_form else None

    @property
    def template_form(self) -> Call | None:
        """The first of the forms after this one that is allowed outside a reply window."""
        form = self.fallback
        while form is not None and not form.template:
            form = form.fallback
        return form

    def with_last_form(self, form: Call) -> Call:
        """The same call with one more form, after all that it has."""
        last = form if self.fallback is None else self.fallback.with_last_form(form)
        return self.model_copy(update={"fallback": last})

    def with_field(self, name: str, value: str) -> Call:
        """The same with another value of that field, in its fallbacks too, wherever the payload has it."""
        payload = {**self.payload, name: value} if name in self.payload else self.payload
        fallback = self.fallback.with_field(name, value) if self.fallback is not None else None
        return self.model_copy(update={"payload": payload, "fallback": fallback})


class Refusal(StrEnum):
    """Why a call will not succeed, by what follows from it."""

    REJECTED = "rejected"
    """This call is wrong; the next one may pass."""
    UNREACHABLE = "unreachable"
    """The chat does not take messages (blocked, gone) until the person writes again."""
    WINDOW_CLOSED = "window_closed"
    """Only a template may be sent now."""
    MISCONFIGURED = "misconfigured"
    """Credentials or account: nothing of this bot can be sent until a person acts."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it; ``platform_message_ids`` may be empty where it gives none."""

    platform_message_ids: tuple[str, ...] = ()
    new_chat_id: str | None = None
    """The chat moved (Telegram group migration)."""
    form: Call | None = None
    """What was taken, where it is not the call that was asked for but one of its fallbacks."""


class SendError(ZetaError):
    """Base of what ``Channel.send`` raises."""

    code: ClassVar[str] = "send_failed"


class NotSent(SendError):
    """Surely not delivered; the same call may pass after ``after`` seconds.

    ``scope`` says what has to wait: the ``chat`` or the whole ``bot``. ``attempt_curve`` asks the caller for
    a growing delay of its own (base ** attempt seconds) where the platform names none.
    """

    code = "not_sent"

    def __init__(
        self,
        message: str,
        *,
        after: float | None = None,
        scope: Literal["chat", "bot"] = "chat",
        attempt_curve: float | None = None,
    ) -> None:
        super().__init__(message)
        self.after = after
        self.scope = scope
        self.attempt_curve = attempt_curve


class Refused(SendError):
    """Surely not delivered, and the same call never will be; ``refusal`` says what follows.

    ``other_form``: another form of the same message may pass, the call's fallback.
    """

    code = "refused"

    def __init__(
        self, refusal: Refusal, reason: str, *, platform_code: str | None = None, other_form: bool = False
    ) -> None:
        super().__init__(f"{refusal}: {reason}")
        self.refusal = refusal
        self.reason = reason
        self.platform_code = platform_code
        self.other_form = other_form


class Uncertain(SendError):
    """The request left and no answer came (time-out, broken connection, 5xx): it may have been delivered."""

    code = "uncertain"


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
